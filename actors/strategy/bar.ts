import type { Candle } from '../domain/candle.ts'
import { rupees } from '../domain/money.ts'
import type { Bar } from './define.ts'

/** A candle as strategies and indicators see it: paise become rupees. */
export const barOf = (candle: Candle): Bar => ({
  symbol: candle.symbol,
  timeframe: candle.timeframe,
  openAt: candle.openAt,
  closeAt: candle.closeAt,
  open: rupees(candle.open),
  high: rupees(candle.high),
  low: rupees(candle.low),
  close: rupees(candle.close),
  volume: candle.volume,
  oi: candle.oi,
  gap: candle.gap,
})
