import { decimal, rupees } from '#actors/domain/money.ts'
import type { StrategyLimits } from '#actors/domain/limits.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Fact, RunInfo, StrategyInfo } from '#actors/messages.ts'
import type { ErrorRecord } from '#engine/mod.ts'
import type { StrategyView } from '../contract.ts'
import type { Book } from './book.ts'
import { fresh, stateOf } from './condition.ts'
import type { Condition } from './condition.ts'
import { emptyCurve } from './curve.ts'
import type { Curve } from './curve.ts'
import { moneyOrNull } from './format.ts'
import type { View } from './view.ts'

/** One strategy as it is counted: what lists forget for their age is still in these figures. */
export type Tally = {
  readonly info: StrategyInfo
  title: string
  readonly dailyLossLimit: Paise | null
  readonly condition: Condition
  readonly curve: Curve
  params: StrategyInfo['params']
  signals: number
  orders: number
  trades: number
  wins: number
  losses: number
  /** Closed without gain or loss. */
  evens: number
  /** Sums of the results of closed trades, after charges; `lost` is a positive amount. */
  won: Paise
  lost: Paise
  restarts: number
}

/** What the facts do not say about a strategy. */
export type About = { title: string; dailyLossLimit: Paise | null }

/** The strategies view, and its tallies for the views that sum them up. */
export type StrategiesView = View<'strategies'> & { readonly tallies: ReadonlyMap<string, Tally> }

/** The fleet: state, parameters, counts, P&L and its curve, for each strategy that runs or ran. */
export const strategiesView = (
  run: RunInfo,
  book: Book,
  about: (one: StrategyInfo, limits?: StrategyLimits) => About,
): StrategiesView => {
  const tallies = new Map(run.strategies.map((info) => [info.id, emptyTally(info, about(info))]))
  const changed = new Set<string>()
  let live = false
  const all = (work: (one: Tally) => void) => {
    for (const one of tallies.values()) {
      work(one)
      changed.add(one.info.id)
    }
  }
  const change = (id: string, work: (one: Tally) => void) => {
    const one = tallies.get(id)
    if (!one) return
    work(one)
    changed.add(id)
  }
  const changeActor = (actor: string, work: (one: Tally) => void) => {
    if (actor.startsWith(actorPrefix)) change(actor.slice(actorPrefix.length), work)
  }
  return {
    tallies,
    changed,
    on: {
      sessionOpened() {
        live = true
        all((one) => {
          one.condition.live = true
          one.condition.halted = null
          one.curve.clear()
        })
      },
      minuteClosed: () =>
        all((one) => {
          one.condition.live = true
          one.curve.push(book.profitOf(one.info.id, 'facts').pnl)
        }),
      signalRaised: ({ signal }) => change(signal.strategy, (one) => void (one.signals += 1)),
      orderApproved: ({ order }) => change(order.strategy, (one) => void (one.orders += 1)),
      orderFilled: ({ fill }) => void changed.add(fill.strategy),
      tradeOpened: ({ trade }) => change(trade.strategy, (one) => void (one.trades += 1)),
      tradeClosed: ({ trade }) => change(trade.strategy, (one) => score(one, trade.pnl ?? 0)),
      strategyHalted: ({ strategy, because }) =>
        change(strategy, (one) => void (one.condition.halted = because)),
      strategyPaused: ({ strategy, by }) =>
        change(strategy, (one) => void (one.condition.paused = `Paused by ${by}.`)),
      strategyResumed: ({ strategy }) =>
        change(strategy, (one) => void (one.condition.paused = null)),
      strategyStopped: ({ strategy, by }) =>
        change(strategy, (one) => void (one.condition.stopped = `Stopped by ${by}.`)),
      strategyStarted: ({ strategy }) =>
        change(strategy, ({ condition }) => {
          condition.stopped = condition.quarantined = condition.down = null
        }),
      strategyConfigured: ({ strategy, params }) =>
        change(strategy, (one) => void (one.params = params)),
      strategyAdded({ info, limits }) {
        const one = emptyTally(info, about(info, limits))
        one.condition.live = live
        tallies.set(info.id, one)
        changed.add(info.id)
      },
      // What it did stays: the account's figures are the sums of all that traded.
      strategyRemoved: ({ strategy, by }) =>
        change(strategy, (one) => void (one.condition.removed = `Removed by ${by}.`)),
      // Code that may run is no longer what was refused, nor what went down.
      strategyLoaded: ({ strategy, form }) =>
        change(strategy, (one) => {
          one.title = form.title
          one.condition.refused = one.condition.quarantined = one.condition.down = null
        }),
      strategyRefused: ({ strategy, running, errors }) =>
        change(strategy, ({ condition }) => {
          if (running) condition.refused = `Its file was not taken up. ${wordsOn(errors)}`
          else condition.quarantined = wordsOn(errors)
        }),
      actorDown: (fact) =>
        changeActor(fact.actor, (one) => void (one.condition.down = saysOf(fact))),
      actorRestarted: ({ actor, restarts }) =>
        changeActor(actor, (one) => {
          one.condition.down = null
          one.restarts = restarts
        }),
      actorQuarantined: ({ actor, because }) =>
        changeActor(actor, (one) => void (one.condition.quarantined = because)),
      // A process that starts anew starts every thread anew.
      runResumed: () => all((one) => void (one.condition.down = null)),
    },
    item: (id, wanted) => {
      const one = tallies.get(id)
      if (!one || (wanted && !wanted(id, one.info.symbol))) return undefined
      return viewOf(one, book)
    },
    items: (wanted, limit) =>
      [...tallies.values()]
        .filter(({ info }) => wanted(info.id, info.symbol))
        .slice(0, limit)
        .map((one) => viewOf(one, book)),
  }
}

