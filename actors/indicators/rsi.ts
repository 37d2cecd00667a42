import type { Indicator } from '../strategy/define.ts'
import { wilder } from './wilder.ts'

/**
 * Relative strength index: the share of rises in all movement of the close, both in Wilder's average.
 *
 * Our own: that of trading-signals says 100 where nothing moved (TA-Lib: 0), throws inside while it warms up, and
 * costs ten times more a bar.
 * @returns  0 to 100; first with bar `length + 1`
 * @source   Wilder, New Concepts in Technical Trading Systems (1978), section VI; TA-Lib RSI
 */
export const rsi = (length: number): Indicator => {
  const smoothRise = wilder(length)
  const smoothFall = wilder(length)
  let lastClose = Number.NaN
  const push: Indicator['push'] = ({ close }) => {
    const change = close - lastClose // NaN on the first bar
    lastClose = close
    if (Number.isNaN(change)) return undefined
    const rise = smoothRise(Math.max(change, 0))
    const fall = smoothFall(Math.max(-change, 0))
    if (rise === undefined || fall === undefined) return undefined
    return rise + fall === 0 ? 0 : (100 * rise) / (rise + fall)
  }
  return { needs: length + 1, push }
}
