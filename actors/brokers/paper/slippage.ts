import type { Paise } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'

/** How far a paper fill lies from the last price where no bid and ask are known. */
export type Slippage =
  | { readonly by: 'ticks'; readonly ticks: number }
  | { readonly by: 'percent'; readonly percent: number }

/** One tick: what crossing a liquid index future's spread costs. */
export const oneTick: Slippage = { by: 'ticks', ticks: 1 }

/**
 * A last price made worse for the trader: dearer for a buy, cheaper for a sale, on the price grid, rounded away from
 * the trader; never below one tick.
 */
export const slipped = (price: Paise, side: Side, tickSize: Paise, slippage: Slippage): Paise => {
  const away = slippage.by === 'ticks' ? slippage.ticks * tickSize : shareOf(price, slippage.percent)
  if (side === 'buy') return Math.ceil((price + away) / tickSize) * tickSize
  return Math.max(tickSize, Math.floor((price - away) / tickSize) * tickSize)
}

// Up to the next paisa, but not for a float's last digit: 0.05 % of 10000 is 5, not 6.
const shareOf = (price: Paise, percent: number): Paise => Math.ceil((price * percent) / 100 - 1e-6)
