import type { Instrument } from '../domain/instrument.ts'
import { decimal } from '../domain/money.ts'
import { sharedId } from './ids.ts'
import type { Sql } from './sql.ts'

/** Writes the instruments of a run into the master, over what was known of the same ones before. */
export const saveInstruments = async (db: Sql, all: readonly Instrument[]): Promise<void> => {
  await db.query(text, [JSON.stringify(all.map(rowOf))])
}

const columns =
  'id, exchange, segment, symbol, underlying, kind, expiry, strike, option_type, lot_size, tick_size, freeze_quantity'
const text = `
  insert into public.instruments (${columns})
  select ${columns}
  from json_populate_recordset(null::public.instruments, $1::json)
  on conflict (id) do update set
    segment = excluded.segment, underlying = excluded.underlying, kind = excluded.kind, expiry = excluded.expiry,
    strike = excluded.strike, option_type = excluded.option_type, lot_size = excluded.lot_size,
    tick_size = excluded.tick_size, freeze_quantity = excluded.freeze_quantity`

const rowOf = ({ symbol, kind, underlying, expiry, strike, optionType, lot, tickSize, freeze }: Instrument) => ({
  id: sharedId('instrument', exchange, symbol),
  exchange,
  segment: kind === 'equity' || kind === 'index' ? 'CASH' : 'FO',
  symbol,
  underlying,
  kind,
  expiry: expiry ?? null,
  strike: strike === undefined ? null : decimal(strike),
  option_type: optionType ?? null,
  lot_size: lot ?? null,
  tick_size: decimal(tickSize),
  freeze_quantity: freeze ?? null,
})

const exchange = 'NSE'
