import { decimal } from '#actors/domain/money.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Order, OrderState } from '#actors/domain/order.ts'
import type { Millis } from '#engine/mod.ts'
import type { OrderView } from '../contract.ts'
import { time } from './format.ts'
import { newest } from './newest.ts'
import type { Listed } from './newest.ts'
import { paged } from './paged.ts'
import type { PagedView } from './paged.ts'

/** Orders kept: about 1 KB each with their events. */
export const ordersMax = 10_000

/** Lifecycle events kept per order: the newest; only an order filled in very many parts has more. */
export const orderEventsMax = 50

type Kept = Listed & {
  readonly order: Order
  state: OrderState
  filled: number
  /** Price times quantity over all fills. */
  value: Paise
  readonly events: { readonly state: OrderState; readonly at: Millis; readonly says: string }[]
}

/** Every order with what became of it, step by step. */
export const ordersView = (): PagedView<'orders'> => {
  const changed = new Set<string>()
  const kept = newest<Kept>(ordersMax, (id) => changed.delete(id))
  const move = (id: string, state: OrderState, at: Millis, says: string) => {
    const one = kept.get(id)
    if (!one) return
    one.state = state
    one.events.push({ state, at, says })
    if (one.events.length > orderEventsMax) one.events.shift()
    changed.add(id)
  }
  return paged(
    { kept, changed, viewOf },
    {
      orderApproved({ order, at }) {
        const { id, strategy, symbol } = order
        kept.put({ id, strategy, symbol, order, state: 'NEW', filled: 0, value: 0, events: [] })
        move(id, 'NEW', at, 'Approved by risk.')
      },
      orderPlaced: ({ order, at }) => move(order, 'SENT', at, 'On disk, then sent to the venue.'),
      orderAccepted: ({ order, at, venueId }) =>
        move(order, 'OPEN', at, `Working at the venue as ${venueId}.`),
      orderFilled({ fill, done, at }) {
        const one = kept.get(fill.order)
        if (!one) return
        one.filled += fill.quantity
        one.value += fill.quantity * fill.price
        move(
          fill.order,
          done ? 'COMPLETE' : 'PARTIAL',
          at,
          `Filled ${fill.quantity} at ${decimal(fill.price)}.`,
        )
      },
      orderRejected: ({ order, at, because }) => move(order, 'REJECTED', at, because),
      orderCancelled: ({ order, at, because }) => move(order, 'CANCELLED', at, because),
    },
  )
}

const viewOf = ({ order, state, filled, value, events }: Kept): OrderView => ({
  id: order.id,
  strategy: order.strategy,
  mode: order.mode,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  purpose: order.purpose,
  quantity: order.quantity,
  filled,
  averagePrice: filled === 0 ? null : decimal(Math.round(value / filled)),
  state,
  reason: order.reason,
  because: order.because,
  at: time(order.approvedAt),
  events: events.map((event) => ({ ...event, at: time(event.at) })),
})
