import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/**
 * Average volume of the `length` bars before this one. This bar is left out, so that a spike is compared with what
 * came before it.
 * @returns  units; first with bar `length + 1`
 */
export const averageVolume = (length: number): Indicator => {
  const volumes = lastOf(length)
  const push: Indicator['push'] = ({ volume }) => {
    const average = volumes.full() ? volumes.sum() / length : undefined
    volumes.push(volume)
    return average
  }
  return { needs: length + 1, push }
}