const actorPrefix = 'strategy/'

const emptyTally = (info: StrategyInfo, about: About): Tally => ({
  info,
  ...about,
  params: info.params,
  condition: fresh(),
  curve: emptyCurve(),
  signals: 0,
  orders: 0,
  trades: 0,
  wins: 0,
  losses: 0,
  evens: 0,
  won: 0,
  lost: 0,
  restarts: 0,
})

const score = (one: Tally, pnl: Paise): void => {
  if (pnl > 0) {
    one.wins += 1
    one.won += pnl
  } else if (pnl < 0) {
    one.losses += 1
    one.lost -= pnl
  } else one.evens += 1
}

const wordsOn = (errors: readonly ErrorRecord[]): string => {
  const [first, ...rest] = errors
  const more = rest.length > 0 ? ` (${rest.length} more in the same file.)` : ''
  return first ? `${first.code}: ${first.says} ${first.todo}${more}` : ''
}

const saysOf = ({ reason, error }: Extract<Fact, { type: 'actorDown' }>): string | null =>
  reason === 'stopped' ? null : error ? error.says : `Its thread ${wordsOf[reason]}.`

const wordsOf = {
  threw: 'threw an error',
  exited: 'exited',
  'out of memory': 'ran out of memory',
  hung: 'stopped answering',
  flooded: 'flooded its supervisor with messages',
  disconnected: 'closed the port it is supervised by',
  killed: 'was killed',
} as const

const viewOf = (one: Tally, book: Book): StrategyView => {
  const profit = book.profitOf(one.info.id, 'latest')
  return {
    id: one.info.id,
    type: one.info.type,
    title: one.title,
    symbol: one.info.symbol,
    ...stateOf(one.condition),
    mode: 'paper',
    capital: decimal(one.info.capital),
    params: { ...one.params },
    pnl: decimal(profit.pnl),
    realised: decimal(profit.realised),
    unrealised: decimal(profit.unrealised),
    charges: decimal(profit.charges),
    dailyLossLimit: moneyOrNull(one.dailyLossLimit),
    signals: one.signals,
    orders: one.orders,
    trades: one.trades,
    wins: one.wins,
    openPositions: profit.open,
    restarts: one.restarts,
    curve: one.curve.points.map(rupees),
  }
}
