import { createHash } from 'node:crypto'
import { readLog } from '#engine/mod.ts'
import { SYSTEM_KINDS } from '#actors/journal/kinds.ts'
import { isSystem, type Fact, type RunInfo, type StrategyInfo } from '#actors/messages.ts'

/** What a replayed day came to. */
export type Report = {
  readonly run: string
  readonly recording: string
  readonly warmSessions: number
  readonly ticks: { fed: number; lost: number; quarantined: number }
  /** Closed candles by symbol and timeframe. */
  readonly candles: Record<string, Record<string, number>>
  readonly strategies: StrategyReport[]
  readonly journal: { records: number; sha256OfFacts: string }
  readonly wallMs: number
}

/** What became of one strategy: counts of its facts, and what its closed trades earned after charges. */
export type StrategyReport = {
  readonly id: string
  readonly type: string
  signals: number
  orders: number
  trades: number
  pnlPaise: number
  restarts: number
}

/**
 * Reads a run's journal into its report. `sha256OfFacts` is over the facts of the market's time as they were kept, a
 * line each; what happened to the machinery is left out, for it differs from run to run.
 */
export const reportOf = (journal: string, info: RunInfo, wallMs: number): Report => {
  const tally = {
    ticks: { fed: 0, lost: 0, quarantined: 0 },
    candles: {} as Report['candles'],
    strategies: new Map(info.strategies.map((one) => [one.id, nothingYet(one)])),
  }
  const hash = createHash('sha256')
  const reader = readLog(journal)
  let records = 0
  for (let record = reader.next(); record; record = reader.next()) {
    records++
    if (record.kind < SYSTEM_KINDS) hash.update(record.payload).update('\n')
    count(tally, JSON.parse(record.payload.toString('utf8')) as Fact)
  }
  reader.close()
  return {
    run: info.id,
    recording: info.recording,
    warmSessions: info.warmSessions,
    ticks: tally.ticks,
    candles: tally.candles,
    strategies: [...tally.strategies.values()],
    journal: { records, sha256OfFacts: hash.digest('hex') },
    wallMs: Math.round(wallMs),
  }
}

const nothingYet = ({ id, type }: StrategyInfo): StrategyReport =>
  ({ id, type, signals: 0, orders: 0, trades: 0, pnlPaise: 0, restarts: 0 })

type Tally = {
  ticks: Report['ticks']
  readonly candles: Report['candles']
  readonly strategies: Map<string, StrategyReport>
}

const count = (tally: Tally, fact: Fact): void => {
  if (isSystem(fact)) {
    if (fact.type === 'strategyAdded') tally.strategies.set(fact.info.id, nothingYet(fact.info))
    if (fact.type === 'actorRestarted') bump(tally, fact.actor.replace(/^strategy\//, ''), 'restarts')
    if (fact.type === 'runFinished') tally.ticks = { fed: fact.fed, lost: fact.lost, quarantined: fact.quarantined }
    return
  }
  if (fact.type === 'minuteClosed') {
    for (const { symbol, timeframe } of fact.candles) {
      const own = (tally.candles[symbol] ??= {})
      own[timeframe] = (own[timeframe] ?? 0) + 1
    }
  } else if (fact.type === 'signalRaised') bump(tally, fact.signal.strategy, 'signals')
  else if (fact.type === 'orderApproved') bump(tally, fact.order.strategy, 'orders')
  else if (fact.type === 'tradeClosed') {
    bump(tally, fact.trade.strategy, 'trades')
    bump(tally, fact.trade.strategy, 'pnlPaise', fact.trade.pnl ?? 0)
  }
}

type Figure = 'signals' | 'orders' | 'trades' | 'pnlPaise' | 'restarts'

const bump = ({ strategies }: Tally, id: string, figure: Figure, by = 1): void => {
  const one = strategies.get(id)
  if (one) one[figure] += by
}
