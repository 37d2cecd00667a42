import type { Indicator } from '../strategy/define.ts'

/**
 * Exponential moving average of closes, seeded with the simple average of the first `length`.
 *
 * Our own: that of trading-signals is seeded with the first close, and so differs until the seed has decayed.
 * @param length  bars; the newest close weighs 2 / (length + 1)
 * @returns       rupees
 * @source        TA-Lib EMA; Murphy, Technical Analysis of the Financial Markets (1999), ch. 9
 */
export const ema = (length: number): Indicator => {
  const weight = 2 / (length + 1)
  let seen = 0
  let average = 0
  const push: Indicator['push'] = ({ close }) => {
    seen++
    if (seen > length) return (average += weight * (close - average))
    average += close
    if (seen < length) return undefined
    return (average /= length)
  }
  return { needs: length, push }
}
