import type { Indicator } from '../strategy/define.ts'
import { wilder } from './wilder.ts'

/**
 * Average true range: Wilder's average of how far each bar reached, its gap from the last close included.
 *
 * Our own: that of trading-signals also averages the first bar, which has no close before it, and costs ten times more.
 * @returns  rupees; first with bar `length + 1`
 * @source   Wilder, New Concepts in Technical Trading Systems (1978), section III; TA-Lib ATR
 */
export const atr = (length: number): Indicator => {
  const smooth = wilder(length)
  let lastClose = Number.NaN
  const push: Indicator['push'] = ({ high, low, close }) => {
    const range = Math.max(high, lastClose) - Math.min(low, lastClose) // NaN on the first bar
    lastClose = close
    return Number.isNaN(range) ? undefined : smooth(range)
  }
  return { needs: length + 1, push }
}
