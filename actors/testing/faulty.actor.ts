/** A strategy for soaks that goes wrong when it is told to, by a word in shared memory. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { realClock } from '#engine/mod.ts'
import strategy from '../strategy/strategy.actor.ts'
import { ways } from './chaos.actor.ts'

const KEY = 'ringmaster.faults'

/** How long a strategy that spins takes the processor, between two signs of life. */
const SPIN_MS = 45

/** What can be ordered: what a strategy in tests goes wrong by, and to take the processor without dying of it. */
const orders: typeof ways = {
  ...ways,
  spin: () => {
    for (const end = realClock.elapsed() + SPIN_MS; realClock.elapsed() < end; );
  },
}

/** The names of the orders, by the number that stands for each. */
export const faults = ['none', ...Object.keys(orders)] as const

/** One word per strategy, by the number its id ends in; to be made before the threads start. */
export const faultWords = (strategies: number): Int32Array<SharedArrayBuffer> => {
  const words = new Int32Array(new SharedArrayBuffer(strategies * 4))
  setEnvironmentData(KEY, words)
  return words
}

const words = getEnvironmentData(KEY) as Int32Array | undefined

/** The real strategy actor, until its word says otherwise. */
export default {
  ...strategy,
  module: import.meta.url,
  pump(state, ctx) {
    const place = Number(state.given.info.id.slice(-3))
    const fault = words && Atomics.exchange(words, place, 0)
    if (fault) orders[faults[fault]!]!(ctx.log)
    return strategy.pump!(state, ctx)
  },
} satisfies typeof strategy
