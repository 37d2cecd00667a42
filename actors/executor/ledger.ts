import type { Millis } from '#engine/mod.ts'
import type { Outstanding } from '../brokers/broker.ts'
import type { Paise } from '../domain/money.ts'
import type { Approved, Fill, Levels, Order, OrderState, Position } from '../domain/order.ts'
import type { BusinessFact, Fact } from '../messages.ts'
import { isWorking, step } from './order-machine.ts'
import type { OrderEvent } from './order-machine.ts'
import { cashOf, flatPosition, settle } from './positions.ts'
import { begin, enter, leave, tradeOf } from './round-trips.ts'
import type { RoundTrip } from './round-trips.ts'

/** What the executor knows, from facts alone; {@link apply} is its only writer. */
export type Ledger = {
  /** In the order they were approved. */
  readonly orders: Map<string, OrderRecord>
  /** Trades not yet closed, by id. */
  readonly trips: Map<string, RoundTrip>
  /** By `strategy|symbol`. */
  readonly positions: Map<string, Position>
  /** What each strategy has paid and received, charges left out. */
  readonly cash: Map<string, Paise>
  /** Ids of the fills applied. */
  readonly fills: Set<string>
  /** What contradicted the record, for people to see. */
  readonly conflicts: Conflict[]
  /** Trades that may owe a fact. */
  readonly touched: Set<string>
  day: string | null
  /** Rises whenever the levels to watch may have changed. */
  revision: number
}

/** An order and what became of it. */
export type OrderRecord = {
  readonly order: Approved<Order>
  state: OrderState
  filled: number
  /** Fills applied. */
  fills: number
  placedAt: Millis | null
  /** Whether its venue said that it has it. */
  accepted: boolean
}

/** An event that could not be true, given what is on record. */
export type Conflict = { readonly order: string; readonly event: string; readonly because: string; readonly at: Millis }

/** The ledger of a run in which nothing has happened yet. */
export const emptyLedger = (): Ledger => ({
  orders: new Map(),
  trips: new Map(),
  positions: new Map(),
  cash: new Map(),
  fills: new Set(),
  conflicts: [],
  touched: new Set(),
  day: null,
  revision: 0,
})

/** Takes one fact into the ledger, in place. A fact that comes twice counts once. */
export const apply = (ledger: Ledger, fact: Fact): void => {
  switch (fact.type) {
    case 'sessionOpened':
      return openSession(ledger, fact.day)
    case 'orderApproved':
      return approve(ledger, fact.order)
    case 'orderPlaced':
      return place(ledger, fact.order, fact.at)
    case 'orderAccepted':
      return accept(ledger, fact.order, fact.at)
    case 'orderFilled':
      return fill(ledger, fact.fill, fact.done)
    case 'orderRejected':
      return end(ledger, fact.order, 'reject', fact.at)
    case 'orderCancelled':
      return end(ledger, fact.order, 'cancel', fact.at)
    case 'levelsMoved':
      return move(ledger, fact.trade, fact.levels)
    case 'tradeOpened':
      return tell(ledger, fact.trade.id, fact.trade.quantity)
    case 'tradeClosed':
      return forget(ledger, fact.trade.id)
  }
}

/**
 * The `tradeOpened` and `tradeClosed` that the fills so far call for and that no fact has told yet. To be published
 * and applied after every fill and every end of an order; after a restart it gives what a crash kept back. A trade
 * is told of again, under the same id, when a later part of its entry fills.
 */
export const owed = (ledger: Ledger): readonly BusinessFact[] => {
  const facts: BusinessFact[] = []
  for (const id of ledger.touched) {
    const trip = ledger.trips.get(id)
    if (!trip) continue
    if (trip.entered > trip.told) facts.push({ type: 'tradeOpened', trade: tradeOf(trip, false) })
    if (isClosed(ledger, trip)) facts.push({ type: 'tradeClosed', trade: tradeOf(trip, true) })
  }
  return facts
}

/** Trades of which something is held, oldest first. */
export const openTrades = (ledger: Ledger): readonly RoundTrip[] =>
  [...ledger.trips.values()].filter((trip) => trip.quantity > 0)

/** Orders that may still fill, in the order they were approved. */
export const workingOrders = (ledger: Ledger): readonly OrderRecord[] =>
  [...ledger.orders.values()].filter(({ state }) => isWorking(state))

/** Approved, but never sent: what a restart has to place. */
export const unplaced = (ledger: Ledger): readonly OrderRecord[] =>
  workingOrders(ledger).filter(({ state }) => state === 'NEW')

/** Sent, and not over: what a restart has to hand to the broker, in the order it was placed. */
export const outstanding = (ledger: Ledger): readonly Outstanding[] =>
  workingOrders(ledger)
    .flatMap(({ order, placedAt, accepted, filled, fills }) =>
      placedAt === null ? [] : [{ order, placedAt, accepted, filled, fills }])
    .sort((a, b) => a.placedAt - b.placedAt)

/** What a strategy holds of a symbol. */
export const positionOf = (ledger: Ledger, strategy: string, symbol: string): Position =>
  ledger.positions.get(positionKey(strategy, symbol)) ?? flatPosition(strategy, symbol)

/** Key of {@link Ledger.positions}. */
export const positionKey = (strategy: string, symbol: string): string => `${strategy}|${symbol}`

// Yesterday's finished orders are history; what still works, and what is held, stays.
const openSession = (ledger: Ledger, day: string): void => {
  if (ledger.day === day) return
  ledger.day = day
  for (const [id, { state }] of ledger.orders) if (!isWorking(state)) ledger.orders.delete(id)
}

