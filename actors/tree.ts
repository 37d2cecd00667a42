import {
  advance, child, createInterests, createLatest, createRing, createWatermarks, openLog, RANK_FIRST, readWatermark,
  realFileSystem, resetWatermark, ringReader, supervisor,
  type Child, type FileSystem, type Interests, type LatestHandle, type Placement, type RingHandle, type Supervisor,
  type Sync, type ThreadCode, type Watermarks,
} from '#engine/mod.ts'
import { oneTick } from './brokers/paper/slippage.ts'
import candles from './candles/candles.actor.ts'
import type { StrategyLimits } from './domain/limits.ts'
import executor from './executor/executor.actor.ts'
import feed from './feed/feed.actor.ts'
import type { Pace } from './feed/pace.ts'
import { kindsOf } from './journal/kinds.ts'
import { createNews, placeOf, type News } from './journal/news.ts'
import { standingOf } from './journal/past.ts'
import type { Fact, StrategyInfo } from './messages.ts'
import risk from './risk/risk.actor.ts'
import type { Run } from './run.ts'
import { seatsFor, seatsOf, type Seated, type Seats } from './seats.ts'
import { sourceOf } from './strategy/load.ts'
import { follow } from './strategy/ticks.ts'
import strategy, { type Order } from './strategy/strategy.actor.ts'

/** Records in the tick ring: some ten times the busiest minute seen of index options, 8 MB. */
const TICKS = 1 << 17
/** Records in a candle ring: a session of 60 instruments, 2 MB. */
const CANDLES = 1 << 15
/** Event time from a decision to the executor, from there to the venue, and from a fact to those who hear it. */
const latency = { orderMs: 100, venueMs: 150, factMs: 100 }

/** How a run is carried out. */
export type Conduct = {
  readonly pace: Pace
  /**
   * `event-time` (by default): everybody waits for whoever may still say something earlier, so that the same recording
   * gives the same facts. `arrival`: nobody waits for anybody, ticks are overwritten for who is too slow, and the
   * journal has what came in the order it came; as it is live.
   */
  readonly order?: Order
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
  /** Where the code of one strategy lies, asked at each of its starts; its source by default. */
  readonly definitionOf?: (strategy: StrategyInfo) => string
  /** Strategies whose code may not run: declared, but not started before somebody takes them back. */
  readonly refused?: ReadonlySet<string>
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
  /** Seats a strategy whose coming is on record; its thread starts once `strategies` is refreshed. */
  add(strategy: StrategyInfo, limits: StrategyLimits): void
  /** Gives back the seat of one whose going is on record and whose thread has stopped; then refresh. */
  remove(strategy: string): void
  /** Who is there now, with the parameters in force. */
  readonly fleet: Pick<Seats, 'all' | 'find' | 'recall' | 'check'>
  /** The id of a strategy's actor. */
  readonly actorOf: (strategy: string) => string
  /** The strategy that an actor of the fleet runs. */
  strategyOf(actor: string): string | undefined
  /** The rings of the present start, for people to look at; none before the first. */
  rings(): readonly NamedRing[]
}

/** A ring, its name, and by its place each actor that reads it. */
export type NamedRing = { readonly id: string; readonly ring: RingHandle; readonly readers: readonly string[] }

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
  /** Who sleeps through which ticks. */
  readonly interests: Interests
  /** Whom the journal has something for. */
  readonly news: News
  readonly order: Order
}

/**
 * The whole trading system over one run. Reads from the sink up to the source: executor with the journal, risk,
 * strategies, candles, feed. The core shares rings and event time, so it is started together, from the journal; a
 * strategy is started alone.
 */
