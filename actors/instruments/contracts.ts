import { type Day, isDay } from '#actors/calendar/mod.ts'
import { type Paise, paise } from '#actors/domain/money.ts'
import { instrumentErrors } from './errors.ts'

/** One row of a contract list; it outranks what symbol and tables say. */
export type Contract = {
  readonly symbol: string
  readonly underlying: string
  readonly expiry: Day
  /** Absent for a future. */
  readonly strike?: Paise
  readonly optionType?: 'CE' | 'PE'
  readonly lot: number
  readonly tickSize: Paise
}

const columns = [
  'symbol',
  'underlying',
  'expiry',
  'strike',
  'type',
  'lot_size',
  'tick_size',
] as const
type Row = Readonly<Record<(typeof columns)[number], string>>

/**
 * Reads a contract list: CSV with the columns `symbol,underlying,expiry,strike,type,lot_size,tick_size` in any order;
 * strike and tick in rupees; a type other than CE or PE makes a future.
 * @throws INSTRUMENTS_CONTRACTS_HEADER, INSTRUMENTS_CONTRACTS_ROW
 */
export const parseContracts = (text: string, file: string): Contract[] => {
  const [header = '', ...lines] = text.trim().split(/\r?\n/)
  const names = header.split(',')
  for (const column of columns)
    if (!names.includes(column))
      throw instrumentErrors.problem('CONTRACTS_HEADER', { file, missing: column })
  return lines.map((line, at) => {
    const fields = line.split(',')
    const row = Object.fromEntries(
      columns.map((column) => [column, fields[names.indexOf(column)] ?? '']),
    ) as Row
    const contract = contractOf(row)
    if (!contract)
      throw instrumentErrors.problem('CONTRACTS_ROW', { file, line: at + 2, row: line })
    return contract
  })
}

const contractOf = (row: Row): Contract | null => {
  const { symbol, underlying, expiry } = row
  const [lot, tickSize, strike] = [
    Number(row.lot_size),
    paise(Number(row.tick_size)),
    paise(Number(row.strike)),
  ]
  if (!symbol || !underlying || !isDay(expiry)) return null
  if (!Number.isInteger(lot) || lot <= 0 || !Number.isInteger(tickSize) || tickSize <= 0)
    return null
  const basis = { symbol, underlying, expiry, lot, tickSize }
  if (row.type !== 'CE' && row.type !== 'PE') return basis
  return strike > 0 ? { ...basis, strike, optionType: row.type } : null
}
