import type { Turn } from '../actor.ts'
import { breath, pause, realClock, type Clock } from '../clock.ts'
import type { Bell, Woken } from '../mailbox/mod.ts'

/** Longest sleep: what it costs when a thread is ended after it published and before it rang at all. */
const SLEEP_MS = 5000
/** A thread that works lets the event loop turn this often: for timers, and for the promises its work left behind. */
const BREATH_MS = 200
/** The same for one that does not. */
const IDLE_BREATH_MS = 10_000

/** What the loop of a blocking thread stands on. */
export type LoopOptions = {
  /** The actors of this thread, which share its bell; may grow and shrink while the loop runs. */
  readonly hosts: readonly { turn(): Turn }[]
  readonly bell: Pick<Bell, 'count' | 'doze' | 'rest' | 'rise'>
  /** Gives a sign of life: called whenever the thread is awake. */
  readonly beat: () => void
  /** Whether the supervisor has posted something since this was last asked; only the event loop can take it. */
  readonly controlPending: () => boolean
  /** Whether the loop shall end; looked at after each turn of the event loop. */
  readonly stopping: () => boolean
  /** Told of each sleep and each wake-up. */
  readonly meter?: { sleeps(): void; woke(): void }
  readonly clock?: Clock
  /** Longest sleep. */
  readonly sleepMs?: number
}

/**
 * Runs a blocking thread until `stopping`: turns as long as there is work, then sleep on the bell.
 *
 * A turn of the event loop costs as much as the rest of a wake-up, so there is one only when control messages wait,
 * when the last one is long since, and while an actor waits for a promise; then the thread waits in the event loop.
 *
 * One turn to a wake-up is enough where that turn takes all there is: whatever comes meanwhile raises the bell's count,
 * which was read before, and with that the sleep ends as it begins.
 */
export const runLoop = async (options: LoopOptions): Promise<void> => {
  const { hosts, bell, beat, controlPending, stopping, meter, clock = realClock, sleepMs = SLEEP_MS } = options
  let control = false
  /** Something happened since the event loop had its last turn. */
  let restless = false
  let breathed = clock.elapsed()

  const breathe = async (): Promise<void> => {
    control = false
    restless = false
    // Two turns, for the first may be past the point where it hears of messages.
    await breath()
    await breath()
    breathed = clock.elapsed()
  }

  bell.rise()
  while (!stopping()) {
    beat()
    const since = bell.count()
    control ||= controlPending()
    const worked = control || turnAll(hosts)
    restless ||= worked === true
    if (control || clock.elapsed() - breathed >= (restless ? BREATH_MS : IDLE_BREATH_MS)) await breathe()
    else if (worked !== true) {
      meter?.sleeps()
      const atMost: number = restless ? Math.min(BREATH_MS, sleepMs) : sleepMs
      const woken: Woken = typeof worked === 'object'
        ? await bell.doze(since, worked.settled, BREATH_MS)
        : bell.rest(since, worked === false ? atMost : Math.min(worked, atMost))
      restless ||= woken === 'rung'
      meter?.woke()
    }
  }
}

/** One turn of each: what the most eager of them wants. */
const turnAll = (hosts: LoopOptions['hosts']): Turn => {
  let all: Turn = false
  for (let i = 0; i < hosts.length; i++) all = moreEager(all, hosts[i]!.turn())
  return all
}

const moreEager = (a: Turn, b: Turn): Turn => {
  if (a === true || b === true) return true
  if (a === false) return b
  if (b === false) return a
  if (typeof a === 'number' && typeof b === 'number') return Math.min(a, b)
  return { settled: Promise.race([over(a), over(b)]) }
}

const over = (turn: Exclude<Turn, boolean>): Promise<unknown> =>
  typeof turn === 'number' ? pause(turn) : turn.settled