export const tradingTree = (run: Run, conduct: Conduct): Trading => {
  const { pace, shards, services = {}, strategyActor = strategy, strategyCode, disk = realFileSystem } = conduct
  const { order = 'event-time' } = conduct
  const { definitionOf = ({ type }) => sourceOf(type), refused = new Set<string>() } = conduct
  const symbols = run.instruments.all.length
  const latest = createLatest(Math.max(1, symbols))
  let seats = seatsFor(run.info.strategies.length)
  const stopped = new Set<string>()
  let wiring: Wiring | null = null

  const strategies = (): Child[] => seats.all().map(({ info, seat }) =>
    strategyChild(run, wiring!, latest, strategyActor, {
      info, n: seat, asleep: stopped.has(info.id), code: strategyCode, definition: definitionOf(info),
    }))

  const start = (): (Child | Supervisor)[] => {
    // Opening the journal cuts what was never acknowledged, so that everybody reads the same.
    const log = openLog(run.journal, { fileSystem: disk })
    const standing = standingOf(run.journal, log.durable, disk)
    log.close()
    seats = seatsOf(run.info.strategies, run.limits.strategies, standing)
    stopped.clear()
    for (const id of [...standing.stopped, ...refused]) stopped.add(id)
    wiring = wire(run, seats, { shards, order, from: (standing.minute?.sequence ?? -1) + 1 })
    for (const { info, seat } of seats.all()) if (stopped.has(info.id)) leave(wiring, seat)
    return [
      executorChild(run, wiring, services),
      riskChild(run, wiring, seats),
      supervisor('strategies', patient, strategies),
      ...wiring.rings.map((_, shard) => candlesChild(run, wiring!, shard)),
      feedChild(run, wiring, latest, pace),
    ]
  }
  const leaveSeat = (seated: Seated | undefined): void => {
    if (wiring && seated) leave(wiring, seated.seat)
  }
  return {
    latest,
    tree: supervisor('trading', { ...core, restart: 'one-for-all', then: 'quarantine' }, start),
    setAside: (id) => leaveSeat(seats.find(id)),
    takeBack(id) {
      stopped.delete(id)
      const seated = seats.find(id)
      if (wiring && seated) join(wiring, seated.seat)
    },
    configure: (id, params) => seats.configure(id, params),
    add(info, limits) {
      // A restart of the core in between has read of it in the journal.
      if (seats.find(info.id)) return
      const { seat } = seats.take(info, limits)
      if (wiring) join(wiring, seat)
    },
    remove(id) {
      stopped.delete(id)
      leaveSeat(seats.leave(id))
    },
    fleet: {
      all: () => seats.all(),
      find: (id) => seats.find(id),
      recall: (id) => seats.recall(id),
      check: (id) => seats.check(id),
    },
    actorOf,
    rings: () => (wiring ? namedRings(wiring, seats) : []),
    strategyOf: (actor) => (actor.startsWith(prefix) ? seats.find(actor.slice(prefix.length))?.info.id : undefined),
  }
}

const prefix = 'strategy/'
const actorOf = (strategy: string): string => `${prefix}${strategy}`

/** A strategy may fail five times in a minute; then it is set aside. */
const patient = {
  restart: 'one-for-one', atMost: 5, withinMs: 60_000, then: 'quarantine', delayMs: 50, delayMsMax: 5_000,
} as const
/** The core may fail ten times in a minute, which only the feed comes near; then trading stays down. */
const core = { atMost: 10, withinMs: 60_000, delayMs: 100, delayMsMax: 2_000 } as const
/** Executor, risk and candles may each fail three times in five minutes: they are to stop rather than to guess. */
const strict = { atMost: 3, withinMs: 300_000 } as const

type Wired = Pick<Wiring, 'from' | 'order'> & { readonly shards: number }

const wire = (run: Run, seats: Seats, { shards, order, from }: Wired): Wiring => {
  const lossless = order === 'event-time'
  const ticks = createRing({ capacity: TICKS, readers: shards + 1 + seats.count, lossless, start: from })
  const interests = createInterests(Math.max(1, run.instruments.all.length))
  const readers = seats.count + 1
  const rings = Array.from({ length: shards }, () => createRing({ capacity: CANDLES, readers, lossless: true }))
  for (let place = 0; place <= shards; place++) ringReader(ticks, place).activate(from)
  const marks = createWatermarks(FIRST_STRATEGY + seats.count)
  const taken = new Set(seats.all().map(({ seat }) => seat))
  // A strategy that reads no ticks gives its place in the tick ring back as it starts.
  for (const seat of taken) ringReader(ticks, tickPlaceOf(shards, seat)).activate(from)
  for (const ring of rings) {
    ringReader(ring, 0).activate(0)
    for (const seat of taken) ringReader(ring, seat + 1).activate(0)
  }
  // An empty seat has nothing to say.
  for (let seat = 0; seat < seats.count; seat++)
    if (!taken.has(seat)) advance(marks, FIRST_STRATEGY + seat, Number.POSITIVE_INFINITY)
  return { ticks, rings, from, marks, interests, order, news: createNews() }
}

// In the tick ring: the candle shards, the executor, and a place for each seat.
const tickPlaceOf = (shards: number, n: number): number => shards + 1 + n

const leave = ({ ticks, rings, marks }: Wiring, n: number): void => {
  ringReader(ticks, tickPlaceOf(rings.length, n)).deactivate()
  for (const ring of rings) ringReader(ring, n + 1).deactivate()
  advance(marks, FIRST_STRATEGY + n, Number.POSITIVE_INFINITY)
}

// It goes on where the executor is: what lies before that is in the journal, which it reads first.
const join = ({ ticks, rings, marks }: Wiring, n: number): void => {
  for (const ring of rings) follow(ring, n + 1, 0)
  follow(ticks, tickPlaceOf(rings.length, n), rings.length)
  resetWatermark(marks, FIRST_STRATEGY + n, readWatermark(marks, EXECUTOR))
}

// Nobody waits in the order of arrival, and what is known is known at once.
const syncIn = ({ order }: Wiring, sync: Sync): Sync =>
  order === 'event-time' ? sync : {
    ...sync, awaits: [], commandLagMs: 0, ...(sync.facts && { facts: { ...sync.facts, lagMs: 0, ownLagMs: 0 } }),
  }

const symbolsOf = (run: Run) => run.instruments.all
/** The thread an actor of the core is to share, if it is. */
const sharing = ({ placement: { core } }: Run, name: string): Pick<Placement, 'thread'> => threadOf(core[name])
const threadOf = (thread: string | undefined) => (thread === undefined ? {} : { thread })
const shardName = (shard: number): string => `candles/${shard}`
const shardNames = ({ rings }: Wiring): string[] => rings.map((_, shard) => shardName(shard))

