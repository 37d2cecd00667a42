import { timeframes, type Candle } from '../domain/candle.ts'
import { candleOf, shapeOf } from '../records.ts'

/** Closed candles of past sessions in shared memory, one copy for all threads; records as in the candle ring. */
export type History = {
  readonly memory: SharedArrayBuffer
  readonly count: number
  /** Names by instrument index, as in the run's table. */
  readonly symbols: readonly string[]
  /** Sessions it covers. */
  readonly sessions: number
}

/** f64 per record: eight make the ring's 64 bytes, with the close boundary in place of the ints. */
const STRIDE = 8

/*
 *   f64   0 openAt   1 open   2 high   3 low   4 close   5 volume   6 closeAt   7 i32 pair: instrument, shape
 */

/** Packs candles, oldest boundary first; at one boundary by timeframe, then by instrument. */
export const packHistory = (candles: readonly Candle[], symbols: readonly string[], sessions: number): History => {
  const memory = new SharedArrayBuffer(Math.max(1, candles.length) * STRIDE * 8)
  const fields = new Float64Array(memory)
  const ints = new Int32Array(memory)
  const indexOf = new Map(symbols.map((symbol, index) => [symbol, index]))
  const rank = ({ symbol, timeframe }: Candle) => timeframes.indexOf(timeframe) * 1e6 + indexOf.get(symbol)!
  const sorted = candles.toSorted((a, b) => a.closeAt - b.closeAt || rank(a) - rank(b))
  sorted.forEach((candle, n) => {
    const { openAt, open, high, low, close, volume, closeAt } = candle
    fields.set([openAt, open, high, low, close, volume, closeAt], n * STRIDE)
    ints[n * STRIDE * 2 + 14] = indexOf.get(candle.symbol)!
    ints[n * STRIDE * 2 + 15] = shapeOf(candle.timeframe, candle.gap, candle.revision)
  })
  return { memory, count: sorted.length, symbols, sessions }
}

/** Walks the candles that are wanted, oldest first. Open interest and tick counts of past sessions are not kept. */
export const eachCandle = (
  { memory, count, symbols }: History,
  wanted: (instrument: number, timeframe: number) => boolean,
  handle: (candle: Candle) => void,
): void => {
  const fields = new Float64Array(memory)
  const ints = new Int32Array(memory)
  const scratch = new Int32Array(4)
  for (let n = 0; n < count; n++) {
    const instrument = ints[n * STRIDE * 2 + 14]!
    const shape = ints[n * STRIDE * 2 + 15]!
    if (!wanted(instrument, shape & 0xff)) continue
    scratch[0] = instrument
    scratch[1] = shape
    handle(candleOf(fields, scratch, n * STRIDE, 0, symbols, fields[n * STRIDE + 6]!))
  }
}
