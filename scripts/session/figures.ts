import { availableParallelism, loadavg } from 'node:os'
import {
  durableOf, inspectRing, latencyCounts, latencyEdges, latencySumOf, machineMicros, quantileOf, realClock,
  type ActorStatus, type MetricsHandle, type Reading,
} from '#engine/mod.ts'
import type { NamedRing } from '#actors/tree.ts'
import type { Control } from '#api/control.ts'
import type { ActorView, LatencyView, RingView, SystemView } from '#api/contract.ts'
import type { Session } from './open.ts'

/** Rates are taken over this time at least, whoever asks however often. */
const WINDOW_MS = 1000

/** What the API may read of a session: all of it from shared memory, so that nothing running is stopped or asked. */
export const figuresOf = (session: Session): Pick<Control, 'actors' | 'system' | 'latencies'> => {
  const { system, trading } = session
  const { metrics } = system.board
  const rates = new Map<string, Rates>()
  const machine = machineMeter()
  return {
    actors: async () => {
      const now = machineMicros()
      const rings = trading.rings().map(ringView)
      const behind = backlogs(rings)
      const all = system.actors()
      const known = new Set(all.map(({ id }) => id))
      for (const id of rates.keys()) if (!known.has(id)) rates.delete(id)
      const views = all.map((one) => {
        const rate = ratesOf(rates.get(one.id), one, now)
        if (rate) rates.set(one.id, rate)
        return viewOf(one, rate, behind.get(one.id))
      })
      return [...views, ...candleActors(session, all)]
    },
    system: async () => {
      const rings = trading.rings().map(ringView)
      return machine(rings, durableOf(system.board))
    },
    latencies: async (actor) =>
      system.actors().flatMap((one) =>
        actor === undefined || actor === one.id ? latencyView(metrics, one) ?? [] : []),
  }
}

// --- one actor --------------------------------------------------------------------------------------------------

type Rates = {
  readonly at: number
  readonly since: Reading
  readonly cpuPercent: number | null
  readonly busyPercent: number | null
  readonly wakes: number | null
  readonly turns: number | null
  readonly handled: number | null
}

/**
 * What an actor did per second since the last look; no new ones before the window has passed.
 * @param now  on the machine's clock, in microseconds
 */
const ratesOf = (before: Rates | undefined, { reading }: ActorStatus, now: number): Rates | null => {
  if (!reading) return null
  if (before && now - before.at < WINDOW_MS * 1000) return before
  const over = before ? now - before.at : 0
  // A count that fell is that of another thread, which has just begun.
  const per = (to: number | undefined, from: number | undefined, scale: number): number | null =>
    to === undefined || from === undefined || to < from || over === 0 ? null : ((to - from) / over) * scale
  const [thread, then, was] = [reading.thread, before?.since.thread, before?.since]
  const asleep = per(thread?.asleepMicros, then?.asleepMicros, 100)
  return {
    at: now,
    since: reading,
    cpuPercent: rounded(per(thread?.cpuMicros, then?.cpuMicros, 100)),
    busyPercent: asleep === null ? null : rounded(Math.max(0, 100 - asleep)),
    wakes: rounded(per(thread?.wakes, then?.wakes, 1e6)),
    turns: rounded(per(reading.turns, was?.turns, 1e6)),
    handled: rounded(per(reading.handled, was?.handled, 1e6)),
  }
}

const rounded = (value: number | null): number | null => value === null ? null : Math.round(value * 10) / 10
const megabytes = (bytes: number | undefined): number | null =>
  bytes === undefined ? null : Math.round(bytes / 104_857.6) / 10

const viewOf = (one: ActorStatus, rates: Rates | null, behind: Backlog | undefined): ActorView => {
  const { id, kind, parent, state, restarts, down, upSince, reading, killable, thread } = one
  const cost = reading?.thread ?? undefined
  return {
    id, kind, parent, state, restarts, killable, thread,
    down: down && { at: new Date(down.at).toISOString(), reason: down.reason, says: down.error?.says ?? down.reason },
    upSeconds: upSince === null ? null : Math.max(0, Math.round((realClock.now() - upSince) / 1000)),
    cpuPercent: rates?.cpuPercent ?? null,
    busyPercent: rates?.busyPercent ?? null,
    heapMb: megabytes(cost?.heapBytes),
    heapLimitMb: megabytes(cost?.heapLimitBytes),
    buffersMb: megabytes(cost?.bufferBytes),
    wakesPerSecond: rates?.wakes ?? null,
    turnsPerSecond: rates?.turns ?? null,
    // A ring tells how far behind a reader is that hangs; what the actor says of itself is as old as its last turn.
    ringLag: reading && Math.max(reading.lag, behind?.lag ?? 0),
    ringLost: reading && Math.max(reading.lost, behind?.lost ?? 0),
    mailbox: reading?.mailbox ?? null,
    handled: reading?.handled ?? null,
    handledPerSecond: rates?.handled ?? null,
    latencyP50: reading?.latencyP50 ?? null,
    latencyP99: reading?.latencyP99 ?? null,
    latencyP999: reading?.latencyP999 ?? null,
    latencyMax: reading?.latencyMax ?? null,
  }
}