const namedRings = (wiring: Wiring, seats: Seats): NamedRing[] => {
  const fleet = ['executor']
  for (const { seat, info } of seats.all()) fleet[seat + 1] = actorOf(info.id)
  return [
    { id: 'ticks', ring: wiring.ticks, readers: [...shardNames(wiring), ...fleet] },
    ...wiring.rings.map((ring, shard) => ({ id: shardName(shard), ring, readers: fleet })),
  ]
}

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
      order: wiring.order,
      news: wiring.news,
    },
    {
      name: 'executor',
      ...sharing(run, 'executor'),
      intensity: strict,
      limits: { heapMb: 256, youngMb: 32, stackMb: 4 },
      services: services ?? {},
      // Strategies wait for what it promises only where event time rules; of facts they are told one by one.
      wakes: ['risk', ...(wiring.order === 'event-time' ? ['strategies'] : []), ...shardNames(wiring)],
      sync: syncIn(wiring, {
        watermarks: wiring.marks,
        slot: EXECUTOR,
        awaits: [{ slot: RISK, lagMs: latency.orderMs, sends: true }],
        commandLagMs: latency.orderMs,
      }),
    },
  )

const heardByRisk = [
  'sessionOpened', 'orderApproved', 'orderFilled', 'orderRejected', 'orderCancelled', 'levelsMoved', 'tradeClosed',
  'strategyHalted', 'strategyAdded', 'strategyRemoved',
] as const satisfies Fact['type'][]

const riskChild = (run: Run, wiring: Wiring, seats: Seats): Child =>
  child(
    risk,
    { limits: run.limits, instruments: symbolsOf(run), executor: { ref: 'executor' } },
    {
      name: 'risk',
      ...sharing(run, 'risk'),
      intensity: strict,
      limits: { heapMb: 256, youngMb: 32, stackMb: 4 },
      wakes: ['executor'],
      sync: syncIn(wiring, {
        watermarks: wiring.marks,
        slot: RISK,
        awaits: [
          { slot: EXECUTOR, lagMs: latency.factMs, sends: false },
          ...Array.from({ length: seats.count }, (_, n) => ({ slot: FIRST_STRATEGY + n, lagMs: 0, sends: true })),
        ],
        newcomers: { slot: EXECUTOR, lagMs: latency.factMs, moments: run.marks },
        facts: {
          dir: run.journal, kinds: kindsOf(heardByRisk), lagMs: latency.factMs,
          // A decision was made this long before it was journaled.
          ownLagMs: -latency.orderMs,
        },
      }),
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
  readonly definition: string
}

const strategyChild = (
  run: Run, wiring: Wiring, latest: LatestHandle, actor: typeof strategy, seat: Seat,
): Child => {
  const { rings, marks, ticks, interests, order, news } = wiring
  const { info, n, asleep, code, definition } = seat
  const sync = syncIn(wiring, {
    watermarks: marks,
    slot: FIRST_STRATEGY + n,
    awaits: [{ slot: EXECUTOR, lagMs: latency.factMs, sends: false }],
    facts: {
      dir: run.journal, kinds: kindsOf(heardByStrategies), lagMs: latency.factMs, holding: info.id,
      news: { counts: news.counts, place: placeOf(info.id) },
    },
  })
  const inOrder = order === 'event-time'
  const given = {
    info, definition, instruments: symbolsOf(run), candles: rings, place: n + 1, history: run.history, marks: run.marks,
    journal: run.journal, orderLatencyMs: inOrder ? latency.orderMs : 0, factLatencyMs: inOrder ? latency.factMs : 0,
    ticks, tickPlace: tickPlaceOf(rings.length, n), follows: rings.length, interests, news, latest, order,
    risk: { ref: 'risk' },
  }
  return child(actor, given, {
    // However many strategies want the processor: feed, candles, risk and executor come first.
    name: actorOf(info.id), rank: RANK_FIRST + n, wakes: ['risk'], sync, asleep, nice: 10,
    ...(code && { code }),
    ...threadOf(run.placement.strategies[info.id]),
  })
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
      ...sharing(run, shardName(shard)),
      intensity: strict,
      limits: { heapMb: 128, youngMb: 16, stackMb: 4 },
      wakes: ['strategies', 'executor'],
    },
  )

const feedChild = (run: Run, wiring: Wiring, latest: LatestHandle, pace: Pace): Child => {
  const { ticks, rings, from, interests, order } = wiring
  return child(
    feed,
    {
      recording: { name: run.recording.name, files: run.recording.files },
      instruments: symbolsOf(run), ring: ticks, latest, pace, from, interests, order,
    },
    {
      name: 'feed',
      ...sharing(run, 'feed'),
      limits: { heapMb: 256, youngMb: 64, stackMb: 4 },
      wakes: [...rings.map((_, shard) => shardName(shard)), 'executor'],
    },
  )
}