const approve = (ledger: Ledger, order: Approved<Order>): void => {
  if (ledger.orders.has(order.id)) return
  ledger.orders.set(order.id, { order, state: 'NEW', filled: 0, fills: 0, placedAt: null, accepted: false })
  const trip = order.purpose === 'exit' ? ledger.trips.get(order.trade) : undefined
  if (!trip) return
  trip.exiting ??= order.id
  trip.exits += 1
}

const place = (ledger: Ledger, id: string, at: Millis): void => {
  const record = advance(ledger, id, 'send', at)
  if (record) record.placedAt ??= at
}

const accept = (ledger: Ledger, id: string, at: Millis): void => {
  const record = advance(ledger, id, 'accept', at)
  if (record) record.accepted = true
}

// A refused or cancelled exit leaves its trade held and managed; an entry that ends may close a trade already left.
const end = (ledger: Ledger, id: string, event: OrderEvent, at: Millis): void => {
  const record = advance(ledger, id, event, at)
  if (!record) return
  const trip = ledger.trips.get(record.order.trade)
  if (!trip) return
  if (trip.exiting === id) trip.exiting = null
  ledger.touched.add(trip.id)
}

const fill = (ledger: Ledger, one: Fill, done: boolean): void => {
  if (ledger.fills.has(one.id)) return
  const record = ledger.orders.get(one.order)
  const wrong = record ? mismatch(record, one) : 'No such order is on record.'
  if (!record || wrong) return clash(ledger, one.order, `fill ${one.id}`, wrong ?? '', one.at)
  ledger.fills.add(one.id)
  record.filled += one.quantity
  record.fills += 1
  const complete = done || record.filled === record.order.quantity
  // Money moved, so it is booked even where it contradicts the order's state; the contradiction goes on record.
  advance(ledger, one.order, complete ? 'complete' : 'fill', one.at)
  book(ledger, one)
  if (record.order.purpose === 'entry') enterTrip(ledger, record.order, one)
  else leaveTrip(ledger, record.order, one, complete)
  ledger.revision += 1
}

const mismatch = ({ order, filled }: OrderRecord, one: Fill): string | undefined => {
  if (one.symbol !== order.symbol) return `It is of ${one.symbol}, the order of ${order.symbol}.`
  if (one.side !== order.side) return `It is a ${one.side}, the order a ${order.side}.`
  if (one.strategy !== order.strategy) return `It names ${one.strategy}, the order belongs to ${order.strategy}.`
  if (!isCount(one.quantity) || !isCount(one.price)) return `${one.quantity} at ${one.price} is no quantity at a price.`
  if (filled + one.quantity > order.quantity)
    return `With it ${filled + one.quantity} are filled of an order for ${order.quantity}.`
  return undefined
}

const book = (ledger: Ledger, one: Fill): void => {
  const key = positionKey(one.strategy, one.symbol)
  ledger.positions.set(key, settle(positionOf(ledger, one.strategy, one.symbol), one))
  ledger.cash.set(one.strategy, (ledger.cash.get(one.strategy) ?? 0) + cashOf(one))
}

const enterTrip = (ledger: Ledger, order: Order, one: Fill): void => {
  const trip = ledger.trips.get(order.trade) ?? begin(order, one.at)
  ledger.trips.set(trip.id, trip)
  enter(trip, one)
  ledger.touched.add(trip.id)
}

const leaveTrip = (ledger: Ledger, order: Order, one: Fill, complete: boolean): void => {
  const trip = ledger.trips.get(order.trade)
  if (!trip) return clash(ledger, order.id, `fill ${one.id}`, `Its trade ${order.trade} is closed already.`, one.at)
  leave(trip, one, order.reason)
  if (complete && trip.exiting === order.id) trip.exiting = null
  ledger.touched.add(trip.id)
}

const move = (ledger: Ledger, id: string, levels: Levels): void => {
  const trip = ledger.trips.get(id)
  if (!trip) return
  trip.levels = levels
  ledger.revision += 1
}

const tell = (ledger: Ledger, id: string, entered: number): void => {
  const trip = ledger.trips.get(id)
  if (!trip) return
  trip.told = Math.max(trip.told, entered)
  if (!isClosed(ledger, trip)) ledger.touched.delete(id)
}

const forget = (ledger: Ledger, id: string): void => {
  ledger.touched.delete(id)
  if (ledger.trips.delete(id)) ledger.revision += 1
}

// An entry that still works may fill again: its trade is not over even when nothing of it is held just now.
const isClosed = (ledger: Ledger, trip: RoundTrip): boolean => {
  const entry = ledger.orders.get(trip.id)
  return trip.entered > 0 && trip.quantity <= 0 && !(entry && isWorking(entry.state))
}

/** Moves an order through the machine; gives its record unless the event contradicts it. */
const advance = (ledger: Ledger, id: string, event: OrderEvent, at: Millis): OrderRecord | undefined => {
  const record = ledger.orders.get(id)
  if (!record) return void clash(ledger, id, event, 'No such order is on record.', at)
  const next = step(record.state, event)
  if (next.type === 'conflict') return void clash(ledger, id, event, next.because, at)
  if (next.type === 'moved') record.state = next.to
  return record
}

const clash = (ledger: Ledger, order: string, event: string, because: string, at: Millis): void =>
  void ledger.conflicts.push({ order, event, because, at })

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0
