import type { Random, System } from '#engine/mod.ts'
import { faults, faultWords } from '#actors/testing/faulty.actor.ts'
import type { Ground } from '../session/open.ts'

/** What a soak does to a strategy. `kill` comes from outside, all else from within its thread. */
export type Fault = 'kill' | 'throw' | 'exit' | 'loop' | 'leak' | 'flood'

const ways: readonly Fault[] = ['kill', 'throw', 'exit', 'loop', 'leak', 'flood']

/** Makes strategies go wrong, each at its next turn. */
export type Saboteur = { strike(actor: string): Fault }

/**
 * Opens what faults are ordered through; before the threads start.
 * @param system  asked for late: the words come before the system
 */
export const saboteur = (strategies: number, system: () => System): Saboteur => {
  const words = faultWords(strategies)
  let turn = 0
  return {
    strike(actor) {
      // By turns, so that each way is met as often as the others, on strategies drawn at random.
      const way = ways[turn++ % ways.length]!
      if (way === 'kill') system().kill(actor)
      else Atomics.store(words, Number(actor.slice(-3)), faults.indexOf(way))
      return way
    },
  }
}

/** So many different ones of `list`, drawn at random. */
export const draw = <T>(list: readonly T[], count: number, random: Random): T[] => {
  const left = [...list]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.whole(left.length), 1)[0]!)
}

/** A session's ground whose strategies go wrong when they are told to, and load built code all the same. */
export const faulty = (ground: Ground): Ground => {
  const { code } = ground
  const actor = new URL('faulty.mjs', code.thread.actor).href
  return { ...ground, code: { ...code, thread: { ...code.thread, actor } } }
}
