import type { Millis } from '#engine/mod.ts'
import type { InstrumentTable } from '../domain/instrument.ts'
import type { Paise } from '../domain/money.ts'
import type { Fill, Levels, Mode, Order, Side, Trade } from '../domain/order.ts'
import type { Direction } from '../domain/signal.ts'
import type { Fact } from '../messages.ts'

/** What risk knows, from facts alone: plain data, the same after any replay of the same journal. */
export type Book = {
  session: { readonly day: string; readonly openAt: Millis; readonly closeAt: Millis } | null
  readonly strategies: Record<string, StrategyBook>
}

/** One strategy's part of the book. */
export type StrategyBook = {
  halted: { readonly code: string; readonly because: string } | null
  /** Profit of the trades closed this session, after charges. */
  realised: Paise
  /** Signed units by symbol; what is flat is absent. */
  readonly positions: Record<string, number>
  readonly orders: Record<string, BookedOrder>
  /** Open trades by id. */
  readonly trades: Record<string, BookedTrade>
  /** When a trade was last left, by `underlying direction`. */
  readonly exits: Record<string, Millis>
}

/** An order of this session, or an older one that still works. */
export type BookedOrder = {
  readonly order: Order
  filled: number
  working: boolean
  /** Ids of the fills counted, so that none counts twice. */
  readonly fills: string[]
}

/** An open trade as risk needs it: what is left of it, and whether it is being left. */
export type BookedTrade = {
  readonly id: string
  readonly strategy: string
  readonly mode: Mode
  readonly symbol: string
  readonly direction: Direction
  readonly side: Side
  /** Units still held. */
  quantity: number
  levels: Levels | null
  /** The order that is closing it. */
  exiting: string | null
  /** Exit orders approved so far, refused and cancelled ones too: the next one's number. */
  exits: number
}

/** The book before the first session. */
export const emptyBook = (): Book => ({ session: null, strategies: {} })

/**
 * Takes one fact into the book, in place. Facts of orders and trades may arrive twice and count once; those that
 * risk has no use for change nothing.
 */
export const onFact = (book: Book, fact: Fact, instruments: InstrumentTable): void => {
  switch (fact.type) {
    case 'sessionOpened':
      return openSession(book, fact)
    case 'orderApproved':
      return reserve(partOf(book, fact.order.strategy), fact.order)
    case 'orderFilled':
      return settle(partOf(book, fact.fill.strategy), fact.fill, fact.done)
    case 'orderRejected':
    case 'orderCancelled':
      return release(book, fact.order)
    case 'levelsMoved':
      return move(partOf(book, fact.strategy), fact.trade, fact.levels)
    case 'tradeClosed':
      return close(partOf(book, fact.trade.strategy), fact.trade, instruments)
    case 'strategyHalted':
      partOf(book, fact.strategy).halted ??= { code: fact.code, because: fact.because }
  }
}

/** A strategy's part of the book; an empty one when it has not traded yet, which `onFact` alone may write to. */
export const bookOf = (book: Book, strategy: string): StrategyBook => book.strategies[strategy] ?? emptyPart()

/** Signed units that a strategy holds of a symbol. */
export const held = (own: StrategyBook, symbol: string): number => own.positions[symbol] ?? 0

/** Orders that may still fill. */
export const working = (own: StrategyBook): readonly BookedOrder[] =>
  Object.values(own.orders).filter((one) => one.working)

/**
 * Trades that count against a limit on open ones: those held and not being left, and the entries under way. An entry
 * that has begun to fill is its trade and is counted once.
 */
export const openCount = (own: StrategyBook): number => {
  const staying = Object.values(own.trades).filter((one) => one.exiting === null).length
  const coming = working(own).filter((one) => one.order.purpose === 'entry' && !(one.order.trade in own.trades)).length
  return staying + coming
}

/** The same over all strategies. */
export const accountOpenCount = (book: Book): number =>
  Object.values(book.strategies).reduce((sum, own) => sum + openCount(own), 0)

/** Profit realised this session over all strategies, after charges. */
export const accountRealised = (book: Book): Paise =>
  Object.values(book.strategies).reduce((sum, own) => sum + own.realised, 0)

/** Key of {@link StrategyBook.exits}. */
export const exitKey = (underlying: string, direction: Direction): string => `${underlying} ${direction}`

const emptyPart = (): StrategyBook => ({ halted: null, realised: 0, positions: {}, orders: {}, trades: {}, exits: {} })

const partOf = (book: Book, strategy: string): StrategyBook => (book.strategies[strategy] ??= emptyPart())

// A new session forgives losses and halts, and forgets the orders that are done. What is held stays held.
const openSession = (book: Book, { day, openAt, closeAt }: NonNullable<Book['session']>): void => {
  if (book.session?.day === day) return
  book.session = { day, openAt, closeAt }
  for (const own of Object.values(book.strategies)) {
    own.halted = null
    own.realised = 0
    for (const [id, order] of Object.entries(own.orders)) if (!order.working) delete own.orders[id]
  }
}

const reserve = (own: StrategyBook, order: Order): void => {
  if (order.id in own.orders) return
  own.orders[order.id] = { order, filled: 0, working: true, fills: [] }
  const trade = own.trades[order.trade]
  if (order.purpose !== 'exit' || !trade) return
  trade.exiting ??= order.id
  trade.exits += 1
}

const settle = (own: StrategyBook, fill: Fill, done: boolean): void => {
  const booked = own.orders[fill.order]
  if (!booked || booked.fills.includes(fill.id)) return
  booked.fills.push(fill.id)
  booked.filled += fill.quantity
  if (done) booked.working = false
  const now = held(own, fill.symbol) + (fill.side === 'buy' ? fill.quantity : -fill.quantity)
  if (now === 0) delete own.positions[fill.symbol]
  else own.positions[fill.symbol] = now
  if (booked.order.purpose === 'entry') grow(own, booked.order, fill)
  else shrink(own, booked.order, fill)
}

const grow = (own: StrategyBook, order: Order, { quantity }: Fill): void => {
  const { trade: id, strategy, mode, symbol, direction, side, levels } = order
  const fresh = { id, strategy, mode, symbol, direction, side, quantity: 0, levels, exiting: null, exits: 0 }
  const trade = (own.trades[id] ??= fresh)
  trade.quantity += quantity
}

const shrink = (own: StrategyBook, order: Order, { quantity }: Fill): void => {
  const trade = own.trades[order.trade]
  if (trade) trade.quantity -= quantity
}

// A refused or cancelled exit leaves its trade held, managed, and free to be left by another order.
const release = (book: Book, id: string): void => {
  for (const own of Object.values(book.strategies)) {
    const booked = own.orders[id]
    if (!booked) continue
    booked.working = false
    const trade = own.trades[booked.order.trade]
    if (trade?.exiting === id) trade.exiting = null
  }
}

const move = (own: StrategyBook, trade: string, levels: Levels): void => {
  const open = own.trades[trade]
  if (open) open.levels = levels
}

const close = (own: StrategyBook, trade: Trade, instruments: InstrumentTable): void => {
  if (!(trade.id in own.trades)) return
  delete own.trades[trade.id]
  own.realised += trade.pnl ?? 0
  const underlying = instruments.of(trade.symbol)?.underlying ?? trade.symbol
  if (trade.exitAt !== null) own.exits[exitKey(underlying, trade.direction)] = trade.exitAt
}
