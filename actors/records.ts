import type { RingWriter } from '#engine/mod.ts'
import { timeframes, type Candle, type Timeframe } from './domain/candle.ts'

/*
 * What the 64 bytes of a ring's record mean here. Prices in paise, quantities in units, times in Millis UTC.
 *
 *              f64  0        1         2         3          4       5        i32  0           1       2    3
 *   tick            at       price     quantity  dayVolume  bid     ask           instrument  TICK    oi   micros
 *   mark            at       openAt    closeAt   fed        quar.   -             -1          MARK    gap  micros
 *   end             at       -         -         fed        quar.   -             -1          END     -    micros
 *
 *   candle          openAt   open      high      low        close   volume        instrument  shape   oi   ticks
 *   mark            at       sequence  openAt    closeAt    fed     quar.         -1          MARK    -    micros
 *   end             at       sequence  -         -          fed     quar.         -1          END     -    micros
 *
 * `micros` is when it was published (engine/clock.ts, wrapped); a bid or ask that the source has not is NaN.
 * In the candle ring all candles that close at one boundary come before its mark, in one batch. `openAt` and
 * `closeAt` of a mark are those of its session, `fed` and `quar.` count the rows published and set aside so far.
 */

/** A trade or a quote of one instrument. */
export const TICK = 0
/** A minute boundary of the session: everything before it has come, so candles close here. */
export const MARK = 1
/** The source has no more. */
export const END = 2
/** A tick whose minute was closed already: on record as seen, in no candle, and no price to trade on. */
export const LATE = 3

/** `shape` of a candle: timeframe, gap flag and revision in one word, told from MARK and END by its high bit. */
const CANDLE = 1 << 30
const GAP = 1 << 8

/** The shape word of a candle. */
export const shapeOf = (timeframe: Timeframe, gap: boolean, revision: number): number =>
  CANDLE | timeframes.indexOf(timeframe) | (gap ? GAP : 0) | (revision << 9)

/** Whether a record of the candle ring is a candle. */
export const isCandle = (shape: number): boolean => (shape & CANDLE) !== 0

/** Reads a candle out of its record. Once per closed bar, so an object is affordable. */
export const candleOf = (
  fields: Float64Array, ints: Int32Array, f: number, i: number, symbols: readonly string[], closeAt: number,
): Candle => {
  const shape = ints[i + 1]!
  return {
    symbol: symbols[ints[i]!]!,
    timeframe: timeframes[shape & 0xff]!,
    openAt: fields[f]!,
    closeAt,
    open: fields[f + 1]!,
    high: fields[f + 2]!,
    low: fields[f + 3]!,
    close: fields[f + 4]!,
    volume: fields[f + 5]!,
    oi: ints[i + 2]!,
    ticks: ints[i + 3]!,
    gap: (shape & GAP) !== 0,
    revision: (shape >> 9) & 0xff,
  }
}

/** Writes a candle into the next record of the ring; false when the ring is full. */
export const putCandle = (
  writer: RingWriter,
  instrument: number,
  candle: Omit<Candle, 'symbol' | 'closeAt'>,
): boolean => {
  const f = writer.claim()
  if (f < 0) return false
  const i = writer.intOffset
  const { fields, ints } = writer
  fields[f] = candle.openAt
  fields[f + 1] = candle.open
  fields[f + 2] = candle.high
  fields[f + 3] = candle.low
  fields[f + 4] = candle.close
  fields[f + 5] = candle.volume
  ints[i] = instrument
  ints[i + 1] = shapeOf(candle.timeframe, candle.gap, candle.revision)
  ints[i + 2] = candle.oi
  ints[i + 3] = candle.ticks
  return true
}
