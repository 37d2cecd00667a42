import type { Candle } from '#actors/domain/candle.ts'
import { rupees } from '#actors/domain/money.ts'
import type { Millis } from '#engine/mod.ts'
import type { CandleView } from '../contract.ts'
import { time } from './format.ts'
import type { View } from './view.ts'

/** Bars kept per symbol and timeframe: two sessions of minutes. */
export const candlesMax = 800

/** The name of one symbol's bars of one length: what the stream takes as a key. */
export const seriesOf = (symbol: string, timeframe: string): string => `${symbol}|${timeframe}`

/** Closed bars, and one series at a time for a chart. */
export type CandlesView = View<'candles'> & {
  series(symbol: string, timeframe: string): CandleView[]
}

/** A window of the newest closed bars per symbol and timeframe; a re-issued bar replaces the one it corrects. */
export const candlesView = (): CandlesView => {
  const changed = new Set<string>()
  const windows = new Map<string, Map<Millis, Candle>>() // by opening time, oldest first
  const keep = (candle: Candle) => {
    const name = seriesOf(candle.symbol, candle.timeframe)
    const window = windows.get(name) ?? new Map<Millis, Candle>()
    windows.set(name, window)
    window.set(candle.openAt, candle)
    if (window.size > candlesMax) {
      const [oldest] = window.values()
      window.delete(oldest!.openAt)
      changed.delete(idOf(oldest!))
    }
    changed.add(idOf(candle))
  }
  const series = (name: string) => [...(windows.get(name)?.values() ?? [])]
  return {
    changed,
    on: { minuteClosed: ({ candles }) => candles.forEach(keep) },
    series: (symbol, timeframe) => series(seriesOf(symbol, timeframe)).map(viewOf),
    item(id, wanted) {
      const [symbol = '', timeframe = '', openAt = ''] = id.split('|')
      const name = seriesOf(symbol, timeframe)
      const candle = windows.get(name)?.get(Date.parse(openAt))
      if (!candle || (wanted && !wanted(name, symbol))) return undefined
      return viewOf(candle)
    },
    items(wanted, limit) {
      const names = [...windows.keys()].filter((name) => wanted(name, name.split('|')[0]!))
      if (names.length === 0) return []
      const each = Math.max(1, Math.floor(limit / names.length))
      return names
        .flatMap((name) => series(name).slice(-each))
        .slice(0, limit)
        .map(viewOf)
    },
  }
}

const idOf = ({ symbol, timeframe, openAt }: Candle): string =>
  `${symbol}|${timeframe}|${time(openAt)}`

const viewOf = (candle: Candle): CandleView => ({
  id: idOf(candle),
  symbol: candle.symbol,
  timeframe: candle.timeframe,
  openAt: time(candle.openAt),
  open: rupees(candle.open),
  high: rupees(candle.high),
  low: rupees(candle.low),
  close: rupees(candle.close),
  volume: candle.volume,
  gap: candle.gap,
})
