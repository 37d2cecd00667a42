import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/**
 * Whether volume expands: more than on the bar before, and its average over `length` bars rising too.
 * @param length  bars in that average, this one included: it rises when this bar trades more than the one it drops
 */
export const expandingVolume = (length = 5): Indicator<boolean> => {
  const volumes = lastOf(length + 1)
  const push: Indicator<boolean>['push'] = ({ volume }) => {
    volumes.push(volume)
    if (!volumes.full()) return undefined
    return volume > volumes.ago(1) && volume > volumes.ago(length)
  }
  return { needs: length + 1, push }
}
