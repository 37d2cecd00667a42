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
  readonly bell: Pick<Bell, 'rise' | 'sleep' | 'doze'>
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
 * The look before a sleep is itself a turn of work. A thread that was rung takes what there is, and looks once more
 * on its way to sleep. When that look finds something it is busy: then it stops looking until a turn finds nothing.
 */
export const runLoop = async (options: LoopOptions): Promise<void> => {
  const { hosts, bell, beat, controlPending, stopping, meter, clock = realClock, sleepMs = SLEEP_MS } = options
  let control = false
  let restless = false
  let idle = false
  let breathed = clock.elapsed()

  const breathe = async (): Promise<void> => {
    control = false
    restless = false
    // Two turns, for the first may be past the point where it hears of messages.
    await breath()
    await breath()
    breathed = clock.elapsed()
  }
  const look = (): Turn => {
    control ||= controlPending()
    if (control) return true
    const found = turnAll(hosts)
    restless ||= found === true
    return found
  }
  const lookAsleep = (): boolean | number => {
    const found = look()
    const ready = typeof found === 'object' || found
    if (ready !== true) meter?.sleeps()
    idle = ready === false && !restless
    return ready
  }
  const lookDozing = (): Turn => {
    const found = look()
    if (typeof found === 'object') meter?.sleeps()
    return found
  }

  let woken: Woken = 'rung'
  bell.rise()
  while (!stopping()) {
    beat()
    // After a whole sleep without a ring there is hardly anything: the look before the next one is enough.
    const worked = !(idle && woken === 'timeout') && look()
    if (control || clock.elapsed() - breathed >= (restless ? BREATH_MS : IDLE_BREATH_MS)) await breathe()
    else if (typeof worked === 'object') await bell.doze(lookDozing, BREATH_MS)
    else if (worked !== true || woken !== 'ready')
      woken = bell.sleep(lookAsleep, restless ? Math.min(BREATH_MS, sleepMs) : sleepMs)
    meter?.woke()
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
