import type { Indicator } from '../strategy/define.ts'
import { atr } from './atr.ts'

/** Which way the trend goes, and where it would turn. */
export type Trend = {
  /** The band that trails the price: below it in an up-trend, above it in a down-trend. Rupees. */
  readonly line: number
  readonly up: boolean
}

/**
 * Supertrend: a band of so many average true ranges around the middle of each bar, which may only tighten, until a
 * close beyond it turns the trend.
 *
 * Our own: that of trading-signals stands on an average true range that is seeded otherwise than TA-Lib's.
 * @param length    bars in the average true range
 * @param multiple  average true ranges from the middle of the bar to the band
 * @returns         begins as a down-trend unless the first close is above its upper band
 * @source          Olivier Seban's Supertrend, as defined by TradingView's `ta.supertrend`
 */
export const supertrend = (length: number, multiple: number): Indicator<Trend> => {
  const range = atr(length)
  let lower = Number.NaN
  let upper = Number.NaN
  let lastClose = Number.NaN
  let up = false
  const push: Indicator<Trend>['push'] = (bar) => {
    const reach = range.push(bar)
    if (reach === undefined) return undefined
    const middle = (bar.high + bar.low) / 2
    // A band holds its place unless it tightens, or the last close was beyond it.
    if (!(middle - multiple * reach < lower && lastClose >= lower)) lower = middle - multiple * reach
    if (!(middle + multiple * reach > upper && lastClose <= upper)) upper = middle + multiple * reach
    up = up ? bar.close >= lower : bar.close > upper
    lastClose = bar.close
    return { line: up ? lower : upper, up }
  }
  return { needs: range.needs, push }
}
