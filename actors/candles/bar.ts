import type { Millis } from '#engine/clock.ts'
import type { Candle, Timeframe } from '#actors/domain/candle.ts'
import type { Paise } from '#actors/domain/money.ts'

/** A candle that is being built. Filled in place: a trade allocates nothing. */
export class Bar {
  readonly symbol: string
  readonly timeframe: Timeframe
  /** Nothing traded in it yet. */
  empty = true
  open: Paise = 0
  high: Paise = 0
  low: Paise = 0
  close: Paise = 0
  volume = 0
  oi = 0
  ticks = 0
  gap = false
  /** Opening of the last minute merged into it; NaN before the first. */
  minuteAt: Millis = NaN

  constructor(symbol: string, timeframe: Timeframe) {
    this.symbol = symbol
    this.timeframe = timeframe
  }

  /** @param oi  NaN or 0 when the source has none: then the last one in this bar stands */
  trade(price: Paise, quantity: number, oi: number): void {
    this.#reach(price, price, price, price)
    this.volume += quantity
    if (oi > 0) this.oi = oi
    this.ticks++
  }

  /** Adds a shorter bar, or a closed candle, that comes after all it holds. */
  merge(shorter: Bar | Candle, minuteAt: Millis): void {
    this.minuteAt = minuteAt
    this.gap ||= shorter.gap
    if (shorter instanceof Bar && shorter.empty) return
    this.#reach(shorter.open, shorter.high, shorter.low, shorter.close)
    this.volume += shorter.volume
    if (shorter.oi > 0) this.oi = shorter.oi
    this.ticks += shorter.ticks
  }

  candle(openAt: Millis, closeAt: Millis): Candle {
    const { symbol, timeframe, open, high, low, close, volume, oi, ticks, gap } = this
    return {
      symbol,
      timeframe,
      openAt,
      closeAt,
      open,
      high,
      low,
      close,
      volume,
      oi,
      ticks,
      gap,
      revision: 0,
    }
  }

  clear(): void {
    this.empty = true
    this.volume = 0
    this.oi = 0
    this.ticks = 0
    this.gap = false
    this.minuteAt = NaN
  }

  #reach(open: Paise, high: Paise, low: Paise, close: Paise): void {
    if (this.empty) {
      this.empty = false
      this.open = open
      this.high = high
      this.low = low
    }
    if (high > this.high) this.high = high
    if (low < this.low) this.low = low
    this.close = close
  }
}
