import { SMA } from 'trading-signals'
import type { Indicator } from '../strategy/define.ts'

/**
 * Simple moving average of closes.
 * @param length  bars in the window, this one included: a whole number of at least 1
 * @returns       rupees
 * @source        TA-Lib SMA; computed by trading-signals, which sums its window afresh and so does not drift
 */
export const sma = (length: number): Indicator => {
  const average = new SMA(length)
  return { needs: length, push: ({ close }) => average.add(close) ?? undefined }
}
