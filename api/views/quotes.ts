import type { Quote } from '#actors/domain/instrument.ts'
import { decimal } from '#actors/domain/money.ts'
import type { QuoteView } from '../contract.ts'
import { moneyOrNull, time } from './format.ts'
import type { View } from './view.ts'

/** Reads the newest quote of an instrument by its place; `undefined` before its first tick. */
export type ReadQuote = (index: number) => Quote | undefined

/** The newest quotes. They come from shared memory, not from facts: ticks are not journaled. */
export type QuotesView = View<'ticks'> & {
  /** Takes a quote; `false` when it is the one already known. */
  see(quote: Quote): boolean
}

/** Tells which instruments moved between two readings. */
export const quotesView = (): QuotesView => {
  const changed = new Set<string>()
  const quotes = new Map<string, Quote>()
  return {
    changed,
    on: {},
    see(quote) {
      const known = quotes.get(quote.symbol)
      if (known && known.at >= quote.at && known.dayVolume === quote.dayVolume) return false
      quotes.set(quote.symbol, quote)
      changed.add(quote.symbol)
      return true
    },
    item(symbol, wanted) {
      const quote = quotes.get(symbol)
      return quote && (!wanted || wanted(symbol)) ? viewOf(quote) : undefined
    },
    items: (wanted, limit) =>
      [...quotes.values()]
        .filter(({ symbol }) => wanted(symbol))
        .slice(0, limit)
        .map(viewOf),
  }
}

const viewOf = ({ symbol, at, price, bid, ask, dayVolume, oi }: Quote): QuoteView => ({
  symbol,
  at: time(at),
  price: decimal(price),
  bid: moneyOrNull(bid),
  ask: moneyOrNull(ask),
  dayVolume,
  oi: oi ?? null,
})
