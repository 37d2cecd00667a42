/** Milliseconds since 1970-01-01 UTC. */
export type Millis = number

/** Where time comes from. Handed in, so that tests and replays own it. */
export type Clock = {
  /** Wall-clock time, for stamps that people read. */
  now(): Millis
  /** Milliseconds that never run backwards, for durations. */
  elapsed(): number
}

/** Calls back in time. Handed in beside a clock, so that a simulation owns both; each returns how to call it off. */
export type Timers = {
  /** Calls `work` once after `ms`. */
  later(ms: number, work: () => void): () => void
  /** Calls `work` every `ms`. */
  every(ms: number, work: () => void): () => void
}

/** A clock that stands still until it is told to move. */
export const virtualClock = (start: Millis = 0): Clock & { advance(ms: number): void } => {
  let now = start
  return { now: () => now, elapsed: () => now - start, advance: (ms) => void (now += ms) }
}

/** Calls `work` every `ms` until the returned function is called. Does not keep the process alive. */
export const every = (ms: number, work: () => void): (() => void) => {
  const timer = setInterval(work, ms)
  timer.unref()
  return () => clearInterval(timer)
}

/** Calls `work` once after `ms`, unless the returned function is called first. */
export const later = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}

/** This machine's clock and timers. */
export const realClock: Clock & Timers = { now: () => Date.now(), elapsed: () => performance.now(), later, every }

/** Resolves after `ms`. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Lets the event loop turn once: timers, port events and promises that are due run before it resolves. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

// `performance.now` reads the machine's clock from a zero of each thread's own, and unlike `process.hrtime` makes no
// garbage. Of a few tries the quickest is the one that nothing came between.
const zeroMicros = ((): number => {
  let zero = 0
  let quickest = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 5; tries++) {
    const before = performance.now()
    const [seconds, nanos] = process.hrtime()
    const took = performance.now() - before
    if (took >= quickest) continue
    quickest = took
    zero = seconds * 1_000_000 + nanos / 1000 - (before + took / 2) * 1000
  }
  return zero
})()

/** Microseconds on the machine's monotonic clock, the same clock in every thread to within a few. */
export const machineMicros = (): number => zeroMicros + performance.now() * 1000

/**
 * Microseconds on the machine's monotonic clock, the same clock in every thread, wrapped to an int32
 * so that it fits a ring's record: compare two readings with `(b - a) | 0` (up to 35 minutes apart).
 */
export const wrappedMicros = (): number => machineMicros() | 0
