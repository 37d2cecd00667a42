import { breath, type Clock, type Millis, type Timers } from '../clock.ts'

/** Time that passes only when it is told to, with the timers that hang on it. */
export type VirtualTime = Clock & Timers & {
  /** When the next timer is due, in milliseconds elapsed; +Infinity without any. */
  readonly next: number
  /** Moves on to `elapsed`. Timers due by then run in order, each followed by all that it sets going. */
  advance(elapsed: number): Promise<void>
  /** Sets the wall clock forwards or backwards, as a person or a time server does; durations do not notice. */
  shift(ms: number): void
}

type Timer = { at: number; n: number; readonly work: () => void; readonly everyMs: number | null }

/** Time of a process that starts at `start`. */
export const virtualTime = (start: Millis): VirtualTime => {
  let elapsed = 0
  let wall = start
  let count = 0
  const timers = new Set<Timer>()

  const add = (ms: number, work: () => void, everyMs: number | null): (() => void) => {
    const timer = { at: elapsed + Math.max(0, ms), n: count++, work, everyMs }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const run = (timer: Timer): void => {
    elapsed = Math.max(elapsed, timer.at)
    if (timer.everyMs === null) timers.delete(timer)
    else Object.assign(timer, { at: timer.at + timer.everyMs, n: count++ })
    timer.work()
  }

  const first = (): Timer | null => {
    let found: Timer | null = null
    for (const timer of timers)
      if (!found || timer.at < found.at || (timer.at === found.at && timer.n < found.n)) found = timer
    return found
  }

  return {
    now: () => wall + elapsed,
    elapsed: () => elapsed,
    later: (ms, work) => add(ms, work, null),
    every: (ms, work) => add(ms, work, ms),
    get next() {
      return first()?.at ?? Number.POSITIVE_INFINITY
    },
    async advance(to) {
      for (let timer = first(); timer && timer.at <= to; timer = first()) {
        run(timer)
        await breath()
      }
      elapsed = Math.max(elapsed, to)
    },
    shift: (ms) => void (wall += ms),
  }
}
