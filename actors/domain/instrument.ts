import type { Millis } from '#engine/clock.ts'
import type { Paise } from './money.ts'

/** What an instrument is; an index is watched and never traded. */
export type Kind = 'index' | 'future' | 'option' | 'equity'

/** One tradable contract, or an index that is only watched. */
export type Instrument = {
  /** Place in the run's table: what rings and bitmaps carry instead of the name. */
  readonly index: number
  readonly symbol: string
  readonly kind: Kind
  /** `NIFTY` for every NIFTY contract; an index or share is its own underlying. */
  readonly underlying: string
  /** Last trading day as `YYYY-MM-DD`, for options (continuous futures have none). */
  readonly expiry?: string
  /** Strike price. */
  readonly strike?: Paise
  readonly optionType?: 'CE' | 'PE'
  /** Units to a lot. Absent when no source names it: such an instrument can be watched, not traded. */
  readonly lot?: number
  /** Smallest price step. */
  readonly tickSize: Paise
  /** Largest quantity the exchange takes in one order, where known for the day. */
  readonly freeze?: number
}

/** The instruments of a run, by place and by name. */
export type InstrumentTable = {
  readonly all: readonly Instrument[]
  of(symbol: string): Instrument | undefined
}

/** What was last known of an instrument's price. */
export type Quote = {
  readonly symbol: string
  readonly at: Millis
  readonly price: Paise
  readonly bid?: Paise
  readonly ask?: Paise
  readonly dayVolume: number
  readonly oi?: number
}

/** A table over instruments whose `index` is their place. */
export const tableOf = (all: readonly Instrument[]): InstrumentTable => {
  const bySymbol = new Map(all.map((one) => [one.symbol, one]))
  return { all, of: (symbol) => bySymbol.get(symbol) }
}
