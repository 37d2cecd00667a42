import type { Bar, Indicator } from '../strategy/define.ts'
import { obv } from './obv.ts'
import { swings } from './swings.ts'
import { lastOf } from './window.ts'

/** Which divergences are in force; both can be. */
export type Divergence = { readonly positive: boolean; readonly negative: boolean }

/** What counts as a divergence, and for how long. */
export type DivergenceOptions = {
  /** Bars either side of a swing point. */
  readonly side?: number
  /** Bars back from the one that confirms the second swing point, in which the first must lie. */
  readonly within?: number
  /** Bars it stays in force after the bar that confirmed it. */
  readonly inForce?: number
}

/**
 * Divergence of on-balance volume from price, between a swing point and any earlier one of its kind.
 *
 * Positive: price makes a lower (or equal) low and OBV a higher one. Negative: price makes a higher (or equal) high
 * and OBV a lower one. It comes into force with the bar that confirms the second swing point, and ends after
 * `inForce` bars or with the first bar that passes that point against it (a lower low, a higher high).
 * @source  Murphy, Technical Analysis of the Financial Markets (1999), ch. 7
 */
export const divergence = ({ side = 2, within = 30, inForce = 20 }: DivergenceOptions = {}): Indicator<Divergence> => {
  const balance = obv()
  const points = swings(side)
  const recent = { lows: lastOf(side + 1), highs: lastOf(side + 1), balances: lastOf(side + 1) }
  // A high is a low upside down, so one watch serves both.
  const positive = watchLows(within, inForce)
  const negative = watchLows(within, inForce)
  let index = -1
  const push = (bar: Bar): Divergence | undefined => {
    index++
    recent.lows.push(bar.low)
    recent.highs.push(bar.high)
    recent.balances.push(balance.push(bar)!)
    const swing = points.push(bar)
    if (!swing) return undefined
    const at = index - side
    const flow = recent.balances.ago(side)
    return {
      positive: positive(index, bar.low, swing.low ? { at, price: recent.lows.ago(side), flow } : null),
      negative: negative(index, -bar.high, swing.high ? { at, price: -recent.highs.ago(side), flow: -flow } : null),
    }
  }
  return { needs: points.needs, push }
}

/** A confirmed swing low: the bar it fell on, its price, and OBV at its close. */
type Point = { readonly at: number; readonly price: number; readonly flow: number }

/** Follows the lows and says at each bar whether a divergence is in force. */
const watchLows = (within: number, inForce: number) => {
  let points: readonly Point[] = []
  let floor = Number.NaN // price of the second point while in force
  let until = -1
  return (index: number, low: number, point: Point | null): boolean => {
    if (low < floor) until = -1
    if (!point) return index <= until
    points = points.filter(({ at }) => index - at <= within)
    if (points.some(({ price, flow }) => point.price <= price && point.flow > flow)) {
      floor = point.price
      until = index + inForce
    }
    points = [...points, point]
    return index <= until
  }
}
