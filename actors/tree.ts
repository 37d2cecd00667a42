import {
  advance, child, createLatest, createRing, createWatermarks, inspectRing, openLog, readWatermark, realFileSystem,
  resetWatermark, ringReader, supervisor, type Child, type FileSystem, type LatestHandle, type Placement, type RingHandle,
  type Supervisor, type Sync, type ThreadCode, type Watermarks,
} from '#engine/mod.ts'
import { oneTick } from './brokers/paper/slippage.ts'
import candles from './candles/candles.actor.ts'
import executor from './executor/executor.actor.ts'
import feed from './feed/feed.actor.ts'
import type { Pace } from './feed/pace.ts'
import { kindsOf } from './journal/kinds.ts'
import { standingOf } from './journal/past.ts'
import type { Fact, StrategyInfo } from './messages.ts'
import risk from './risk/risk.actor.ts'
import type { Run } from './run.ts'
import strategy from './strategy/strategy.actor.ts'

/** Records in the tick ring: some ten times the busiest minute seen of index options, 8 MB. */
const TICKS = 1 << 17
/** Records in a candle ring: a session of 60 instruments, 2 MB. */
const CANDLES = 1 << 15
/** Event time from a decision to the executor, from there to the venue, and from a fact to those who hear it. */
const latency = { orderMs: 100, venueMs: 150, factMs: 100 }

/** How a run is carried out. */
export type Conduct = {
  readonly pace: Pace
  /** Candle shards. */
  readonly shards: number
  /** Where the journal is kept; a simulation has one of its own. */
  readonly disk?: FileSystem
  /** Offered to the executor: `halting`, see executor.actor.ts. */
  readonly services?: Placement['services']
  /** What runs in a strategy's thread; tests put one there that misbehaves. */
  readonly strategyActor?: typeof strategy
  /** Where strategy threads load their code from; the sources by default. */
  readonly strategyCode?: ThreadCode | undefined
}

/** The trading part of the tree, and what the supervisor may do to its strategies. */
export type Trading = {
  readonly tree: Supervisor
  readonly latest: LatestHandle
  /** Nobody waits for this strategy any more: it was quarantined or stopped. */
  setAside(strategy: string): void
  /** It is about to run again, from now on. */
  takeBack(strategy: string): void
  /** From now on it runs with these parameters. */
  configure(strategy: string, params: StrategyInfo['params']): void
  /** The id of a strategy's actor. */
  readonly actorOf: (strategy: string) => string
}

// Places among the watermarks.
const EXECUTOR = 0
const RISK = 1
const FIRST_STRATEGY = 2

/** Shared memory of one start of the trading tree: made anew with it, so that nothing of a crash is left in it. */
type Wiring = {
  readonly ticks: RingHandle
  readonly rings: readonly RingHandle[]
  readonly marks: Watermarks
  readonly from: number
}

/**
 * The whole trading system over one run. Reads from the sink up to the source: executor with the journal, risk,
 * strategies, candles, feed. The core shares rings and event time, so it is started together, from the journal; a
 * strategy is started alone.
 */
export const tradingTree = (run: Run, conduct: Conduct): Trading => {
  const { pace, shards, services = {}, strategyActor = strategy, strategyCode, disk = realFileSystem } = conduct
  const symbols = run.instruments.all.length
  const latest = createLatest(Math.max(1, symbols))
  const params = new Map(run.info.strategies.map((one) => [one.id, one.params]))
  const stopped = new Set<string>()
  let wiring: Wiring | null = null

  const strategies = (): Child[] => run.info.strategies.map((info, n) =>
    strategyChild(run, wiring!, strategyActor, {
      info: { ...info, params: params.get(info.id)! }, n, asleep: stopped.has(info.id), code: strategyCode,
    }))

  const start = (): (Child | Supervisor)[] => {
    // Opening the journal cuts what was never acknowledged, so that everybody reads the same.
    const log = openLog(run.journal, { fileSystem: disk })
    const standing = standingOf(run.journal, log.durable, disk)
    log.close()
    for (const [id, set] of standing.configured) params.set(id, set)
    stopped.clear()
    for (const id of standing.stopped) stopped.add(id)
    wiring = wire(run, shards, (standing.minute?.sequence ?? -1) + 1)
    run.info.strategies.forEach(({ id }, n) => {
      if (stopped.has(id)) leave(wiring!, n)
    })
    return [
      executorChild(run, wiring, services),
      riskChild(run, wiring),
      supervisor('strategies', patient, strategies),
      ...wiring.rings.map((_, shard) => candlesChild(run, wiring!, shard)),
      feedChild(run, wiring, latest, pace),
    ]
  }
  const placeOf = (id: string): number => run.info.strategies.findIndex((one) => one.id === id)
  return {
    latest,
    tree: supervisor('trading', { ...core, restart: 'one-for-all', then: 'escalate' }, start),
    setAside: (id) => wiring && leave(wiring, placeOf(id)),
    takeBack(id) {
      stopped.delete(id)
      if (wiring) join(wiring, placeOf(id))
    },
    configure: (id, set) => void params.set(id, set),
    actorOf,
  }
}

const actorOf = (strategy: string): string => `strategy/${strategy}`

/** A strategy may fail five times in a minute; then it is set aside. */
const patient = {
  restart: 'one-for-one', atMost: 5, withinMs: 60_000, then: 'quarantine', delayMs: 50, delayMsMax: 5_000,
} as const
/** The core may fail three times in five minutes; then trading stays down. */
const core = { atMost: 3, withinMs: 300_000, delayMs: 100, delayMsMax: 2_000 } as const

