import type { Millis } from '#engine/clock.ts'
import { candleClose, candleOpen, type Day, dayOf, type Session } from '#actors/calendar/mod.ts'
import { type Candle, timeframes } from '#actors/domain/candle.ts'
import type { Instrument } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import { Bar } from './bar.ts'

/** Receives each candle as it closes; of one mark, shorter timeframes come first. */
export type Emit = (candle: Candle) => void

/** What candles depend on beside the ticks. */
export type CandleOptions = {
  readonly instrument: Pick<Instrument, 'symbol' | 'kind'>
  /** The session of a day, of the hours that the instrument keeps. */
  readonly sessionOf: (day: Day) => Session | null
}

/**
 * Builds the candles of one instrument: ticks into a minute, closed minutes into 5m, 15m and the day.
 *
 *       ticks   · ··  ·   | ·   · · |         |  · ·    |  ·      |
 *       marks           09:16     09:17     09:18     09:19     09:20
 *       1m                ▇         ▇                   ▇         ▇
 *       5m                                                        ▇
 *
 * Candles close on marks alone, never because of the next tick's time. A minute without a trade has no candle, and a
 * longer bar none if no minute of it has one: nothing is made up. Candles are made of trades; a row that brings only a
 * quote touches none, save for an index, whose values are no trades. A tick allocates nothing.
 */
export class CandleBuilder {
  /** Ticks that came after the mark of their minute; no candle holds them. */
  late = 0

  readonly #sessionOf: CandleOptions['sessionOf']
  readonly #onlyTrades: boolean
  readonly #minute: Bar
  readonly #longer: readonly Bar[]
  #session: Session | null = null
  #lastMark: Millis = -Infinity

  constructor({ instrument: { symbol, kind }, sessionOf }: CandleOptions) {
    this.#sessionOf = sessionOf
    this.#onlyTrades = kind !== 'index'
    this.#minute = new Bar(symbol, '1m')
    this.#longer = timeframes.slice(1).map((timeframe) => new Bar(symbol, timeframe))
  }

  /**
   * Takes one row of the feed into the open minute.
   * @param at  the exchange's time; before the last mark it is late: counted, and left out
   * @param oi  NaN when the source has none
   */
  tick(at: Millis, price: Paise, quantity: number, oi: number): void {
    if (at < this.#lastMark) {
      this.late++
      return
    }
    if (quantity > 0 || !this.#onlyTrades) this.#minute.trade(price, quantity, oi)
  }

  /** Says that data was lost in the open minute: its candle, and every longer one around it, will say so too. */
  lost(): void {
    this.#minute.gap = true
  }

  /** Closes what ends at a minute boundary of the session. */
  mark(at: Millis, emit: Emit): void {
    this.#lastMark = at
    const session = this.#enter(at)
    const minute = this.#minute
    if (session && (!minute.empty || minute.gap)) {
      const openAt = at - 60_000
      this.#grow(minute, openAt, session, emit)
      if (!minute.empty) emit(minute.candle(openAt, at))
    }
    minute.clear()
    if (session) this.#closeLonger(at, session, emit)
  }

  /**
   * Takes up a session where it was left: afterwards the builder stands as if it had built these candles itself.
   * A gap in a minute without a trade left no candle, and is not known any more.
   * @param minutes   closed 1m candles of the session, oldest first
   * @param lastMark  the mark up to which they are complete
   */
  restore(minutes: readonly Candle[], lastMark: Millis): void {
    for (const minute of minutes) this.take(minute, nobody)
    this.mark(lastMark, nobody)
  }

  /** Takes a closed minute in place of its ticks, and closes what ends with it. */
  take(closed: Candle, emit: Emit): void {
    this.#lastMark = closed.closeAt
    const session = this.#enter(closed.closeAt)
    if (!session) return
    this.#grow(closed, closed.openAt, session, emit)
    this.#closeLonger(closed.closeAt, session, emit)
  }

  /** The session a mark belongs to. What an earlier one left open is dropped: no bar spans two sessions. */
  #enter(mark: Millis): Session | null {
    if (this.#session && isWithin(mark, this.#session)) return this.#session
    for (const bar of this.#longer) bar.clear()
    const session = this.#sessionOf(dayOf(mark - 1))
    this.#session = session && isWithin(mark, session) ? session : null
    return this.#session
  }

  #grow(minute: Bar | Candle, openAt: Millis, session: Session, emit: Emit): void {
    this.#closeLonger(openAt, session, emit) // what ended in minutes that nobody told of
    for (const bar of this.#longer) bar.merge(minute, openAt)
  }

  #closeLonger(mark: Millis, session: Session, emit: Emit): void {
    for (const bar of this.#longer) {
      if (Number.isNaN(bar.minuteAt)) continue
      const closeAt = candleClose(bar.minuteAt, bar.timeframe, session)
      if (closeAt === null || closeAt > mark) continue
      if (!bar.empty) emit(bar.candle(candleOpen(bar.minuteAt, bar.timeframe, session)!, closeAt))
      bar.clear()
    }
  }
}

/**
 * The longer candles of closed minutes of one instrument, over any number of sessions: for history, where the minutes
 * are recorded. A session that the minutes break off in counts as over.
 */
export const longerCandles = (minutes: readonly Candle[], options: CandleOptions): Candle[] => {
  const builder = new CandleBuilder(options)
  const candles: Candle[] = []
  const emit: Emit = (candle) => void candles.push(candle)
  minutes.forEach((minute, i) => {
    builder.take(minute, emit)
    const day = dayOf(minute.openAt)
    const next = minutes[i + 1]
    const session = options.sessionOf(day)
    if (session && (!next || dayOf(next.openAt) !== day)) builder.mark(session.closeAt, emit)
  })
  return candles
}

const nobody: Emit = () => undefined

const isWithin = (mark: Millis, { openAt, closeAt }: Session): boolean =>
  mark > openAt && mark <= closeAt
