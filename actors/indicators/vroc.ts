import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/**
 * Rate of change of volume against the bar `length` bars ago.
 * @returns  percent; `NaN` where that bar traded nothing
 * @source   (V - V[n]) / V[n] x 100: StockCharts ChartSchool, Rate of Change, applied to volume
 */
export const vroc = (length: number): Indicator => {
  const volumes = lastOf(length + 1)
  const push: Indicator['push'] = ({ volume }) => {
    volumes.push(volume)
    if (!volumes.full()) return undefined
    const then = volumes.ago(length)
    return then === 0 ? Number.NaN : ((volume - then) / then) * 100
  }
  return { needs: length + 1, push }
}
