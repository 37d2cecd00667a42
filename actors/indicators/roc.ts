import { ROC } from 'trading-signals'
import type { Indicator } from '../strategy/define.ts'

/**
 * Rate of change of the close against the one `length` bars ago.
 * @returns  percent
 * @source   TA-Lib ROC: 100 x (C / C[n] - 1); computed by trading-signals, whose figure is a fraction
 */
export const roc = (length: number): Indicator => {
  const change = new ROC(length)
  const push: Indicator['push'] = ({ close }) => {
    const fraction = change.add(close)
    return fraction === null ? undefined : 100 * fraction
  }
  return { needs: length + 1, push }
}
