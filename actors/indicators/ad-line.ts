import type { Indicator } from '../strategy/define.ts'

/**
 * Accumulation/distribution line: the running sum of volume, weighted by where in its range each bar closed.
 * @returns  units; a bar without range adds nothing
 * @source   Chaikin; ((C-L) - (H-C)) / (H-L) x V, TA-Lib AD
 */
export const adLine = (): Indicator => {
  let total = 0
  const push: Indicator['push'] = ({ high, low, close, volume }) => {
    if (high > low) total += ((close - low - (high - close)) / (high - low)) * volume
    return total
  }
  return { needs: 1, push }
}
