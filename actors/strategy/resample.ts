import { atMinute, dayOf } from '../calendar/day.ts'
import { minutesOf, type Timeframe } from '../domain/candle.ts'
import type { Bar } from './define.ts'

/** Minute of the day at which NSE opens: bars of every length are counted from it. */
const openMinute = 555

/**
 * Longer bars from shorter ones of one instrument, aligned to the open of the session at 09:15. For tests and studies
 * of recorded bars; the running product builds each timeframe from ticks. The last bar of a session ends with its
 * last bar, and one that a recording breaks off in the middle of is given as it stands.
 * @param bars  oldest first, of a timeframe that divides the wanted one
 */
export const resample = (bars: readonly Bar[], timeframe: Timeframe): Bar[] => {
  const longer: Bar[] = []
  let group: Bar[] = []
  let closeAt = Number.NEGATIVE_INFINITY
  for (const bar of bars) {
    if (bar.openAt >= closeAt) {
      if (group.length) longer.push(merge(group, timeframe, closeAt))
      group = []
      closeAt = endOf(bar.openAt, timeframe)
    }
    group.push(bar)
  }
  if (group.length) longer.push(merge(group, timeframe, closeAt))
  return longer
}

const endOf = (at: number, timeframe: Timeframe): number => {
  const day = dayOf(at)
  if (timeframe === '1d') return atMinute(day, 1440)
  const open = atMinute(day, openMinute)
  const length = minutesOf[timeframe] * 60_000
  return open + (Math.floor((at - open) / length) + 1) * length
}

const merge = (group: readonly Bar[], timeframe: Timeframe, end: number): Bar => {
  const first = group[0]!
  const last = group.at(-1)!
  return {
    symbol: first.symbol,
    timeframe,
    openAt: timeframe === '1d' ? first.openAt : end - minutesOf[timeframe] * 60_000,
    closeAt: timeframe === '1d' ? last.closeAt : end,
    open: first.open,
    high: group.reduce((high, bar) => Math.max(high, bar.high), first.high),
    low: group.reduce((low, bar) => Math.min(low, bar.low), first.low),
    close: last.close,
    volume: group.reduce((sum, { volume }) => sum + volume, 0),
    oi: last.oi,
    gap: group.some(({ gap }) => gap),
  }
}
