/** ISO 8601 with an offset. */
export type Time = string

/** How an actor fares. */
export type ActorState =
  'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'quarantined' | 'failed'

/** An actor or supervisor, as it was last read. */
export type ActorView = {
  /** `strategy/ema-nifty`; supervisors have one too. */
  id: string
  kind: 'supervisor' | 'actor'
  parent: string | null
  thread: string | null
  state: ActorState
  restarts: number
  /** The last time it went down, and why. */
  down: { at: Time; reason: string; says: string } | null
  upSeconds: number | null
  /** Share of one core over the last second, in percent; of its whole thread, as all down to `wakesPerSecond`. */
  cpuPercent: number | null
  /** Share of the last second in which it was not asleep, in percent. */
  busyPercent: number | null
  heapMb: number | null
  heapLimitMb: number | null
  /** Memory of its buffers, which lies outside of the heap. */
  buffersMb: number | null
  wakesPerSecond: number | null
  turnsPerSecond: number | null
  /** Records published to it that it has not read, in the ring where it is furthest behind. */
  ringLag: number | null
  /** Records overwritten before it read them. */
  ringLost: number | null
  /** Messages waiting in its ports and inbox. */
  mailbox: number | null
  handled: number | null
  handledPerSecond: number | null
  /** From publication to handled, microseconds; `null` before the first. */
  latencyP50: number | null
  latencyP99: number | null
  latencyP999: number | null
  latencyMax: number | null
  /** May a person kill or restart it from here? */
  killable: boolean
}

/** How long an actor's records took from publication to handled, by size. Microseconds. */
export type LatencyView = {
  actor: string
  count: number
  sum: number
  p50: number | null
  p99: number | null
  p999: number | null
  max: number | null
  /** From the first bucket that holds any to the last; each counts what is above the edge before and up to its own. */
  buckets: { upTo: number; count: number }[]
}

/** A ring between threads: how far its writer is and how far each reader is behind it. */
export type RingView = {
  id: string
  capacity: number
  /** The writer waits for the slowest reader, or overruns it. */
  lossless: boolean
  /** Records published; wraps at 2^31. */
  head: number
  readers: { actor: string; active: boolean; lag: number; lost: number }[]
}

/** The process as a whole. */
export type SystemView = {
  at: Time
  upSeconds: number
  cores: number
  /** Load of the machine over the last minute, five and fifteen; zeros where the system does not tell. */
  loads: number[]
  /** Share of one core over the last second, in percent: of all threads together. */
  cpuPercent: number | null
  memoryMb: number
  ticksPerSecond: number | null
  /** Sequence number through which the journal is on disk. */
  durable: number
  rings: RingView[]
}
