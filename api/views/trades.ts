import { decimal } from '#actors/domain/money.ts'
import type { Trade } from '#actors/domain/order.ts'
import type { TradeView } from '../contract.ts'
import { moneyOrNull, time, timeOrNull } from './format.ts'
import { newest } from './newest.ts'
import { paged } from './paged.ts'
import type { PagedView } from './paged.ts'

/** Trades kept: under 1 KB each. */
export const tradesMax = 10_000

/** Round trips, open and closed, newest first. */
export const tradesView = (): PagedView<'trades'> => {
  const changed = new Set<string>()
  const kept = newest<Trade>(tradesMax, (id) => changed.delete(id))
  const put = (trade: Trade) => {
    kept.put(trade)
    changed.add(trade.id)
  }
  return paged(
    { kept, changed, viewOf },
    {
      tradeOpened: ({ trade }) => put(trade),
      tradeClosed: ({ trade }) => put(trade),
      levelsMoved(fact) {
        const trade = kept.get(fact.trade)
        if (trade) put({ ...trade, levels: fact.levels })
      },
    },
  )
}

const viewOf = (trade: Trade): TradeView => ({
  id: trade.id,
  strategy: trade.strategy,
  mode: trade.mode,
  symbol: trade.symbol,
  direction: trade.direction,
  side: trade.side,
  quantity: trade.quantity,
  entryAt: time(trade.entryAt),
  entryPrice: decimal(trade.entryPrice),
  exitAt: timeOrNull(trade.exitAt),
  exitPrice: moneyOrNull(trade.exitPrice),
  exitReason: trade.exitReason,
  stop: moneyOrNull(trade.levels?.stop),
  target: moneyOrNull(trade.levels?.target),
  watch: trade.levels?.watch ?? null,
  charges: decimal(trade.charges),
  pnl: moneyOrNull(trade.pnl),
  because: trade.because,
})
