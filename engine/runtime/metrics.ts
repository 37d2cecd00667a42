import type { Gauges } from '../actor.ts'

/*
 * One row per actor, written by its own thread only, read by anybody at any time:
 *
 *   f64  0 handled | 1 lag | 2 mailbox | 3 cpu micros | 4 heap bytes | 5 turns | 6..7 spare
 *   i32  latency histogram: four buckets to the octave, from 1 µs to over an hour
 *
 * A reading may mix two moments; each figure in it is whole, since aligned 8-byte stores are.
 */
const FIGURES = 8
const BUCKETS = 128
const HANDLED = 0
const LAG = 1
const MAILBOX = 2
const CPU = 3
const HEAP = 4

/** Shared memory for the counters of up to `actors` actors. */
export type MetricsHandle = { readonly figures: SharedArrayBuffer; readonly buckets: SharedArrayBuffer }

/** Counters for up to `actors` actors, all at zero. */
export const createMetrics = (actors: number): MetricsHandle => ({
  figures: new SharedArrayBuffer(actors * FIGURES * 8),
  buckets: new SharedArrayBuffer(actors * BUCKETS * 4),
})

/** What an actor's row says. Latencies in microseconds, `null` before the first reading. */
export type Reading = {
  readonly handled: number
  readonly lag: number
  readonly mailbox: number
  readonly cpuMicros: number
  readonly heapBytes: number
  readonly latencyP50: number | null
  readonly latencyP99: number | null
}

/** The gauges of a thread: what its actor counts, and what the thread itself measures. */
export type ThreadGauges = Gauges & { machine(cpuMicros: number, heapBytes: number): void }

/** The writing side of one row. */
export const gaugesOf = (handle: MetricsHandle, slot: number): ThreadGauges => {
  const row = new Float64Array(handle.figures, slot * FIGURES * 8, FIGURES)
  const buckets = new Int32Array(handle.buckets, slot * BUCKETS * 4, BUCKETS)
  return {
    handled: (count) => void (row[HANDLED]! += count),
    lag: (records) => void (row[LAG] = records),
    mailbox: (messages) => void (row[MAILBOX] = messages),
    latency: (micros) => void buckets[bucketOf(micros)]!++,
    machine: (cpuMicros, heapBytes) => {
      row[CPU] = cpuMicros
      row[HEAP] = heapBytes
    },
  }
}

/** The reading side of one row. */
export const readingOf = (handle: MetricsHandle, slot: number): Reading => {
  const row = new Float64Array(handle.figures, slot * FIGURES * 8, FIGURES)
  const buckets = new Int32Array(handle.buckets, slot * BUCKETS * 4, BUCKETS)
  return {
    handled: row[HANDLED]!,
    lag: row[LAG]!,
    mailbox: row[MAILBOX]!,
    cpuMicros: row[CPU]!,
    heapBytes: row[HEAP]!,
    latencyP50: quantile(buckets, 0.5),
    latencyP99: quantile(buckets, 0.99),
  }
}

/** The latencies of several rows as if they were one; `null` before the first. In microseconds. */
export const latencyOf = (
  handle: MetricsHandle,
  slots: readonly number[],
): { readonly p50: number; readonly p99: number } | null => {
  const together = new Int32Array(BUCKETS)
  for (const slot of slots)
    new Int32Array(handle.buckets, slot * BUCKETS * 4, BUCKETS).forEach((count, i) => (together[i]! += count))
  const [p50, p99] = [quantile(together, 0.5), quantile(together, 0.99)]
  return p50 === null || p99 === null ? null : { p50, p99 }
}

/** Forgets everything but the latency shape, when another thread takes the row over. */
export const clearReading = (handle: MetricsHandle, slot: number): void => {
  new Float64Array(handle.figures, slot * FIGURES * 8, FIGURES).fill(0)
}

const bucketOf = (micros: number): number =>
  micros < 1 ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log2(micros) * 4) + 1)

// The upper edge of the bucket that holds the quantile: at most 19 % above the true value.
const quantile = (buckets: Int32Array, share: number): number | null => {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let left = share * total
  for (let i = 0; i < BUCKETS; i++) {
    left -= buckets[i]!
    if (left <= 0) return Math.round(2 ** (i / 4))
  }
  return null
}
