import type { Random } from '../random.ts'
import type { SimulatedThread } from './thread.ts'
import type { VirtualTime } from './time.ts'

/** One in so many choices also looks at those who have nothing to do: threads wake without cause, too. */
const SPURIOUS = 16

/** Who is next, drawn from the seed. */
export type Scheduler = {
  /** Somebody who may have something to do, or null when nobody has before some time has passed. */
  choose(threads: Iterable<SimulatedThread>, elapsed: number, work: number): SimulatedThread | null
  /** The moment up to which nobody has anything to do. */
  nextOf(threads: Iterable<SimulatedThread>, time: VirtualTime): number
  /** How long a turn takes. */
  drawMs(): number
}

/**
 * Chooses by weight among those whom the last choice, or anything since, may have given work. Whether turns are long or
 * short beside delays and timers is drawn once: each finds other defects.
 */
export const openScheduler = (random: Random): Scheduler => {
  const turnMs = 2 ** -random.whole(8)
  return {
    choose(threads, elapsed, work) {
      const spurious = random.whole(SPURIOUS) === 0
      const able: SimulatedThread[] = []
      let busy = false
      for (const thread of threads) {
        if (!thread.ready || thread.hungUntil > elapsed) continue
        const eager = thread.told || thread.idleSince !== work || thread.wantsAt <= elapsed
        busy ||= eager
        if (eager || spurious) able.push(thread)
      }
      return busy ? drawOne(able, random) : null
    },
    nextOf(threads, time) {
      const elapsed = time.elapsed()
      let next = time.next
      for (const { ready, hungUntil, wantsAt } of threads) {
        if (!ready) continue
        if (hungUntil > elapsed) next = Math.min(next, hungUntil)
        else if (wantsAt > elapsed) next = Math.min(next, wantsAt)
      }
      return next
    },
    drawMs: () => random.next() * turnMs,
  }
}

const drawOne = (threads: readonly SimulatedThread[], random: Random): SimulatedThread => {
  let left = random.next() * threads.reduce((sum, { weight }) => sum + weight, 0)
  for (const thread of threads) {
    left -= thread.weight
    if (left < 0) return thread
  }
  return threads.at(-1)!
}
