import type { Actor } from '../actor.ts'
import { machineMicros } from '../clock.ts'
import { ringReader, type RingHandle, type RingReader } from '../mailbox/mod.ts'
import { createTally } from './content.ts'

/** Ways in which it may die, `none` among them. */
export type Way = keyof typeof ways

/** What it is given: a ring with records that wait for whoever starts, and where it notes what it did. */
export type MortalGiven = {
  readonly ring: RingHandle
  readonly way: Way
  /** Int32 at 0: how many first turns there were; at 1: records of the last. */
  readonly turns: SharedArrayBuffer
  /** Float64 at 0: when it last began to die, in microseconds of the machine. */
  readonly throes: SharedArrayBuffer
}

type State = { readonly given: MortalGiven; readonly reader: RingReader; first: boolean }

const ways = {
  none: () => undefined,
  throw: () => {
    throw new Error('a defect')
  },
  exit: () => process.exit(1),
  leak: () => {
    for (const hoard: unknown[] = []; ; ) hoard.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
  },
  hang: () => {
    for (;;);
  },
}

/** Reads all that waits in its ring in its first turn, as who comes back does, and dies in its second. */
export default {
  module: import.meta.url,
  start: (given) => {
    const reader = ringReader(given.ring, 0)
    reader.activate(0)
    return { given, reader, first: true }
  },
  pump: (state) => {
    const { given, reader, first } = state
    if (!first) {
      new Float64Array(given.throes)[0] = machineMicros()
      ways[given.way]()
      return false
    }
    state.first = false
    const tally = createTally()
    const turns = new Int32Array(given.turns)
    turns[1] = reader.read(Number.MAX_SAFE_INTEGER, tally.add)
    Atomics.add(turns, 0, 1)
    Atomics.notify(turns, 0)
    return given.way !== 'none'
  },
} satisfies Actor<MortalGiven, State, never, never>
