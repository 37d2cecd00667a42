import type { Gauges } from '../actor.ts'
import { machineMicros } from '../clock.ts'

/*
 * One row per actor, written by its own thread only, read by anybody at any time:
 *
 *   f64  the actor    0 handled | 1 lag | 2 mailbox | 3 turns
 *        its thread   4 cpu micros | 5 heap bytes | 6 heap limit | 7 buffer bytes | 8 wakes | 9 asleep micros
 *                     10 asleep since, 0 while awake
 *        latency      11 sum of micros | 12 largest
 *        the actor    13 lost | 14..15 spare
 *   i32  latency histogram: four buckets to the octave, from 1 µs to over an hour
 *
 * A row's figures are 128 bytes, so no two threads write to one cache line. A reading may mix two moments; each figure
 * in it is whole, since aligned 8-byte stores are. Where actors share a thread, the thread's figures stand in the row
 * of the first of them and nowhere else, so that sums over all rows are right.
 */
const FIGURES = 16
const BUCKETS = 128
const HANDLED = 0
const LAG = 1
const MAILBOX = 2
const TURNS = 3
const CPU = 4
const HEAP = 5
const HEAP_LIMIT = 6
const BUFFERS = 7
const WAKES = 8
const ASLEEP = 9
const ASLEEP_SINCE = 10
const LATENCY_SUM = 11
const LATENCY_MAX = 12
const LOST = 13

/** Shared memory for the counters of up to `actors` actors. */
export type MetricsHandle = { readonly figures: SharedArrayBuffer; readonly buckets: SharedArrayBuffer }

/** Counters for up to `actors` actors, all at zero. */
export const createMetrics = (actors: number): MetricsHandle => ({
  figures: new SharedArrayBuffer(actors * FIGURES * 8),
  buckets: new SharedArrayBuffer(actors * BUCKETS * 4),
})

/** What an actor's row says. Latencies in microseconds, `null` before the first. */
export type Reading = {
  readonly handled: number
  readonly lag: number
  /** Records it will never read. */
  readonly lost: number
  readonly mailbox: number
  /** Turns in which it was run. */
  readonly turns: number
  readonly latencies: number
  readonly latencyP50: number | null
  readonly latencyP99: number | null
  readonly latencyP999: number | null
  readonly latencyMax: number | null
  /** What its thread costs; `null` where another actor's row shows that, and before it was measured. */
  readonly thread: ThreadReading | null
}

/** What a thread costs, since it started. */
export type ThreadReading = {
  readonly cpuMicros: number
  readonly heapBytes: number
  readonly heapLimitBytes: number
  /** Memory of its buffers, which lies outside of the heap. */
  readonly bufferBytes: number
  /** How often it woke from a sleep on its bell. */
  readonly wakes: number
  /** Time in which it had nothing to do, up to the moment of reading. */
  readonly asleepMicros: number
}

/** What is measured of a thread now and then. */
export type ThreadFigures = Pick<ThreadReading, 'cpuMicros' | 'heapBytes' | 'heapLimitBytes' | 'bufferBytes'>

/** The gauges of a thread: what its actor counts, and what the thread itself measures. */
export type ThreadGauges = Gauges & {
  /** The actor was run once. */
  turned(): void
  machine(figures: ThreadFigures): void
  /** The thread is about to sleep on its bell. */
  sleeps(): void
  /** It no longer does, if it did. */
  woke(): void
  /** For a thread that lives in the event loop: how long in all the loop had nothing to do. */
  idle(micros: number): void
}

/** The writing side of one row. Nothing here allocates but `machine`, which is called twice a second. */
export const gaugesOf = (handle: MetricsHandle, slot: number): ThreadGauges => {
  const { row, buckets } = rowOf(handle, slot)
  return {
    handled: (count) => void (row[HANDLED]! += count),
    lag: (records) => void (row[LAG] = records),
    lost: (records) => void (row[LOST] = records),
    mailbox: (messages) => void (row[MAILBOX] = messages),
    latency: (micros) => {
      buckets[bucketOf(micros)]!++
      if (micros > 0) row[LATENCY_SUM]! += micros
      if (micros > row[LATENCY_MAX]!) row[LATENCY_MAX] = micros
    },
    turned: () => void row[TURNS]!++,
    machine: ({ cpuMicros, heapBytes, heapLimitBytes, bufferBytes }) => {
      row[CPU] = cpuMicros
      row[HEAP] = heapBytes
      row[HEAP_LIMIT] = heapLimitBytes
      row[BUFFERS] = bufferBytes
    },
    sleeps: () => void (row[ASLEEP_SINCE] = machineMicros()),
    woke: () => {
      if (row[ASLEEP_SINCE] === 0) return
      row[ASLEEP]! += machineMicros() - row[ASLEEP_SINCE]!
      row[ASLEEP_SINCE] = 0
      row[WAKES]!++
    },
    idle: (micros) => void (row[ASLEEP] = micros),
  }
}

