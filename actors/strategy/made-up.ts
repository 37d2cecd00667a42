import { seeded } from '#engine/random.ts'
import { minutesOf } from '../domain/candle.ts'
import type { Bar } from './define.ts'
import type { Need } from './runner.ts'

/** 3 January 2022, 09:15 in India. */
const FROM = 1641181500000
const MINUTE = 60_000

/**
 * Bars of a market that never was: a walk by chance, the same each time, for trying a strategy out.
 * @param minutes  how long it lasts; sessions follow each other without nights
 * @returns        those that close at one instant together, in order
 */
export function* madeUpBars(needs: readonly Need[], minutes: number): Generator<readonly Bar[]> {
  const random = seeded(1)
  const open = new Map(needs.map((need) => [need, begun(need, 10_000, FROM)]))
  const prices = new Map(needs.map(({ symbol }) => [symbol, 10_000]))
  for (let minute = 1; minute <= minutes; minute++) {
    const closeAt = FROM + minute * MINUTE
    for (const [symbol, price] of prices) prices.set(symbol, Math.max(100, price * (1 + (random.next() - 0.5) / 500)))
    const closed: Bar[] = []
    for (const [need, bar] of open) {
      const grown = grow(bar, prices.get(need.symbol)!, 1000 + random.whole(1000), closeAt)
      const ends = minute % Math.min(minutesOf[need.timeframe], SESSION) === 0
      if (ends) closed.push(grown)
      open.set(need, ends ? begun(need, grown.close, closeAt) : grown)
    }
    if (closed.length > 0) yield closed
  }
}

/** Minutes of a session: what a bar of a day spans here. */
const SESSION = 375

const begun = ({ symbol, timeframe }: Need, price: number, openAt: number): Bar => ({
  symbol, timeframe, openAt, closeAt: openAt, open: price, high: price, low: price, close: price, volume: 0, oi: 0,
  gap: false,
})

const grow = (bar: Bar, price: number, volume: number, closeAt: number): Bar => {
  const close = Math.round(price * 20) / 20
  const [high, low] = [Math.max(bar.high, close), Math.min(bar.low, close)]
  return { ...bar, close, high, low, volume: bar.volume + volume, oi: 100_000, closeAt }
}
