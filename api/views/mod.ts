import type { Instrument, InstrumentTable } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Fact, RunInfo, StrategyInfo } from '#actors/messages.ts'
import { lossLimit } from '#actors/risk/rules.ts'
import type {
  ActorView,
  CandleView,
  Channel,
  Channels,
  PerformanceView,
  PnlView,
  RunView,
  StrategyTypeView,
} from '../contract.ts'
import { actorsView } from './actors.ts'
import { emptyBook, isOpen } from './book.ts'
import { candlesView } from './candles.ts'
import { ordersView } from './orders.ts'
import type { PagedView } from './paged.ts'
import { performanceOf } from './performance.ts'
import { pnlId, pnlView } from './pnl.ts'
import { positionsView } from './positions.ts'
import { quotesView } from './quotes.ts'
import type { ReadQuote } from './quotes.ts'
import { runView } from './run.ts'
import type { Observed } from './run.ts'
import { signalsView } from './signals.ts'
import { strategiesView } from './strategies.ts'
import { tradesView } from './trades.ts'
import { apply, everything } from './view.ts'
import type { View, Wanted } from './view.ts'

export type { PageQuery } from './paged.ts'
export type { ReadQuote } from './quotes.ts'
export type { Observed } from './run.ts'
export { typeView } from './types.ts'
export { wantedBy } from './view.ts'
export type { Wanted } from './view.ts'

/** What the views are made for; `run` is the whole of it, the rest is what no fact says. */
export type ViewsOptions = {
  readonly run: RunInfo
  readonly instruments: InstrumentTable
  readonly types: readonly StrategyTypeView[]
  /** `30`, or `null` for as fast as possible. */
  readonly speed: number | null
  /** The loss at which a strategy stops for the session, as a positive amount. */
  readonly dailyLossLimit?: (one: StrategyInfo) => Paise | null
}

/** Most items of a list that grows in one snapshot, and in one page. */
export const itemsMax = 500

/** All that people are shown of a run. */
export type Views = {
  /** Takes the next fact of the journal. */
  fold(fact: Fact): void
  /** Takes the newest quotes: they move the ticker, and the marks of open positions between minutes. */
  quotes(read: ReadQuote): void
  /** Takes what shared memory tells of the run between facts. */
  observe(seen: Partial<Observed>): void
  /** Takes the supervision tree. */
  actors(actors: readonly ActorView[]): void
  /** Ids changed in a channel since the last call for it. */
  changes(channel: Channel): string[]
  item<C extends Channel>(channel: C, id: string, wanted?: Wanted): Channels[C] | undefined
  items<C extends Channel>(channel: C, wanted?: Wanted): Channels[C][]
  run(): RunView
  pnl(): PnlView
  performance(strategy: string): PerformanceView | undefined
  /** Bars of one series, oldest first. */
  candles(symbol: string, timeframe: string): CandleView[]
  readonly lists: { readonly [C in 'signals' | 'orders' | 'trades']: PagedView<C> }
  readonly types: readonly StrategyTypeView[]
  readonly instruments: readonly Instrument[]
}

/** Every view of one run, folded together: one fact in, and each channel knows which of its items changed. */
export const allViews = ({
  run,
  instruments,
  types,
  speed,
  dailyLossLimit,
}: ViewsOptions): Views => {
  const book = emptyBook()
  const titles = new Map(types.map(({ type, title }) => [type, title]))
  const strategies = strategiesView(run, book, (one, limits) => ({
    title: titles.get(one.type) ?? one.form?.title ?? one.type,
    dailyLossLimit: limits
      ? lossLimit(limits.capital, limits.dailyLossPercent)
      : (dailyLossLimit?.(one) ?? null),
  }))
  const pnl = pnlView(book, strategies.tallies)
  const ticks = quotesView()
  const system = actorsView()
  const lists = { signals: signalsView(), orders: ordersView(), trades: tradesView() }
  const candles = candlesView()
  const positions = positionsView(book)
  const runs = runView(run, speed)
  const views: { readonly [C in Channel]: View<C> } = {
    run: runs,
    pnl,
    strategies,
    ...lists,
    positions,
    ticks,
    candles,
    system,
  }
  // Strategies before the account: its curve sums theirs.
  const order = Object.values(views).sort((a, b) => Number(a === pnl) - Number(b === pnl))

  const mark = (symbol: string) => {
    for (const held of book.heldIn(symbol)) {
      if (!isOpen(held.position)) continue
      positions.changed.add(held.id)
      strategies.changed.add(held.strategy)
      pnl.changed.add(pnlId)
    }
  }
  return {
    fold(fact) {
      // The book first: the views below read their money from it.
      if (fact.type === 'orderFilled') book.fill(fact.fill)
      if (fact.type === 'minuteClosed') book.close(fact.candles)
      for (const view of order) apply(view, fact)
    },
    quotes(read) {
      for (const { index } of instruments.all) {
        const quote = read(index)
        if (quote && ticks.see(quote) && book.see(quote.symbol, quote.price, quote.at))
          mark(quote.symbol)
      }
    },
    observe: runs.observe,
    actors: system.see,
    changes(channel) {
      const { changed } = views[channel]
      const ids = [...changed]
      changed.clear()
      return ids
    },
    item: (channel, id, wanted) => views[channel].item(id, wanted),
    items: (channel, wanted = everything) => views[channel].items(wanted, itemsMax),
    run: () => runs.items(everything, 1)[0]!,
    pnl: () => pnl.items(everything, 1)[0]!,
    performance(strategy) {
      const tally = strategies.tallies.get(strategy)
      return tally && performanceOf(tally, book, pnl.minutes())
    },
    candles: candles.series,
    lists,
    types,
    instruments: instruments.all,
  }
}
