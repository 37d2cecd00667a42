import type { Indicator } from '../strategy/define.ts'

/**
 * On-balance volume: the running sum of volume, added when the close rose, taken off when it fell.
 *
 * Our own, in five lines: that of trading-signals keeps whole bars, and its origin is off by the first volume.
 * @returns  units; begins at the first bar's volume, and only its changes mean anything
 * @source   Granville, New Key to Stock Market Profits (1963); TA-Lib OBV
 */
export const obv = (): Indicator => {
  let total = 0
  let lastClose = Number.NEGATIVE_INFINITY
  const push: Indicator['push'] = ({ close, volume }) => {
    total += Math.sign(close - lastClose) * volume
    lastClose = close
    return total
  }
  return { needs: 1, push }
}
