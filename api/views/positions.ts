import { decimal } from '#actors/domain/money.ts'
import { averagePrice } from '#actors/executor/positions.ts'
import type { PositionView } from '../contract.ts'
import type { Book, Holding } from './book.ts'
import { isOpen, unrealisedAt } from './book.ts'
import { moneyOrNull } from './format.ts'
import type { View } from './view.ts'

/**
 * Positions by strategy and symbol, marked to the last price. A position that was closed stays listed with
 * quantity 0 and what it realised. The book itself is filled by {@link allViews} before any view hears of it.
 */
export const positionsView = (book: Book): View<'positions'> => {
  const changed = new Set<string>()
  const touch = (strategy: string, symbol: string) => {
    const held = book.holdingOf(strategy, symbol)
    changed.add(held.id)
    return held
  }
  return {
    changed,
    on: {
      orderFilled: ({ fill }) => void touch(fill.strategy, fill.symbol),
      minuteClosed({ candles }) {
        for (const { symbol } of candles)
          for (const held of book.heldIn(symbol)) if (isOpen(held.position)) changed.add(held.id)
      },
      tradeOpened({ trade }) {
        const held = touch(trade.strategy, trade.symbol)
        held.mode = trade.mode
        held.trade = trade.id
        held.levels = trade.levels
      },
      tradeClosed({ trade }) {
        const held = touch(trade.strategy, trade.symbol)
        // A reversal may open its next trade before the last one is reported closed.
        if (held.trade !== trade.id) return
        held.trade = null
        held.levels = null
      },
      levelsMoved(fact) {
        const held = book.heldBy(fact.strategy).find((one) => one.trade === fact.trade)
        if (!held) return
        held.levels = fact.levels
        changed.add(held.id)
      },
    },
    item: (id, wanted) => {
      const held = book.holdings.get(id)
      if (!held || (wanted && !wanted(held.id, held.symbol, held.strategy))) return undefined
      return viewOf(held, book)
    },
    items: (wanted, limit) =>
      [...book.holdings.values()]
        .filter((held) => wanted(held.id, held.symbol, held.strategy))
        .slice(0, limit)
        .map((held) => viewOf(held, book)),
  }
}

const viewOf = (held: Holding, book: Book): PositionView => {
  const price = book.priceOf(held.symbol)
  const { id, strategy, mode, symbol, position, levels } = held
  return {
    id,
    strategy,
    mode,
    symbol,
    quantity: position.quantity,
    averagePrice: decimal(averagePrice(position)),
    lastPrice: moneyOrNull(price),
    realised: decimal(position.realised),
    unrealised: moneyOrNull(unrealisedAt(position, price)),
    charges: decimal(position.charges),
    stop: moneyOrNull(levels?.stop),
    target: moneyOrNull(levels?.target),
  }
}
