import type { QuoteView, TradeView } from '#api/contract.ts'

/**
 * P&L in rupees of a trade: what was realised, or what it would be at the last price, after charges so far.
 * For the eye alone: accounts are kept by the engine, in paise.
 */
export const pnlOf = (trade: TradeView, quote: QuoteView | undefined): number | null => {
  if (trade.pnl !== null) return Number(trade.pnl)
  if (!quote) return null
  const way = trade.side === 'buy' ? 1 : -1
  return (
    way * (Number(quote.price) - Number(trade.entryPrice)) * trade.quantity - Number(trade.charges)
  )
}

/** How much of its daily loss limit a strategy has used, 0 to 1; `null` without a limit. */
export const limitUsed = (pnl: string, limit: string | null): number | null => {
  const most = Math.abs(Number(limit))
  return most > 0 ? Math.min(1, Math.max(0, -Number(pnl) / most)) : null
}
