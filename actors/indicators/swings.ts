import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/** Whether the bar so many bars back is now known to be a swing point. */
export type Swings = { readonly high: boolean; readonly low: boolean }

/**
 * Swing points: a bar whose high is above (or whose low is below) those of the `side` bars on either side of it. Known
 * only once the bars after it have closed: a reading speaks of the bar `side` bars ago.
 *
 * A bar that only equals one of them is not a swing point.
 * @source  Williams, Trading Chaos (1995), the fractal
 */
export const swings = (side = 2): Indicator<Swings> => {
  const highs = lastOf(2 * side + 1)
  const lows = lastOf(2 * side + 1)
  const push: Indicator<Swings>['push'] = ({ high, low }) => {
    highs.push(high)
    lows.push(low)
    if (!highs.full()) return undefined
    return { high: stands(side, (ago) => highs.ago(ago)), low: stands(side, (ago) => -lows.ago(ago)) }
  }
  return { needs: 2 * side + 1, push }
}

const stands = (side: number, height: (ago: number) => number): boolean => {
  const middle = height(side)
  for (let i = 1; i <= side; i++) if (height(side + i) >= middle || height(side - i) >= middle) return false
  return true
}
