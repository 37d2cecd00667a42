import type { Millis } from '#engine/mod.ts'
import type { Approved, Mode, Order } from '../domain/order.ts'
import type { BusinessFact } from '../messages.ts'

/**
 * What a broker says of an order, shaped as the fact it becomes. `orderUnknown` is no fact about the order: nobody
 * knows whether it arrived. It keeps working until the broker proves otherwise, and is never sent again.
 */
export type BrokerEvent =
  | Extract<BusinessFact, { type: 'orderAccepted' | 'orderFilled' | 'orderRejected' | 'orderCancelled' }>
  | { readonly type: 'orderUnknown'; readonly order: string; readonly because: string }

/** Hears what a broker says; `at` is the event's time. */
export type BrokerListener = (event: BrokerEvent, at: Millis) => void

/** An order the broker was given before a restart, as the journal knows it. */
export type Outstanding = {
  readonly order: Approved<Order>
  /** When it was placed. */
  readonly placedAt: Millis
  readonly accepted: boolean
  readonly filled: number
  /** Fills so far: the next one's number. */
  readonly fills: number
}

/**
 * Where orders go. Nothing is answered in place: every outcome, also of `place` and `cancel`, is an event, which a
 * paper venue raises at once or on a later tick and a live adapter when its broker says so.
 */
export type Broker = {
  readonly name: string
  /** Orders of another mode are rejected. */
  readonly mode: Mode
  /** Sends an order. Its id is the correlation tag; sending an id twice changes nothing. */
  place(order: Approved<Order>, at: Millis): void
  /** Asks for an order's end; one that is already over answers nothing. */
  cancel(order: string, because: string, at: Millis): void
  /** Takes up, after a restart, what was outstanding; in the order it was placed, before any tick. */
  restore(outstanding: readonly Outstanding[]): void
  /** Who hears the events; one listener, set before anything else. */
  listen(listener: BrokerListener): void
}
