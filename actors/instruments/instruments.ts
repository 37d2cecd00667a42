import { type Day, futureExpiry } from '#actors/calendar/mod.ts'
import { type Instrument, type InstrumentTable, tableOf } from '#actors/domain/instrument.ts'
import type { Contract } from './contracts.ts'
import { freezeOf } from './freeze.ts'
import { lotOf } from './lots.ts'
import { tickSizeOf } from './steps.ts'
import { type Parsed, parseSymbol } from './symbol.ts'

/**
 * The instruments behind some symbols as they stood on a day, in the order of the symbols.
 * What a contract list says outranks the dated tables. A symbol that neither knows is left out; an instrument whose
 * lot is not known has none, and can be watched but not traded.
 */
export const instrumentsFor = (
  symbols: readonly string[],
  day: Day,
  contracts: readonly Contract[] = [],
): InstrumentTable => {
  const listed = new Map(contracts.map((one) => [one.symbol, one]))
  const known = symbols.flatMap((symbol) => {
    const contract = listed.get(symbol)
    const parsed = contract ? parsedOf(contract) : parseSymbol(symbol)
    return parsed ? [{ symbol, parsed, contract }] : []
  })
  return tableOf(
    known.map(({ symbol, parsed, contract }, place) => {
      const lot = contract?.lot ?? knownLot(parsed, day)
      const freeze =
        parsed.kind === 'future' || parsed.kind === 'option'
          ? freezeOf(parsed.underlying, day)
          : undefined
      return {
        index: place,
        symbol,
        kind: parsed.kind,
        underlying: parsed.underlying,
        ...(parsed.expiry !== undefined && { expiry: parsed.expiry }),
        ...(parsed.strike !== undefined && { strike: parsed.strike }),
        ...(parsed.optionType !== undefined && { optionType: parsed.optionType }),
        ...(lot !== undefined && { lot }),
        tickSize: contract?.tickSize ?? tickSizeOf(parsed, day),
        ...(freeze !== undefined && { freeze }),
      } satisfies Instrument
    }),
  )
}

const parsedOf = ({ underlying, expiry, strike, optionType }: Contract): Parsed =>
  strike !== undefined && optionType !== undefined
    ? { kind: 'option', underlying, expiry, strike, optionType }
    : { kind: 'future', underlying, expiry }

const knownLot = ({ kind, underlying, expiry, place }: Parsed, day: Day): number | undefined => {
  if (kind === 'equity') return 1
  if (kind === 'index') return undefined
  const last = expiry ?? (place === undefined ? null : futureExpiry(underlying, day, place))
  return lotOf(underlying, day, last ?? undefined)
}
