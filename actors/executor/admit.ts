import type { Approved, Mode, Order } from '../domain/order.ts'
import type { Refusal } from '../messages.ts'
import type { Ledger } from './ledger.ts'

/**
 * The last look before an approved order is kept and placed. Risk judged by its own book a moment ago; the ledger is
 * nearer to the venue: a stop may have been hit since, or the same order sent before.
 * @returns why the order must not leave, or nothing
 */
export const objection = (ledger: Ledger, order: Approved<Order>, mode: Mode): Refusal | undefined => {
  if (order.mode !== mode)
    return no('MODE_MISMATCH', `This run trades ${mode}; the order is for ${order.mode}.`, {
      runs: mode,
      asks: order.mode,
    })
  if (ledger.orders.has(order.id))
    return no('ORDER_KNOWN', `Order ${order.id} is on record already and is not sent twice.`, { order: order.id })
  return order.purpose === 'exit' ? exitObjection(ledger, order) : undefined
}

const exitObjection = (ledger: Ledger, order: Order): Refusal | undefined => {
  const trip = ledger.trips.get(order.trade)
  if (!trip || trip.quantity <= 0)
    return no('NOTHING_HELD', `Nothing is left of trade ${order.trade}.`, { trade: order.trade })
  if (trip.exiting !== null)
    return no('EXIT_PENDING', `${order.symbol} is already being left by order ${trip.exiting}.`, {
      order: trip.exiting,
    })
  if (order.side === trip.side)
    return no('EXIT_ADDS', `A ${order.side} would add to what is held of ${order.symbol}, not leave it.`, {
      side: order.side,
    })
  if (order.quantity > trip.quantity)
    return no('EXIT_TOO_LARGE', `${order.quantity} to leave, ${trip.quantity} held of ${order.symbol}.`, {
      asks: order.quantity,
      holds: trip.quantity,
    })
  return undefined
}

const no = (code: string, because: string, figures: Refusal['figures']): Refusal => ({ code, because, figures })