const wire = (run: Run, shards: number, from: number): Wiring => {
  const ticks = createRing({ capacity: TICKS, readers: shards + 1, lossless: true, start: from })
  const readers = run.info.strategies.length + 1
  const rings = Array.from({ length: shards }, () => createRing({ capacity: CANDLES, readers, lossless: true }))
  for (let place = 0; place <= shards; place++) ringReader(ticks, place).activate(from)
  for (const ring of rings) for (let place = 0; place < readers; place++) ringReader(ring, place).activate(0)
  return { ticks, rings, from, marks: createWatermarks(FIRST_STRATEGY + run.info.strategies.length) }
}

const leave = ({ rings, marks }: Wiring, n: number): void => {
  for (const ring of rings) ringReader(ring, n + 1).deactivate()
  advance(marks, FIRST_STRATEGY + n, Number.POSITIVE_INFINITY)
}

// It goes on where the executor is: what lies before that is in the journal, which it reads first.
const join = ({ rings, marks }: Wiring, n: number): void => {
  for (const ring of rings) ringReader(ring, n + 1).activate(inspectRing(ring).readers[0]!.tail)
  resetWatermark(marks, FIRST_STRATEGY + n, readWatermark(marks, EXECUTOR))
}

const symbolsOf = (run: Run) => run.instruments.all
const shardName = (shard: number): string => `candles/${shard}`
const shardNames = ({ rings }: Wiring): string[] => rings.map((_, shard) => shardName(shard))
const strategyNames = (run: Run): string[] => run.info.strategies.map(({ id }) => actorOf(id))

const executorChild = (run: Run, wiring: Wiring, services: Placement['services']): Child =>
  child(
    executor,
    {
      run: run.info,
      journal: run.journal,
      instruments: symbolsOf(run),
      limits: run.limits,
      ticks: wiring.ticks,
      tickPlace: wiring.rings.length,
      candles: wiring.rings,
      candlePlace: 0,
      venueLatencyMs: latency.venueMs,
      slippage: oneTick,
    },
    {
      name: 'executor',
      limits: { heapMb: 256, youngMb: 32, stackMb: 4 },
      services: services ?? {},
      wakes: ['risk', ...strategyNames(run), ...shardNames(wiring), 'feed'],
      sync: {
        watermarks: wiring.marks,
        slot: EXECUTOR,
        awaits: [{ slot: RISK, lagMs: latency.orderMs, sends: true }],
        commandLagMs: latency.orderMs,
      },
    },
  )

const heardByRisk = [
  'sessionOpened', 'orderApproved', 'orderFilled', 'orderRejected', 'orderCancelled', 'levelsMoved', 'tradeClosed',
  'strategyHalted',
] as const satisfies Fact['type'][]

const riskChild = (run: Run, { marks }: Wiring): Child =>
  child(
    risk,
    { limits: run.limits, instruments: symbolsOf(run), executor: { ref: 'executor' } },
    {
      name: 'risk',
      limits: { heapMb: 256, youngMb: 32, stackMb: 4 },
      wakes: ['executor'],
      sync: {
        watermarks: marks,
        slot: RISK,
        awaits: [
          { slot: EXECUTOR, lagMs: latency.factMs, sends: false },
          ...run.info.strategies.map((_, n) => ({ slot: FIRST_STRATEGY + n, lagMs: 0, sends: true })),
        ],
        facts: {
          dir: run.journal, kinds: kindsOf(heardByRisk), lagMs: latency.factMs,
          // A decision was made this long before it was journaled.
          ownLagMs: -latency.orderMs,
        },
      },
    },
  )

const heardByStrategies = [
  'signalRaised', 'intentRefused', 'orderApproved', 'orderFilled', 'orderRejected', 'orderCancelled', 'levelsMoved',
  'tradeOpened', 'tradeClosed', 'strategyPaused', 'strategyResumed',
] as const satisfies Fact['type'][]

type Seat = {
  readonly info: StrategyInfo
  readonly n: number
  readonly asleep: boolean
  readonly code: ThreadCode | undefined
}

const strategyChild = (run: Run, { rings, marks }: Wiring, actor: typeof strategy, seat: Seat): Child => {
  const { info, n, asleep, code } = seat
  const sync: Sync = {
    watermarks: marks,
    slot: FIRST_STRATEGY + n,
    awaits: [{ slot: EXECUTOR, lagMs: latency.factMs, sends: false }],
    facts: { dir: run.journal, kinds: kindsOf(heardByStrategies), lagMs: latency.factMs },
  }
  const given = {
    info, instruments: symbolsOf(run), candles: rings, place: n + 1, history: run.history, marks: run.marks,
    journal: run.journal, orderLatencyMs: latency.orderMs, factLatencyMs: latency.factMs, risk: { ref: 'risk' },
  }
  return child(actor, given, { name: actorOf(info.id), wakes: ['risk', 'feed'], sync, asleep, ...(code && { code }) })
}

const candlesChild = (run: Run, wiring: Wiring, shard: number): Child =>
  child(
    candles,
    {
      instruments: symbolsOf(run), shard, shards: wiring.rings.length, ticks: wiring.ticks, tickPlace: shard,
      candles: wiring.rings[shard]!, journal: run.journal,
    },
    {
      name: shardName(shard),
      limits: { heapMb: 128, youngMb: 16, stackMb: 4 },
      wakes: [...strategyNames(run), 'executor', 'feed'],
    },
  )

const feedChild = (run: Run, { ticks, rings, from }: Wiring, latest: LatestHandle, pace: Pace): Child =>
  child(
    feed,
    {
      recording: { name: run.recording.name, files: run.recording.files },
      instruments: symbolsOf(run), ring: ticks, latest, pace, from,
    },
    {
      name: 'feed',
      limits: { heapMb: 256, youngMb: 64, stackMb: 4 },
      wakes: [...rings.map((_, shard) => shardName(shard)), 'executor'],
    },
  )
