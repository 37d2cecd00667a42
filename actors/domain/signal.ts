import type { Millis } from '#engine/clock.ts'
import type { Timeframe } from './candle.ts'
import type { Paise } from './money.ts'

/** Which way the market is expected to go; a put is bought on `short`. */
export type Direction = 'long' | 'short'

/** One of the things a strategy checked before it signalled. */
export type Condition = {
  /** As a trader would say it: `breaks above resistance on volume`. */
  readonly name: string
  readonly holds: boolean
  /** What was measured; `null` while it could not be. */
  readonly value: number | null
  /** What it was measured against, as text: `> 150 % of SMA(V,20)`. */
  readonly needs: string
}

/** What a strategy saw and concluded at one closed bar. On record whether or not it was traded. */
export type Signal = {
  /** `strategy:barCloseMillis:n`, the same in every replay of the same day. */
  readonly id: string
  readonly strategy: string
  /** What it was read from. */
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly at: Millis
  readonly direction: Direction
  /** What it asks for: to enter, to leave, or nothing since a condition failed. */
  readonly wants: 'enter' | 'exit' | 'nothing'
  /** 0 to 100. */
  readonly strength: number
  readonly entry: Paise
  readonly stop: Paise | null
  readonly target: Paise | null
  readonly validUntil: Millis
  readonly because: string
  readonly conditions: readonly Condition[]
  /** Indicator readings by name, in the units of the chart. */
  readonly indicators: Readonly<Record<string, number | null>>
}
