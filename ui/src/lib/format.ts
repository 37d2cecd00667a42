/**
 * How every number, amount and time is written: Indian digit grouping, rupees, India's time.
 * Nothing else in the dashboard formats.
 */

/** Stands for what is not known. */
export const unknown = '–'

type Amount = string | number | null | undefined

// Money arrives as a decimal string; Intl formats such a string exactly, without a float between.
const write = (format: Intl.NumberFormat, value: string | number): string =>
  format.format(value as number).replace('-', '−')

const known = (value: Amount): value is string | number =>
  value !== null && value !== undefined && Number.isFinite(Number(value))

const numbers = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en-IN', options)
const inRupees = { style: 'currency', currency: 'INR' } as const
const exact = numbers({ ...inRupees, minimumFractionDigits: 2, maximumFractionDigits: 2 })
const whole = numbers({ ...inRupees, maximumFractionDigits: 0 })
const exactSigned = numbers({
  ...inRupees,
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
})
const wholeSigned = numbers({ ...inRupees, maximumFractionDigits: 0, signDisplay: 'exceptZero' })
const twoPlaces = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 })
const upToTwo = numbers({ maximumFractionDigits: 2 })
const counts = numbers({ maximumFractionDigits: 0 })

/** `₹1,23,456.50`; `₹1,23,457` when `places` is 0. */
export const rupees = (value: Amount, places: 0 | 2 = 2): string =>
  known(value) ? write(places ? exact : whole, value) : unknown

/** `+₹1,234.50`, `−₹1,234.50`, `₹0.00`. */
export const signedRupees = (value: Amount, places: 0 | 2 = 2): string =>
  known(value) ? write(places ? exactSigned : wholeSigned, value) : unknown

/** A price without its currency, as on any ticker: `18,092.45`. */
export const price = (value: Amount): string => (known(value) ? write(twoPlaces, value) : unknown)

/** A reading of any size: at most two places. */
export const reading = (value: Amount): string => (known(value) ? write(upToTwo, value) : unknown)

/** `12,34,567`. */
export const count = (value: Amount): string => (known(value) ? write(counts, value) : unknown)

/** `0.4375` as `44 %`. */
export const percent = (share: Amount): string =>
  known(share) ? `${counts.format(Number(share) * 100)} %` : unknown

/** `1.4` percent points of a core as `1.4 %`. */
export const load = (percentage: Amount): string =>
  known(percentage) ? `${Number(percentage).toFixed(Number(percentage) < 10 ? 1 : 0)} %` : unknown

/** `14.2 MB`. */
export const megabytes = (value: Amount): string =>
  known(value) ? `${Number(value).toFixed(1)} MB` : unknown

/** Microseconds in the unit that reads best: `850 µs`, `1.2 ms`, `3.4 s`. */
export const micros = (value: Amount): string => {
  if (!known(value)) return unknown
  const us = Number(value)
  if (us < 1000) return `${Math.round(us)} µs`
  return us < 1_000_000 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`
}

/** Seconds as people say them: `42 s`, `5 min`, `2 h 05 min`. */
export const duration = (seconds: Amount): string => {
  if (!known(seconds)) return unknown
  const all = Math.floor(Number(seconds))
  if (all < 60) return `${all} s`
  const minutes = Math.floor(all / 60)
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** Age of a message: `now` below a second, then `1.4 s`, `12 s`. */
export const age = (ms: number): string =>
  ms < 1000 ? 'now' : ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms / 1000)

const india = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hourCycle: 'h23', ...options })
const seconds = india({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minutes = india({ hour: '2-digit', minute: '2-digit' })
const days = india({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

const at = (format: Intl.DateTimeFormat, time: string | null | undefined): string => {
  const ms = Date.parse(time ?? '')
  return Number.isNaN(ms) ? unknown : format.format(ms)
}

/** `09:47:03`, India's time. */
export const clock = (time: string | null | undefined): string => at(seconds, time)

/** `09:47`, India's time. */
export const minute = (time: string | null | undefined): string => at(minutes, time)

/** `Thu, 10 Nov 2022`. */
export const day = (time: string | null | undefined): string => at(days, time)

/** Which way an amount points: for the arrow and the colour beside it. */
export const sign = (value: Amount): 'up' | 'down' | 'flat' => {
  const amount = known(value) ? Number(value) : 0
  return amount > 0 ? 'up' : amount < 0 ? 'down' : 'flat'
}

const contract = /^(.+?)(\d{2})(\d{2})(\d{2})(\d+(?:\.\d+)?)(CE|PE)$/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `NIFTY22111018300CE` as `NIFTY 10 Nov 18300 CE`, or shorter without its expiry; other symbols as they are. */
export const instrument = (symbol: string, withExpiry = true): string => {
  const [, underlying, , month, date, strike, type] = contract.exec(symbol) ?? []
  if (!underlying) return symbol
  const expiry = `${Number(date)} ${months[Number(month) - 1]} `
  return `${underlying} ${withExpiry ? expiry : ''}${strike} ${type}`
}

const abbreviations = new Set([
  'adx',
  'atr',
  'ema',
  'macd',
  'obv',
  'poc',
  'roc',
  'rsi',
  'sma',
  'vah',
  'val',
  'vroc',
  'vwap',
  'vwma',
])

/** A condition's or reading's name as a title: `fast above slow` begins large, `buyVolume` is spelled out. */
export const title = (name: string): string =>
  abbreviations.has(name)
    ? name.toUpperCase()
    : /^[a-z][a-zA-Z0-9_-]*$/.test(name)
      ? words(name)
      : name.charAt(0).toUpperCase() + name.slice(1)

/** `volume-spike` and `volumeSpike` as `Volume spike`. */
export const words = (name: string): string => {
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase()
    .trim()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