/**
 * The reading side of one row.
 * @param now  {@link machineMicros}: a thread that sleeps at this moment is read as having slept until now
 */
export const readingOf = (handle: MetricsHandle, slot: number, now: number = machineMicros()): Reading => {
  const { row, buckets } = rowOf(handle, slot)
  const latencies = total(buckets)
  const most = row[LATENCY_MAX]!
  return {
    handled: row[HANDLED]!,
    lag: row[LAG]!,
    lost: row[LOST]!,
    mailbox: row[MAILBOX]!,
    turns: row[TURNS]!,
    latencies,
    latencyP50: quantile(buckets, latencies, 0.5, most),
    latencyP99: quantile(buckets, latencies, 0.99, most),
    latencyP999: quantile(buckets, latencies, 0.999, most),
    latencyMax: latencies === 0 ? null : most,
    thread: threadOf(row, now),
  }
}

const threadOf = (row: Float64Array, now: number): ThreadReading | null => {
  if (row[CPU] === 0) return null
  const since = row[ASLEEP_SINCE]!
  return {
    cpuMicros: row[CPU]!,
    heapBytes: row[HEAP]!,
    heapLimitBytes: row[HEAP_LIMIT]!,
    bufferBytes: row[BUFFERS]!,
    wakes: row[WAKES]!,
    asleepMicros: row[ASLEEP]! + (since === 0 ? 0 : Math.max(0, now - since)),
  }
}

/** How many latencies fell into each bucket: up to its edge of {@link latencyEdges}, above the edge before it. */
export type LatencyCounts = Int32Array | Float64Array

/** Upper edges of the buckets in microseconds: each a fourth of an octave above the one before. */
export const latencyEdges: readonly number[] = Array.from({ length: BUCKETS }, (_, i) => 2 ** (i / 4))

/** The latencies of one row as they are now. */
export const latencyCounts = (handle: MetricsHandle, slot: number): LatencyCounts =>
  rowOf(handle, slot).buckets.slice()

/** Sum of all latencies of one row, in microseconds. */
export const latencySumOf = (handle: MetricsHandle, slot: number): number => rowOf(handle, slot).row[LATENCY_SUM]!

/**
 * The latency that a share of all did not exceed, in microseconds; `null` without any.
 * @param most  the largest of all
 * @returns     the upper edge of the bucket it lies in, or `most` if that is less: at most 19 % above the true value
 */
export const quantileOf = (counts: LatencyCounts, share: number, most: number): number | null =>
  quantile(counts, total(counts), share, most)

/** The latencies of several rows as if they were one; `null` before the first. In microseconds. */
export const latencyOf = (
  handle: MetricsHandle,
  slots: readonly number[],
): { readonly p50: number; readonly p99: number } | null => {
  const together = new Int32Array(BUCKETS)
  let most = 0
  for (const slot of slots) {
    const { row, buckets } = rowOf(handle, slot)
    buckets.forEach((count, i) => (together[i]! += count))
    most = Math.max(most, row[LATENCY_MAX]!)
  }
  const [p50, p99] = [quantileOf(together, 0.5, most), quantileOf(together, 0.99, most)]
  return p50 === null || p99 === null ? null : { p50, p99 }
}

/** Forgets everything but the latencies, when another thread takes the row over. */
export const clearReading = (handle: MetricsHandle, slot: number): void => {
  const { row } = rowOf(handle, slot)
  row.fill(0, 0, LATENCY_SUM)
  row[LOST] = 0
}

const rowOf = (handle: MetricsHandle, slot: number) => ({
  row: new Float64Array(handle.figures, slot * FIGURES * 8, FIGURES),
  buckets: new Int32Array(handle.buckets, slot * BUCKETS * 4, BUCKETS),
})

/** Forgets everything, when another actor takes the row over. */
export const clearRow = (handle: MetricsHandle, slot: number): void => {
  const { row, buckets } = rowOf(handle, slot)
  row.fill(0)
  buckets.fill(0)
}

const bucketOf = (micros: number): number =>
  micros <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(micros) * 4))

const total = (buckets: LatencyCounts): number => {
  let sum = 0
  for (let i = 0; i < BUCKETS; i++) sum += buckets[i]!
  return sum
}

const quantile = (buckets: LatencyCounts, count: number, share: number, most: number): number | null => {
  if (count === 0) return null
  let left = share * count
  for (let i = 0; i < BUCKETS; i++) {
    left -= buckets[i]!
    if (left <= 0) return Math.min(Math.round(latencyEdges[i]!), most)
  }
  return null
}
