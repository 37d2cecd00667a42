import type { Millis } from '#engine/clock.ts'
import { rupees } from '../domain/money.ts'
import type { Order, Trade } from '../domain/order.ts'
import type { Direction, Signal } from '../domain/signal.ts'
import type { Fact } from '../messages.ts'
import type { Holding } from './define.ts'
import { nothing } from './runner.ts'

/** What one strategy has and has asked for, folded from its own facts. */
export type Holdings = {
  readonly strategy: string
  /** Open trades, oldest first. */
  readonly trades: Map<string, { trade: Trade; entry: number }>
  /** Entry orders that are neither filled nor over. */
  readonly entering: Map<string, Order>
  /** Orders that are leaving a trade, asked for or at a stop. */
  readonly leaving: Set<string>
  /** Event time up to which everything asked for has had its answer, whatever that was. */
  answered: Millis
  /** Signals whose order is under way: where the price they were made at is kept. */
  readonly signals: Map<string, Signal>
  paused: boolean
}

/** What a strategy has before its first fact: nothing, and it is not paused. */
export const noHoldings = (strategy: string): Holdings => ({
  strategy, trades: new Map(), entering: new Map(), leaving: new Set(), signals: new Map(), paused: false,
  answered: Number.NEGATIVE_INFINITY,
})

/** Takes one fact in, in place; facts of other strategies change nothing. */
export const learn = (own: Holdings, fact: Fact): void => {
  switch (fact.type) {
    case 'signalRaised':
      if (fact.signal.strategy !== own.strategy) return
      answer(own, fact.signal.at)
      if (fact.signal.wants === 'enter') own.signals.set(fact.signal.id, fact.signal)
      return
    case 'intentRefused':
      if (fact.intent.strategy === own.strategy) answer(own, fact.intent.at)
      own.signals.delete(fact.intent.id)
      return
    case 'orderApproved':
      if (fact.order.strategy !== own.strategy) return
      if (fact.order.purpose === 'entry') own.entering.set(fact.order.id, fact.order)
      else own.leaving.add(fact.order.id)
      return
    case 'orderFilled':
      if (fact.done) finish(own, fact.fill.order)
      return
    case 'orderRejected':
    case 'orderCancelled':
      finish(own, fact.order)
      return
    case 'tradeOpened':
      if (fact.trade.strategy === own.strategy) open(own, fact.trade)
      return
    case 'tradeClosed':
      own.trades.delete(fact.trade.id)
      return
    case 'levelsMoved': {
      if (fact.strategy === own.strategy) answer(own, fact.at)
      const held = own.trades.get(fact.trade)
      if (held) held.trade = { ...held.trade, levels: fact.levels }
      return
    }
    case 'strategyPaused':
    case 'strategyResumed':
      if (fact.strategy === own.strategy) own.paused = fact.type === 'strategyPaused'
  }
}

/** What a strategy file sees as its position: the newest of its open trades. */
export const holdingOf = (own: Holdings): Omit<Holding, 'bars'> => {
  const newest = [...own.trades.values()].at(-1)
  if (!newest) return nothing
  const { trade, entry } = newest
  const inRupees = (level: number | null | undefined) => (level == null ? null : rupees(level))
  return {
    direction: trade.direction,
    symbol: trade.symbol,
    quantity: trade.side === 'buy' ? trade.quantity : -trade.quantity,
    entry,
    entryAt: trade.entryAt,
    stop: inRupees(trade.levels?.stop),
    target: inRupees(trade.levels?.target),
  }
}

/** Direction of an entry under way, or `null`. */
export const pendingOf = (own: Holdings): Direction | null => [...own.entering.values()].at(-1)?.direction ?? null

/** Whether an order of its own works, to enter or to leave. */
export const ordering = ({ entering, leaving }: Holdings): boolean => entering.size > 0 || leaving.size > 0

const answer = (own: Holdings, at: Millis): void => {
  if (at > own.answered) own.answered = at
}

const finish = (own: Holdings, order: string): void => {
  own.entering.delete(order)
  own.leaving.delete(order)
}

// A trade goes by the id of its entry order, which names the signal it was made on.
const open = (own: Holdings, trade: Trade): void => {
  const signal = own.signals.get(trade.id.replace(/:entry$/, ''))
  own.trades.set(trade.id, { trade, entry: rupees(signal?.entry ?? trade.entryPrice) })
  if (signal) own.signals.delete(signal.id)
}
