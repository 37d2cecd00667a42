import type { Paise } from '../domain/money.ts'
import type { Fill, Position } from '../domain/order.ts'

/** What a strategy holds of a symbol before its first fill. */
export const flatPosition = (strategy: string, symbol: string): Position => ({
  strategy,
  symbol,
  quantity: 0,
  cost: 0,
  realised: 0,
  charges: 0,
})

/**
 * A position after one fill: it grows, shrinks, or turns around. What leaves takes its share of the cost in whole
 * paise and the rest keeps the remainder, so no paisa is lost: cash + cost + charges − realised never changes.
 */
export const settle = (position: Position, fill: Fill): Position => {
  const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity
  const charges = position.charges + fill.charges.total
  const closing = opposes(position.quantity, signed)
    ? Math.sign(signed) * Math.min(Math.abs(signed), Math.abs(position.quantity))
    : 0
  const opening = signed - closing
  const released = costShare(position.cost, -closing, position.quantity)
  return {
    ...position,
    quantity: position.quantity + signed,
    cost: position.cost - released + opening * fill.price,
    realised: position.realised - closing * fill.price - released,
    charges,
  }
}

/** What a fill does to cash before charges: a buy pays, a sale brings. */
export const cashOf = ({ side, quantity, price }: Pick<Fill, 'side' | 'quantity' | 'price'>): Paise =>
  side === 'buy' ? -quantity * price : quantity * price

/** Profit of what is held at a price, before charges. */
export const unrealised = (position: Position, price: Paise): Paise => position.quantity * price - position.cost

/** Average price of what is held, to the nearest paisa: for people, not for adding up. */
export const averagePrice = ({ quantity, cost }: Pick<Position, 'quantity' | 'cost'>): Paise =>
  quantity === 0 ? 0 : Math.round(cost / quantity)

const opposes = (a: number, b: number): boolean => Math.sign(a) * Math.sign(b) < 0

// cost x part / whole, truncated, without a product that could leave the safe integers.
const costShare = (cost: Paise, part: number, whole: number): Paise => {
  if (part === 0) return 0
  const each = Math.trunc(cost / whole)
  const rest = cost - each * whole
  return each * part + Math.trunc((rest * part) / whole)
}
