import type { Millis } from '#engine/mod.ts'
import type { Approved, Entry, ExitReason, Levels, Mode, Order, Side } from '../domain/order.ts'
import type { Direction } from '../domain/signal.ts'
import type { Refusal } from '../messages.ts'

/** The answer to an intent: an order that may be placed, or why not. */
export type Verdict =
  | { readonly type: 'approved'; readonly order: Approved<Order> }
  | ({ readonly type: 'refused' } & Refusal)

/** An open trade, as far as leaving it goes. Risk's book and the executor's ledger both hold such. */
export type HeldTrade = {
  readonly id: string
  readonly strategy: string
  readonly mode: Mode
  readonly symbol: string
  readonly direction: Direction
  /** The side that opened it. */
  readonly side: Side
  /** Units still held. */
  readonly quantity: number
  readonly levels: Levels | null
  /** The order that is closing it. */
  readonly exiting: string | null
  /** Exit orders approved before. */
  readonly exits: number
}

/** Why a trade is left, and by whose word. */
export type ExitCause = {
  readonly reason: ExitReason
  readonly because: string
  readonly now: Millis
  /** The intent that asked; absent when the executor found out by itself. */
  readonly intent?: string
  readonly signal?: string | null
}

/** The order that an entry becomes once it has passed every rule. Its trade has the order's id. */
export const approveEntry = (
  entry: Entry,
  { quantity, because, now }: { readonly quantity: number; readonly because: string; readonly now: Millis },
): Approved<Order> =>
  mint({
    id: `${entry.id}:entry`,
    strategy: entry.strategy,
    intent: entry.id,
    signal: entry.signal,
    mode: entry.mode,
    symbol: entry.symbol,
    side: entry.side,
    type: 'market',
    quantity,
    purpose: 'entry',
    trade: `${entry.id}:entry`,
    direction: entry.direction,
    levels: entry.levels,
    reason: null,
    because,
    approvedAt: now,
  })

/**
 * The order that leaves a trade: the other side of what is held, and all of it. Approved unless nothing is held or
 * an exit is under way. The n-th exit of a trade has the same id whoever asks for it, so two who ask at the same
 * moment name one order.
 */
export const approveExit = (trade: HeldTrade, { reason, because, now, intent, signal }: ExitCause): Verdict => {
  if (trade.quantity <= 0) return nothingHeld(trade.symbol)
  if (trade.exiting !== null)
    return {
      type: 'refused',
      code: 'EXIT_PENDING',
      because: `${trade.symbol} is already being left by order ${trade.exiting}.`,
      figures: { order: trade.exiting, quantity: trade.quantity },
    }
  const id = `${trade.id}:exit:${trade.exits + 1}`
  const order = mint({
    id,
    strategy: trade.strategy,
    intent: intent ?? id,
    signal: signal ?? null,
    mode: trade.mode,
    symbol: trade.symbol,
    side: trade.side === 'buy' ? 'sell' : 'buy',
    type: 'market',
    quantity: trade.quantity,
    purpose: 'exit',
    trade: trade.id,
    direction: trade.direction,
    levels: null,
    reason,
    because,
    approvedAt: now,
  })
  return { type: 'approved', order }
}

/** The refusal of an exit that has nothing to leave. */
export const nothingHeld = (symbol: string): Verdict => ({
  type: 'refused',
  code: 'NOTHING_HELD',
  because: `Nothing is held of ${symbol}, so there is nothing to leave.`,
  figures: { quantity: 0 },
})

// The brand exists in the type alone; this is the one place that gives it.
const mint = (order: Order): Approved<Order> => order as Approved<Order>
