import type { Indicator } from '../strategy/define.ts'
import { lastOf } from './window.ts'

/** Edges of the channel, in rupees. */
export type Channel = { readonly upper: number; readonly lower: number }

/**
 * Donchian channel: the highest high and lowest low of the `length` bars before this one. This bar is left out, so
 * that its close can be beyond the channel.
 * @returns  rupees; first with bar `length + 1`
 * @source   Faith, Way of the Turtle (2007), ch. 10
 */
export const donchian = (length: number): Indicator<Channel> => {
  const highs = lastOf(length)
  const lows = lastOf(length)
  const push: Indicator<Channel>['push'] = ({ high, low }) => {
    const channel = highs.full() ? { upper: highs.max(), lower: lows.min() } : undefined
    highs.push(high)
    lows.push(low)
    return channel
  }
  return { needs: length + 1, push }
}
