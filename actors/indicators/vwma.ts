import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/**
 * Volume-weighted moving average of closes.
 *
 * Our own: that of trading-signals keeps whole bars and a second average that nobody asked for.
 * @param length  bars in the window, this one included
 * @returns       rupees; `NaN` while nothing traded in the whole window
 * @source        sum of C x V over sum of V; StockCharts ChartSchool, Volume-Weighted Moving Average
 */
export const vwma = (length: number): Indicator => {
  const volumes = lastOf(length)
  const turnover = lastOf(length)
  const push: Indicator['push'] = ({ close, volume }) => {
    volumes.push(volume)
    turnover.push(close * volume)
    return volumes.full() ? turnover.sum() / volumes.sum() : undefined
  }
  return { needs: length, push }
}
