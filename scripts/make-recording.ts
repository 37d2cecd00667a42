/**
 * Cuts the recording that ships with the product out of a folder of market data.
 *
 *   node scripts/make-recording.ts SOURCE [TARGET]
 *
 * SOURCE holds ticks/, bars/, options/ and reference/ as described in the recording's README.
 * TARGET defaults to actors/fixtures/nse-20221110. Nothing is invented, changed or re-ordered: rows are
 * chosen, and the two tick files are merged by time (NIFTY before BANKNIFTY within one stamp).
 *
 * What is chosen: both near futures; every option of the day's expiry whose strike lies no more than two
 * strikes outside the range its future traded in; of the sessions before, the minute bars of the same
 * instruments; and the futures' minute bars of the day itself, against which candles are tested.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const dayStart = Date.UTC(2022, 10, 10) - 330 * 60_000
const dayEnd = dayStart + 86_400_000
const expiry = '221110'
// At the money stays within the day's range; two more show what was passed over, and keep the folder near 8 MB.
const strikesBeyond = 2
const underlyings = [
  { name: 'NIFTY', strikeStep: 50 },
  { name: 'BANKNIFTY', strikeStep: 100 },
]

type Table = { readonly header: string; readonly rows: readonly string[] }

const [source, target = join(import.meta.dirname, '../actors/fixtures/nse-20221110')] =
  process.argv.slice(2)
if (!source) {
  console.error('Usage: node scripts/make-recording.ts SOURCE [TARGET]')
  process.exit(2)
}

const read = (path: string): Table => {
  const bytes = readFileSync(join(source, path))
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [header = '', ...rows] = text.trimEnd().split('\n')
  return { header, rows }
}
const timeOf = (row: string): number => Number(row.slice(0, row.indexOf(',')))
const column = (row: string, at: number): string => row.split(',', at + 1)[at] ?? ''
const symbolOf = (row: string): string => column(row, 1)

/** The near future and the options within reach of the range it traded in. */
const chosen = (
  ticks: Table,
  { name, strikeStep }: (typeof underlyings)[number],
): ReadonlySet<string> => {
  const future = `${name}-I`
  const prices = ticks.rows
    .filter((row) => symbolOf(row) === future)
    .map((row) => Number(column(row, 2)))
  const reach = strikesBeyond * strikeStep
  const low = prices.reduce((a, b) => Math.min(a, b)) - reach
  const high = prices.reduce((a, b) => Math.max(a, b)) + reach
  const within = (symbol: string) => {
    const strike = Number(symbol.slice(name.length + expiry.length, -2))
    return symbol.startsWith(name + expiry) && strike >= low && strike <= high
  }
  return new Set(ticks.rows.map(symbolOf).filter((symbol) => symbol === future || within(symbol)))
}

/** Merges two lists sorted by time; of equal stamps, those of `a` come first. */
const merge = (a: readonly string[], b: readonly string[]): string[] => {
  const all: string[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const first = j === b.length || (i < a.length && timeOf(a[i]!) <= timeOf(b[j]!))
    all.push(first ? a[i++]! : b[j++]!)
  }
  return all
}

const write = (name: string, { header, rows }: Table): void => {
  const text = Buffer.from(`${[header, ...rows].join('\n')}\n`)
  const bytes = name.endsWith('.gz') ? gzipSync(text, { level: 9, memLevel: 9 }) : text
  writeFileSync(join(target, name), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  console.log(`${sha256}  ${name}  ${bytes.length} bytes, ${rows.length} rows`)
}

mkdirSync(target, { recursive: true })
const tickFiles = underlyings.map(({ name }) => read(`ticks/nfo_trades_${name}_20221110.csv.gz`))
const symbols = new Set(underlyings.flatMap((one, at) => [...chosen(tickFiles[at]!, one)]))
const ofSymbols = ({ rows }: Table): string[] => rows.filter((row) => symbols.has(symbolOf(row)))
const [nifty, bankNifty] = tickFiles.map(ofSymbols)
write('ticks.csv.gz', { header: tickFiles[0]!.header, rows: merge(nifty!, bankNifty!) })

const futures = read('bars/index_fut_1m_20221101_16.csv.gz')
const barFiles = [
  futures,
  ...underlyings.map(({ name }) => read(`options/${name}_opt_1m_20221101_16.csv.gz`)),
]
const before = barFiles.map((file) => ofSymbols(file).filter((row) => timeOf(row) < dayStart))
write('bars.csv.gz', { header: futures.header, rows: before.reduce(merge) })
write('bars-of-the-day.csv.gz', {
  header: futures.header,
  rows: ofSymbols(futures).filter((row) => timeOf(row) >= dayStart && timeOf(row) < dayEnd),
})

const contracts = read('reference/contracts_202211.csv')
write('contracts.csv', {
  ...contracts,
  rows: contracts.rows.filter((row) => symbols.has(column(row, 0))),
})
