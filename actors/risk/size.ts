import type { Instrument } from '../domain/instrument.ts'
import type { Paise } from '../domain/money.ts'
import type { Entry } from '../domain/order.ts'
import type { Sizing, StrategyLimits } from './limits.ts'

/** How large a position may be, and the figures that made it so. */
export type Size = {
  /** Whole lots, rounded down; 0 when not even one is affordable. */
  readonly lots: number
  /** Units: lots x lot size. */
  readonly quantity: number
  /** What the strategy may lose on this trade. */
  readonly budget: Paise
  /** What one lot loses when the trade goes wrong: at the stop, or the whole premium of a bought option. */
  readonly riskPerLot: Paise
  /** Capital at which `budget` would cover one lot. */
  readonly capitalForOneLot: Paise
  /** Lots that the largest position value allows. */
  readonly lotsByValue: number
}

/** What sizing needs of an instrument: one that is known by its lot. */
export type Sized = Pick<Instrument, 'kind'> & { readonly lot: number }

/**
 * Sizes an entry in whole lots: as many as lose no more than the budget, cut to the largest position value.
 * - `percent-risk`: budget = capital x percent.
 * - `tiered`: budget = capital x percent x the entry's tier (PVA's three steps of VROC).
 *
 * A bought option risks its premium; everything else the distance from entry to stop, on the watched instrument,
 * which bounds what a contract on it loses there while its delta is at most 1.
 * @returns `undefined` when the loss is unknowable: no stop, or no price
 */
export const sizeOf = (
  entry: Entry,
  { kind, lot }: Sized,
  { capital, sizing, maxPositionPercent }: Pick<StrategyLimits, 'capital' | 'sizing' | 'maxPositionPercent'>,
): Size | undefined => {
  const riskPerUnit = lossPerUnit(entry, kind)
  if (entry.price === null || riskPerUnit === undefined) return undefined
  const share = shareOf(entry, sizing)
  const budget = shareOfCapital(capital, share)
  const riskPerLot = riskPerUnit * lot
  const lotsByValue = Math.floor(shareOfCapital(capital, maxPositionPercent) / (entry.price * lot))
  const lots = Math.min(Math.floor(budget / riskPerLot), lotsByValue)
  const capitalForOneLot = Math.ceil((riskPerLot * 100) / share)
  return { lots, quantity: lots * lot, budget, riskPerLot, capitalForOneLot, lotsByValue }
}

/** What one unit may lose: the premium of a bought option, else the way to the stop; `undefined` without one. */
export const lossPerUnit = (entry: Entry, kind: Instrument['kind']): Paise | undefined => {
  if (kind === 'option' && entry.side === 'buy') return entry.price ?? undefined
  const { stop } = entry.levels
  const distance = stop === null ? 0 : Math.abs(entry.entry - stop)
  return distance > 0 ? distance : undefined
}

const shareOf = (entry: Entry, sizing: Sizing): number =>
  sizing.by === 'tiered' ? sizing.percent * entry.tier : sizing.percent

// In hundredths of a basis point, so that 0.7 % of a round sum is what a person would write down.
const shareOfCapital = (capital: Paise, percent: number): Paise =>
  Math.floor((capital * Math.round(percent * 10_000)) / 1_000_000)
