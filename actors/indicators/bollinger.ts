import { BollingerBands } from 'trading-signals'
import type { Indicator } from '../strategy/define.ts'

/** Edges and middle of the band, in rupees. */
export type Band = { readonly lower: number; readonly middle: number; readonly upper: number }

/**
 * Bollinger bands: a moving average, and so many standard deviations (of the population) either side of it.
 * @param length      bars in the window, this one included
 * @param deviations  width of the band to either side, in standard deviations
 * @returns           rupees
 * @source            Bollinger on Bollinger Bands (2001), ch. 7; TA-Lib BBANDS; computed by trading-signals
 */
export const bollinger = (length: number, deviations: number): Indicator<Band> => {
  const bands = new BollingerBands(length, deviations)
  return { needs: length, push: ({ close }) => bands.add(close) ?? undefined }
}
