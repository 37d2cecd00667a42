import type { Candle } from '#actors/domain/candle.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Fill, Levels, Mode, Position } from '#actors/domain/order.ts'
import { flatPosition, settle, unrealised } from '#actors/executor/positions.ts'
import type { Millis } from '#engine/mod.ts'

/** A position with what people are shown beside it: the levels of its open trade. */
export type Holding = {
  readonly id: string
  readonly strategy: string
  readonly symbol: string
  position: Position
  mode: Mode
  trade: string | null
  levels: Levels | null
}

/** Money of one strategy, or of all: `pnl` is realised plus unrealised less charges. */
export type Profit = {
  pnl: Paise
  realised: Paise
  unrealised: Paise
  charges: Paise
  open: number
}

/** Which price a position is marked to: the newest known, or the last that the facts told. */
export type MarkedTo = 'latest' | 'facts'

type Price = { price: Paise; at: Millis }

/**
 * Positions by strategy and symbol, and the prices that mark them. Prices stand twice: `facts` alone make
 * the P&L curve, so that a restart draws the same one; live quotes only move what is shown between minutes.
 */
export type Book = {
  readonly holdings: ReadonlyMap<string, Holding>
  fill(fill: Fill): Holding
  /** Takes the closes of a minute. */
  close(candles: readonly Candle[]): void
  /** Takes a live price; `false` when a newer one is known. */
  see(symbol: string, price: Paise, at: Millis): boolean
  holdingOf(strategy: string, symbol: string): Holding
  heldIn(symbol: string): readonly Holding[]
  heldBy(strategy: string): readonly Holding[]
  priceOf(symbol: string): Paise | undefined
  profitOf(strategy: string, markedTo: MarkedTo): Profit
}

/** The id of a position: one strategy's share of one instrument. */
export const positionId = (strategy: string, symbol: string): string => `${strategy}|${symbol}`

/** A book that nothing was traded in. */
export const emptyBook = (): Book => {
  const holdings = new Map<string, Holding>()
  const byStrategy = new Map<string, Holding[]>()
  const bySymbol = new Map<string, Holding[]>()
  const prices: Record<MarkedTo, Map<string, Price>> = { latest: new Map(), facts: new Map() }

  const holdingOf = (strategy: string, symbol: string): Holding => {
    const id = positionId(strategy, symbol)
    const known = holdings.get(id)
    if (known) return known
    const position = flatPosition(strategy, symbol)
    const holding: Holding = {
      id,
      strategy,
      symbol,
      position,
      mode: 'paper',
      trade: null,
      levels: null,
    }
    holdings.set(id, holding)
    append(byStrategy, strategy, holding)
    append(bySymbol, symbol, holding)
    return holding
  }
  const told = (symbol: string, price: Paise, at: Millis) => {
    raise(prices.facts, symbol, price, at)
    raise(prices.latest, symbol, price, at)
  }
  return {
    holdings,
    holdingOf,
    fill(fill) {
      told(fill.symbol, fill.quote.price, fill.at)
      const holding = holdingOf(fill.strategy, fill.symbol)
      holding.position = settle(holding.position, fill)
      return holding
    },
    close: (candles) => candles.forEach((one) => told(one.symbol, one.close, one.closeAt)),
    see: (symbol, price, at) => raise(prices.latest, symbol, price, at),
    heldIn: (symbol) => bySymbol.get(symbol) ?? [],
    heldBy: (strategy) => byStrategy.get(strategy) ?? [],
    priceOf: (symbol) => prices.latest.get(symbol)?.price,
    profitOf(strategy, markedTo) {
      const total: Profit = { pnl: 0, realised: 0, unrealised: 0, charges: 0, open: 0 }
      for (const { position, symbol } of byStrategy.get(strategy) ?? []) {
        total.realised += position.realised
        total.charges += position.charges
        total.unrealised += unrealisedAt(position, prices[markedTo].get(symbol)?.price) ?? 0
        total.open += isOpen(position) ? 1 : 0
      }
      total.pnl = total.realised + total.unrealised - total.charges
      return total
    },
  }
}

/** Whether anything is held. */
export const isOpen = ({ quantity }: Position): boolean => quantity !== 0

/** What a position would gain if it were closed at `price`, before charges; `null` when there is no price. */
export const unrealisedAt = (position: Position, price: Paise | undefined): Paise | null => {
  if (!isOpen(position)) return 0
  return price === undefined ? null : unrealised(position, price)
}

const raise = (prices: Map<string, Price>, symbol: string, price: Paise, at: Millis): boolean => {
  const known = prices.get(symbol)
  if (known && known.at > at) return false
  if (known?.price === price) {
    known.at = at
    return false
  }
  prices.set(symbol, { price, at })
  return true
}

const append = (lists: Map<string, Holding[]>, key: string, holding: Holding): void => {
  const list = lists.get(key)
  if (list) list.push(holding)
  else lists.set(key, [holding])
}
