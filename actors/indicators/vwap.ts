import type { Indicator } from '../strategy/define.ts'
import { dayNumber } from './day-number.ts'

/**
 * Volume-weighted average price of the session so far, begun anew at each session's first bar.
 * @returns  rupees; `NaN` while nothing has traded in the session
 * @source   Berkowitz, Logue, Noser, The Total Cost of Transactions on the NYSE (1988), on typical prices (H+L+C)/3
 */
export const vwap = (): Indicator => {
  let day = Number.NaN
  let turnover = 0
  let volume = 0
  const push: Indicator['push'] = (bar) => {
    const today = dayNumber(bar.openAt)
    if (today !== day) turnover = volume = 0
    day = today
    turnover += ((bar.high + bar.low + bar.close) / 3) * bar.volume
    volume += bar.volume
    return turnover / volume
  }
  return { needs: 1, push }
}
