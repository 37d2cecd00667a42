import type { Paise } from './money.ts'
import type { Mode } from './order.ts'

/** How the quantity of an entry is found, and the share of capital it may cost. */
export type Sizing = { readonly by: 'percent-risk' | 'tiered'; readonly percent: number }

/** What one running strategy may do. `null` means that this limit is not set. */
export type StrategyLimits = {
  readonly capital: Paise
  /** The run's mode: an intent of any other mode is refused. */
  readonly mode: Mode
  readonly sizing: Sizing
  readonly maxOpenTrades: number
  readonly dailyLossPercent: number
  readonly minRewardToRisk: number | null
  /** After an exit, no entry in the same direction on the same underlying for so long. */
  readonly cooldownMinutes: number
  /** Minutes of the day in India, both included: [555, 900] is 09:15 to 15:00. */
  readonly hours: readonly [number, number]
  /** Largest value of one position, in percent of capital; sizes are cut to it. */
  readonly maxPositionPercent: number
}
