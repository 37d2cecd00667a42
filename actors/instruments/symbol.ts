import { type Day, isDay, monthlyExpiry } from '#actors/calendar/mod.ts'
import type { Kind } from '#actors/domain/instrument.ts'
import { type Paise, paise } from '#actors/domain/money.ts'

/** What a symbol says about the instrument it names. */
export type Parsed = {
  readonly kind: Kind
  readonly underlying: string
  /** Last trading day, for contracts that carry it in their name. */
  readonly expiry?: Day
  readonly strike?: Paise
  readonly optionType?: 'CE' | 'PE'
  /** Of a continuous future: 1 is the near month, 2 the next, 3 the far one. */
  readonly place?: number
}

/** Indices whose name in the spot market differs from the name of their contracts. */
const spotNames: Readonly<Record<string, string>> = {
  'NIFTY 50': 'NIFTY',
  'NIFTY BANK': 'BANKNIFTY',
  'NIFTY FIN SERVICE': 'FINNIFTY',
  'NIFTY MID SELECT': 'MIDCPNIFTY',
  'NIFTY NEXT 50': 'NIFTYNXT50',
  'INDIA VIX': 'INDIA VIX',
}

/** Indices that contracts are written on, by the name those carry. */
export const indexNames: readonly string[] = [
  'NIFTY',
  'BANKNIFTY',
  'FINNIFTY',
  'MIDCPNIFTY',
  'NIFTYNXT50',
  'SENSEX',
  'BANKEX',
  'SENSEX50',
]

const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const places = ['I', 'II', 'III']

/**
 * Reads a symbol: `NIFTY-I` (continuous future), `NIFTY22111018300CE` (option: underlying, expiry YYMMDD, strike,
 * type), `RELIANCE25NOVFUT` (monthly future), `NIFTY 50` (index), `RELIANCE` (share).
 * An index has its contracts' underlying, so that options on it can be found from its quotes.
 * @returns `null` for a text that is none of these
 */
export const parseSymbol = (symbol: string): Parsed | null =>
  index(symbol) ?? option(symbol) ?? continuous(symbol) ?? monthly(symbol) ?? equity(symbol)

const index = (symbol: string): Parsed | null => {
  const underlying = spotNames[symbol] ?? (indexNames.includes(symbol) ? symbol : undefined)
  return underlying === undefined ? null : { kind: 'index', underlying }
}

const name = '[A-Z][A-Z0-9&-]*?'
const contract = '(\\d{6})(\\d+(?:\\.\\d{1,2})?)(CE|PE)$'
// An underlying may end in digits (NIFTYNXT50), so the longest known name that fits is tried before any other.
const optionPatterns = [...indexNames.toSorted((a, b) => b.length - a.length), name].map(
  (underlying) => new RegExp(`^(${underlying})${contract}`),
)

const option = (symbol: string): Parsed | null => {
  for (const pattern of optionPatterns) {
    const [, underlying, day, rupees, optionType] = pattern.exec(symbol) ?? []
    if (!underlying || !day) continue
    const expiry = `20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4)}`
    const strike = paise(Number(rupees))
    if (isDay(expiry) && strike > 0)
      return { kind: 'option', underlying, expiry, strike, optionType: optionType as 'CE' | 'PE' }
  }
  return null
}

const continuous = (symbol: string): Parsed | null => {
  const found = new RegExp(`^(${name})-(I{1,3})$`).exec(symbol)
  return found
    ? { kind: 'future', underlying: found[1]!, place: places.indexOf(found[2]!) + 1 }
    : null
}

const monthly = (symbol: string): Parsed | null => {
  const found = new RegExp(`^(${name})(\\d{2})(${months.join('|')})FUT$`).exec(symbol)
  if (!found) return null
  const month = `20${found[2]}-${String(months.indexOf(found[3]!) + 1).padStart(2, '0')}`
  const expiry = monthlyExpiry(found[1]!, month)
  return { kind: 'future', underlying: found[1]!, ...(expiry && { expiry }) }
}

// A share's name may begin with digits (5PAISA) but has no long run of them: that is a contract written wrongly.
const equity = (symbol: string): Parsed | null =>
  /^[A-Z0-9&-]*[A-Z][A-Z0-9&-]*$/.test(symbol) && !/\d{4}/.test(symbol)
    ? { kind: 'equity', underlying: symbol }
    : null