/** The candle actors, one per symbol: they live in their shard's thread and share its fate. */
const candleActors = ({ ground: { run } }: Session, all: readonly ActorStatus[]): ActorView[] => {
  const shards = all.filter(({ id }) => id.startsWith('candles/'))
  return run.instruments.all.map(({ symbol, index }) => {
    const shard = shards[index % shards.length]
    const bare: ActorStatus = {
      id: `candle/${symbol}`, kind: 'actor', parent: shard?.id ?? null, state: shard?.state ?? 'stopped',
      restarts: shard?.restarts ?? 0, down: null, upSince: null, reading: null, killable: false, slot: null,
      thread: shard?.thread ?? null, policy: null,
    }
    return viewOf(bare, null, undefined)
  })
}

const latencyView = (metrics: MetricsHandle, { id, slot, reading }: ActorStatus): LatencyView | null => {
  if (slot === null || !reading || reading.latencyMax === null) return null
  const { latencyMax: max } = reading
  const counts = latencyCounts(metrics, slot)
  const all = [...counts].map((count, i) => ({ upTo: latencyEdges[i]!, count }))
  const buckets = all.slice(all.findIndex(({ count }) => count > 0), all.findLastIndex(({ count }) => count > 0) + 1)
  return {
    actor: id,
    buckets,
    count: buckets.reduce((sum, { count }) => sum + count, 0),
    sum: latencySumOf(metrics, slot),
    p50: quantileOf(counts, 0.5, max),
    p99: quantileOf(counts, 0.99, max),
    p999: quantileOf(counts, 0.999, max),
    max,
  }
}

// --- rings and the process ----------------------------------------------------------------------------------------

const ringView = ({ id, ring, readers }: NamedRing): RingView => {
  const { head, readers: places } = inspectRing(ring)
  return {
    id, head,
    capacity: ring.capacity,
    lossless: ring.lossless,
    // A place nobody was given is nobody's.
    readers: places.flatMap(({ active, lag, lost }, place) => {
      const actor = readers[place]
      return actor === undefined ? [] : { actor, active, lag: active ? Math.max(0, lag) : 0, lost }
    }),
  }
}

type Backlog = { lag: number; lost: number }

/** How far each actor is behind in the ring where it is furthest behind, and what it missed in all of them. */
const backlogs = (rings: readonly RingView[]): Map<string, Backlog> => {
  const all = new Map<string, Backlog>()
  for (const { readers } of rings)
    for (const { actor, lag, lost } of readers) {
      const so = all.get(actor)
      all.set(actor, { lag: Math.max(lag, so?.lag ?? 0), lost: lost + (so?.lost ?? 0) })
    }
  return all
}

type Moment = { readonly at: number; readonly cpu: number; readonly head: number | null }

/** The process as a whole; its rates over a second at least, as those of an actor. */
const machineMeter = (): ((rings: RingView[], durable: number) => SystemView) => {
  let before: Moment | null = null
  let rates: Pick<SystemView, 'cpuPercent' | 'ticksPerSecond'> = { cpuPercent: null, ticksPerSecond: null }
  return (rings, durable) => {
    const { user, system } = process.cpuUsage()
    const head = rings.find(({ id }) => id === 'ticks')?.head ?? null
    const now: Moment = { at: machineMicros(), cpu: user + system, head }
    if (!before || now.at - before.at >= WINDOW_MS * 1000) {
      if (before) rates = ratesBetween(before, now)
      before = now
    }
    return {
      at: new Date(realClock.now()).toISOString(),
      upSeconds: Math.round(process.uptime()),
      cores: availableParallelism(),
      loads: loadavg().map((load) => Math.round(load * 100) / 100),
      memoryMb: megabytes(process.memoryUsage.rss())!,
      durable, rings, ...rates,
    }
  }
}

const ratesBetween = (before: Moment, now: Moment): Pick<SystemView, 'cpuPercent' | 'ticksPerSecond'> => {
  const over = now.at - before.at
  // Wraps like the cursor; a ring made anew begins where the journal ends, which is no number of ticks.
  const ticks = now.head === null || before.head === null ? -1 : (now.head - before.head) | 0
  return {
    cpuPercent: rounded(((now.cpu - before.cpu) / over) * 100),
    ticksPerSecond: ticks < 0 ? null : rounded((ticks / over) * 1e6),
  }
}
