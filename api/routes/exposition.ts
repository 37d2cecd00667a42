import type { ActorView, LatencyView, SystemView } from '../contract.ts'
import type { Views } from '../views/mod.ts'
import { counter, gauge, histogram, text } from './prometheus.ts'
import type { Family, Labels } from './prometheus.ts'

/**
 * Upper edges of the latency buckets as they are told, in seconds: each four times the one before, from 16 µs to 17 s.
 * Far fewer than are counted, since every edge is a time series per actor; powers of two, since those are edges there.
 */
const edges = Array.from({ length: 11 }, (_, i) => 4 ** (i + 2) / 1e6)

const perSecond = 1e6

/** The figures of a run as Prometheus reads them. Money is in rupees, times in seconds, memory in bytes. */
export const exposition = (
  views: Views,
  actors: readonly ActorView[],
  system: SystemView,
  latencies: readonly LatencyView[],
): string =>
  text([
    ...runFamilies(views),
    ...actorFamilies(actors),
    histogram(
      'actor_latency_seconds',
      'From the publication of a record to its being handled',
      latencies.map((one) => ({
        labels: { actor: one.actor },
        sum: one.sum / perSecond,
        count: one.count,
        buckets: edges.map((edge) => ({ le: edge, count: upTo(one, edge * perSecond) })),
      })),
    ),
    ...ringFamilies(system),
    ...processFamilies(system),
  ])

const runFamilies = (views: Views): Family[] => {
  const { ticks, progress, state } = views.run()
  const { pnl, trades, openPositions } = views.pnl()
  return [
    counter('ticks_fed_total', 'Ticks published since the run began', ticks.fed),
    counter('ticks_lost_total', 'Ticks that a reader missed', ticks.lost),
    counter('ticks_quarantined_total', 'Rows of the source that were refused', ticks.quarantined),
    gauge('session_progress_ratio', 'Share of the session that has passed', progress),
    gauge('run_halted', '1 while trading is halted', Number(state === 'halted')),
    gauge('pnl_rupees', 'P&L of the account after charges', Number(pnl)),
    counter('trades_total', 'Trades opened', trades),
    gauge('open_positions', 'Positions that are not flat', openPositions),
  ]
}

const actorFamilies = (actors: readonly ActorView[]): Family[] => {
  const each = (read: (one: ActorView) => number | null) =>
    actors.map((one) => ({ labels: { actor: one.id }, value: read(one) }))
  const bytes = (megabytes: number | null) => megabytes && Math.round(megabytes * 2 ** 20)
  const share = (percent: number | null) => (percent === null ? null : percent / 100)
  return [
    gauge(
      'actor_up',
      '1 while the actor runs',
      each(({ state }) => Number(state === 'running')),
    ),
    counter(
      'actor_restarts_total',
      'Restarts of the actor',
      each(({ restarts }) => restarts),
    ),
    counter(
      'actor_handled_total',
      'Records and messages handled',
      each((one) => one.handled),
    ),
    gauge(
      'actor_cpu_ratio',
      'Share of one core of its thread',
      each((one) => share(one.cpuPercent)),
    ),
    gauge(
      'actor_busy_ratio',
      'Share of time in which its thread was not asleep',
      each((one) => share(one.busyPercent)),
    ),
    gauge(
      'actor_heap_bytes',
      'Heap in use',
      each(({ heapMb }) => bytes(heapMb)),
    ),
    gauge(
      'actor_heap_limit_bytes',
      'Heap it may use',
      each((one) => bytes(one.heapLimitMb)),
    ),
    gauge(
      'actor_buffer_bytes',
      'Buffers outside of the heap',
      each((one) => bytes(one.buffersMb)),
    ),
    gauge(
      'actor_mailbox_messages',
      'Messages waiting',
      each(({ mailbox }) => mailbox),
    ),
    gauge(
      'actor_ring_lag_records',
      'Records published and not yet read',
      each(({ ringLag }) => ringLag),
    ),
  ]
}

const ringFamilies = ({ rings }: SystemView): Family[] => {
  const each = (read: (one: SystemView['rings'][number]) => number) =>
    rings.map((one) => ({ labels: { ring: one.id }, value: read(one) }))
  const eachReader = (read: (one: SystemView['rings'][number]['readers'][number]) => number) =>
    rings.flatMap(({ id, readers }) =>
      readers
        .filter(({ active }) => active)
        .map((one) => ({ labels: { ring: id, actor: one.actor } as Labels, value: read(one) })),
    )
  return [
    gauge(
      'ring_head_sequence',
      'Records published; wraps at 2^31',
      each(({ head }) => head),
    ),
    gauge(
      'ring_capacity_records',
      'Records a ring holds',
      each(({ capacity }) => capacity),
    ),
    gauge(
      'ring_reader_lag_records',
      'Records a reader is behind',
      eachReader(({ lag }) => lag),
    ),
    counter(
      'ring_reader_lost_total',
      'Records overwritten before a reader had them',
      eachReader(({ lost }) => lost),
    ),
  ]
}

const processFamilies = (system: SystemView): Family[] => [
  gauge(
    'journal_durable_sequence',
    'Sequence through which the journal is on disk',
    system.durable,
  ),
  gauge('process_uptime_seconds', 'Time since the process started', system.upSeconds),
  gauge(
    'process_cpu_ratio',
    'Share of one core, of all threads together',
    system.cpuPercent === null ? null : system.cpuPercent / 100,
  ),
  gauge(
    'process_resident_memory_bytes',
    'Memory of the process',
    Math.round(system.memoryMb * 2 ** 20),
  ),
  gauge('machine_load1', 'Load of the machine over the last minute', system.loads[0] ?? null),
  gauge('machine_cores', 'Cores it may use', system.cores),
]

const upTo = ({ buckets }: LatencyView, micros: number): number =>
  buckets.reduce((sum, one) => (one.upTo <= micros ? sum + one.count : sum), 0)
