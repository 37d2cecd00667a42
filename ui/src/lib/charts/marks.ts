import type { TradeView } from '#api/contract.ts'
import { signedRupees } from '#lib/format.ts'

/** A point on a chart: where a trade was entered or left. */
export type Mark =
  | { readonly kind: 'entry'; readonly at: number; readonly direction: 'long' | 'short' }
  | {
      readonly kind: 'exit'
      readonly at: number
      readonly direction: 'long' | 'short'
      readonly text: string
      readonly won: boolean
    }

/** A price that an open trade watches. */
export type Level = { readonly name: 'Stop' | 'Target' | 'Entry'; readonly price: number }

/** Where trades were entered and left, in words short enough for a chart. */
export const marksOf = (trades: readonly TradeView[]): Mark[] =>
  trades.flatMap(({ direction, entryAt, exitAt, pnl }): Mark[] => {
    const entry: Mark = { kind: 'entry', at: Date.parse(entryAt), direction }
    if (!exitAt) return [entry]
    return [
      entry,
      {
        kind: 'exit',
        at: Date.parse(exitAt),
        direction,
        won: Number(pnl) > 0,
        text: signedRupees(pnl, 0),
      },
    ]
  })

/** What open trades watch on `symbol`, which need not be what they hold. */
export const levelsOf = (trades: readonly TradeView[], symbol: string): Level[] =>
  trades
    .filter(({ exitAt }) => !exitAt)
    .flatMap((trade) => {
      const watched = (trade.watch ?? trade.symbol) === symbol
      const held = trade.symbol === symbol
      return [
        ...(held ? [{ name: 'Entry', price: Number(trade.entryPrice) } as const] : []),
        ...(watched && trade.stop ? [{ name: 'Stop', price: Number(trade.stop) } as const] : []),
        ...(watched && trade.target
          ? [{ name: 'Target', price: Number(trade.target) } as const]
          : []),
      ]
    })
