import { feedErrors } from './errors.ts'
import type { Broken, BrokenReason, RowBatch } from './source.ts'
import type { SymbolLookup } from './symbol-lookup.ts'

/** The columns of a recording; all must be in its header, in any order. */
export const tickColumns = [
  'ts_ms',
  'symbol',
  'ltp',
  'ltq',
  'volume',
  'bid',
  'ask',
  'bid_qty',
  'ask_qty',
  'oi',
] as const

const [newline, comma, minus, point, zero, carriage] = [10, 44, 45, 46, 48, 13]
// What a field may hold, by its column's place in `columnsRead`.
const [at, symbol, price, quantity, dayVolume, bid, ask, oi] = [0, 1, 2, 3, 4, 5, 6, 7]
const columnsRead = ['ts_ms', 'symbol', 'ltp', 'ltq', 'volume', 'bid', 'ask', 'oi']
const ignored = -1

/** Where each column lies, by its header. @throws FEED_NOT_A_RECORDING, FEED_COLUMN_MISSING */
export const readHeader = (line: string, file: string): Int8Array => {
  const names = line
    .replace(/^\uFEFF/, '')
    .trim()
    .split(',')
  const missing = tickColumns.filter((column) => !names.includes(column))
  const found = /^[\x20-\x7e]+$/.test(line.trim())
    ? line.trim().slice(0, 80)
    : 'bytes that are not text'
  if (missing.includes('ts_ms') && missing.includes('ltp'))
    throw feedErrors.problem('NOT_A_RECORDING', { file, found })
  if (missing.length > 0) throw feedErrors.problem('COLUMN_MISSING', { file, missing, found })
  return Int8Array.from(names, (name) => columnsRead.indexOf(name))
}

/**
 * Turns the bytes of a recording into rows, without an object or a string per row.
 *
 * Prices become whole paise, a third decimal rounds. Blank quantity is 0, any other blank value NaN, and so is a bid or
 * ask of 0, which means that nobody quotes. A row that cannot be read is tallied in `broken` and passed over.
 */
export class TickParser {
  /** Rows read, broken ones too. */
  rows = 0
  readonly #columns: Int8Array
  readonly #lookup: SymbolLookup
  readonly #broken: Broken
  // Of the row being read, by column; the symbol's holds its number.
  readonly #values = new Float64Array(8)
  #fault: BrokenReason | null = null

  constructor(columns: Int8Array, lookup: SymbolLookup, broken: Broken) {
    this.#columns = columns
    this.#lookup = lookup
    this.#broken = broken
  }

  /**
   * Reads whole lines of `text` from `start` on until the batch is full or no whole line is left.
   * @returns  where to go on: the first byte not read
   */
  fill(batch: RowBatch, text: Uint8Array, start: number): number {
    let from = start
    while (batch.length < batch.at.length) {
      const end = text.indexOf(newline, from)
      if (end === -1) return from
      const to = end > from && text[end - 1] === carriage ? end - 1 : end
      if (to > from) this.#line(batch, text, from, to)
      from = end + 1
    }
    return from
  }

  #line(batch: RowBatch, text: Uint8Array, from: number, to: number): void {
    this.rows++
    this.#fault = null
    this.#split(text, from, to)
    const values = this.#values
    if (this.#fault !== null) return this.#refuse(this.#fault, text, from, to)
    if (Number.isNaN(values[at]!) || Number.isNaN(values[price]!))
      return this.#refuse('not a number', text, from, to)
    const row = batch.length++
    batch.at[row] = values[at]!
    batch.instrument[row] = values[symbol]!
    batch.price[row] = values[price]!
    batch.quantity[row] = values[quantity]! || 0
    batch.dayVolume[row] = values[dayVolume]!
    batch.bid[row] = values[bid]! || NaN
    batch.ask[row] = values[ask]! || NaN
    batch.oi[row] = values[oi]!
  }

  #split(text: Uint8Array, from: number, to: number): void {
    const columns = this.#columns
    let column = 0
    let begin = from
    for (let i = from; i <= to; i++) {
      if (i < to && text[i] !== comma) continue
      if (column < columns.length) this.#field(columns[column]!, text, begin, i)
      column++
      begin = i + 1
    }
    if (column !== columns.length) this.#fault = 'wrong number of fields'
  }

  #field(column: number, text: Uint8Array, from: number, to: number): void {
    if (column === ignored) return
    if (column === symbol) this.#values[symbol] = this.#lookup.find(text, from, to)
    else
      this.#values[column] = this.#number(
        text,
        from,
        to,
        column === price || column === bid || column === ask,
      )
  }

  /** A plain decimal number, in hundredths for money; NaN when blank. */
  #number(text: Uint8Array, from: number, to: number, money: boolean): number {
    if (from === to) return NaN
    const negative = text[from] === minus
    let digits = 0
    let decimals = -1
    for (let i = negative ? from + 1 : from; i < to; i++) {
      const byte = text[i]!
      if (byte === point && decimals === -1) decimals = 0
      else if (byte >= zero && byte <= zero + 9) {
        digits = digits * 10 + (byte - zero)
        if (decimals !== -1) decimals++
      } else return this.#notANumber()
    }
    if (negative && digits > 0) this.#fault ??= 'negative'
    if (
      digits > Number.MAX_SAFE_INTEGER ||
      to - from === (negative ? 1 : 0) + (decimals === 0 ? 1 : 0)
    )
      return this.#notANumber()
    const power = Math.max(decimals, 0)
    if (!money) return power === 0 ? digits : Math.round(digits / 10 ** power)
    return power <= 2
      ? digits * (power === 2 ? 1 : power === 1 ? 10 : 100)
      : Math.round(digits / 10 ** (power - 2))
  }

  #notANumber(): number {
    this.#fault ??= 'not a number'
    return NaN
  }

  #refuse(reason: BrokenReason, text: Uint8Array, from: number, to: number): void {
    const tally = this.#broken[reason]
    tally.count++
    tally.example ??= new TextDecoder().decode(text.subarray(from, Math.min(to, from + 200)))
  }
}
