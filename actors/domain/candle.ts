import type { Millis } from '#engine/clock.ts'
import type { Paise } from './money.ts'

/** Timeframes, shortest first; a record's timeframe is its place here. */
export const timeframes = ['1m', '5m', '15m', '1d'] as const
/** One of {@link timeframes}. */
export type Timeframe = (typeof timeframes)[number]

/** Nominal length of a timeframe in minutes; a day ends with its session, however long that is. */
export const minutesOf: Readonly<Record<Timeframe, number>> = { '1m': 1, '5m': 5, '15m': 15, '1d': 1440 }

/** A closed bar: what traded in [openAt, closeAt). */
export type Candle = {
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly openAt: Millis
  /** The boundary at which it closed: the next bar's open, or the end of the session. */
  readonly closeAt: Millis
  readonly open: Paise
  readonly high: Paise
  readonly low: Paise
  readonly close: Paise
  /** Units traded within it. */
  readonly volume: number
  /** Open interest in units at its end; 0 where the source has none. */
  readonly oi: number
  /** Ticks it was built from. */
  readonly ticks: number
  /** Built across missing data: one or more of its minutes saw a feed gap. */
  readonly gap: boolean
  /** 0 when first published; higher when re-issued after a backfill. */
  readonly revision: number
}
