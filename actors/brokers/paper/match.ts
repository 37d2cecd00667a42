import type { Millis } from '#engine/mod.ts'
import { dayOf } from '#actors/calendar/mod.ts'
import type { Instrument, InstrumentTable, Kind } from '../../domain/instrument.ts'
import type { Paise } from '../../domain/money.ts'
import type { Approved, Charges, Fill, Order, Side } from '../../domain/order.ts'
import type { Broker, BrokerListener } from '../broker.ts'
import { slipped } from './slippage.ts'
import type { Slippage } from './slippage.ts'

/** What an execution costs beyond its price, by the charges in force on its day. */
export type ChargesOf = (execution: {
  /** Trading day in India, `YYYY-MM-DD`. */
  readonly day: string
  readonly kind: Kind
  readonly side: Side
  readonly quantity: number
  readonly price: Paise
}) => Charges

/** How a paper venue behaves. */
export type PaperRules = {
  readonly instruments: InstrumentTable
  readonly chargesOf: ChargesOf
  /** For ticks without bid and ask. */
  readonly slippage: Slippage
  /** From placing an order to its reaching the market, in event time. */
  readonly latencyMs: number
}

/** A venue that fills against the recorded market: driven by ticks, and silent between them. */
export type PaperVenue = Broker & {
  /** One trade of an instrument; `bid` and `ask` are 0 or NaN where the source has none. */
  tick(index: number, at: Millis, price: Paise, bid: Paise, ask: Paise): void
  /** Cancels what did not fill: orders are for the day. */
  endSession(at: Millis): void
}

/**
 * Fills market orders on the first tick of their instrument at or after placing + latency, whole and at once: buys at
 * the ask, sales at the bid, where the tick carries both; else at the last price with slippage. What it does follows
 * from the orders and ticks it was given, so that a venue restored from the journal goes on exactly as the old one
 * would have.
 */
export const paperVenue = (rules: PaperRules): PaperVenue => {
  const { instruments, latencyMs } = rules
  const waiting: (Waiting[] | undefined)[] = Array(instruments.all.length).fill(undefined)
  const known = new Set<string>()
  let tell: BrokerListener = () => {}

  const queue = (one: Waiting): void => {
    known.add(one.order.id)
    ;(waiting[one.instrument.index] ??= []).push(one)
  }
  const accepted = ({ id }: Order, at: Millis): void =>
    tell({ type: 'orderAccepted', order: id, venueId: `paper:${id}` }, at)
  const cancelled = ({ order }: Waiting, because: string, at: Millis): void =>
    tell({ type: 'orderCancelled', order: order.id, because }, at)
  const keep = (index: number, rest: Waiting[]): void => {
    waiting[index] = rest.length > 0 ? rest : undefined
  }

  return {
    name: 'paper',
    mode: 'paper',
    listen: (listener) => void (tell = listener),
    place(order, at) {
      if (known.has(order.id)) return
      known.add(order.id)
      const instrument = instruments.of(order.symbol)
      const because = refusal(order, instrument)
      if (!instrument || because) return tell({ type: 'orderRejected', order: order.id, because: because ?? '' }, at)
      queue({ order, instrument, from: at + latencyMs, left: order.quantity, fills: 0 })
      accepted(order, at)
    },
    cancel(id, because, at) {
      for (const [index, orders] of waiting.entries()) {
        const one = orders?.find(({ order }) => order.id === id)
        if (!orders || !one) continue
        keep(index, orders.filter((other) => other !== one))
        return cancelled(one, because, at)
      }
    },
    restore(outstanding) {
      for (const { order, placedAt, accepted: heard, filled, fills } of outstanding) {
        const instrument = instruments.of(order.symbol)
        const because = refusal(order, instrument)
        if (!instrument || because) tell({ type: 'orderRejected', order: order.id, because: because ?? '' }, placedAt)
        else {
          queue({ order, instrument, from: placedAt + latencyMs, left: order.quantity - filled, fills })
          if (!heard) accepted(order, placedAt)
        }
      }
    },
    tick(index, at, price, bid, ask) {
      const orders = waiting[index]
      if (orders === undefined || !isPrice(price)) return
      const due = orders.filter(({ from }) => from <= at)
      if (due.length === 0) return
      // Taken out first: whoever hears of a fill may place the next order before this returns.
      keep(index, orders.filter(({ from }) => from > at))
      const quote = { price, bid: isPrice(bid) ? bid : null, ask: isPrice(ask) ? ask : null, at }
      for (const one of due) tell({ type: 'orderFilled', fill: fillOf(one, quote, rules), done: true }, at)
    },
    endSession(at) {
      const left = waiting.flatMap((orders) => orders ?? [])
      waiting.fill(undefined)
      for (const one of left) cancelled(one, 'The session ended before it traded.', at)
    },
  }
}

type Waiting = {
  readonly order: Approved<Order>
  readonly instrument: Instrument
  /** Event time from which it may fill. */
  readonly from: Millis
  readonly left: number
  readonly fills: number
}

const refusal = (order: Order, instrument: Instrument | undefined): string | undefined => {
  if (order.mode !== 'paper') return `The paper venue takes paper orders only; this one is ${order.mode}.`
  if (!instrument) return `${order.symbol} is not among this run's instruments.`
  const { lot, freeze } = instrument
  if (lot === undefined) return `No source names the lot size of ${order.symbol}.`
  if (!(order.quantity > 0) || order.quantity % lot !== 0)
    return `${order.quantity} of ${order.symbol} is not whole lots of ${lot}.`
  if (freeze !== undefined && order.quantity > freeze)
    return `${order.quantity} of ${order.symbol} is more than the ${freeze} that one order may carry.`
  return undefined
}

const fillOf = ({ order, instrument, left, fills }: Waiting, quote: Fill['quote'], rules: PaperRules): Fill => {
  const { symbol, side, strategy } = order
  const price = priceOf(side, quote, instrument.tickSize, rules.slippage)
  return {
    id: `${order.id}:fill:${fills + 1}`,
    order: order.id,
    strategy,
    symbol,
    side,
    quantity: left,
    price,
    at: quote.at,
    charges: rules.chargesOf({ day: dayOf(quote.at), kind: instrument.kind, side, quantity: left, price }),
    quote,
  }
}

// A crossed quote is two sources out of step: no price to trade on.
const priceOf = (side: Side, { price, bid, ask }: Fill['quote'], tickSize: Paise, slippage: Slippage): Paise => {
  if (bid !== null && ask !== null && bid <= ask) return side === 'buy' ? ask : bid
  return slipped(price, side, tickSize, slippage)
}

const isPrice = (price: Paise): boolean => Number.isFinite(price) && price > 0
