import { createTally, TAKE_MAX } from '../content.ts'
import type { Work } from '../crew.ts'
import { paceOf, reached, type Progress } from '../pace.ts'
import { Patience } from '../patience.ts'

/**
 * A lossy ring as many build it: a sequence lock per slot. The last int of a record is its VERSION: 2n + 1 while record
 * n is written, 2n + 2 when it is whole. A reader takes VERSION, copies, and takes it again, for each record.
 * The same barriers as in ours, and for the same reasons: VERSION goes odd by a read-modify-write, and one stands
 * between the reader's copy and its second look.
 */
export type SlotsGiven = {
  readonly memory: SharedArrayBuffer
  readonly capacity: number
  readonly place: number
  readonly progress: Progress
}

const FIELDS = 8 // f64 of a slot
const INTS = 12 // where the ints begin, in i32
const VERSION = 3 // among the ints

/** The writing thread. */
export const write = ({ memory, capacity, progress }: SlotsGiven): Work => {
  const fields = new Float64Array(memory)
  const ints = new Int32Array(memory)
  const pace = paceOf(progress, capacity / 2)
  let head = 0
  return (records) => {
    for (let n = 0; n < records; n++, head++) {
      const slot = head & (capacity - 1)
      const f = slot * FIELDS
      const i = 2 * f + INTS
      Atomics.exchange(ints, i + VERSION, 2 * head + 1)
      fields[f] = n
      fields[f + 1] = n + 1
      fields[f + 2] = n + 2
      fields[f + 3] = n + 3
      fields[f + 4] = n + 4
      fields[f + 5] = n + 5
      ints[i] = n
      ints[i + 1] = n + 1
      ints[i + 2] = n + 2
      Atomics.store(ints, i + VERSION, 2 * head + 2)
      pace.waitFor(head + 1)
    }
    return 0
  }
}

/** A reading thread. */
export const read = ({ memory, capacity, place, progress }: SlotsGiven): Work => {
  const fields = new Float64Array(memory)
  const ints = new Int32Array(memory)
  const mine = { fields: new Float64Array(6), ints: new Int32Array(4), fence: new Int32Array(new SharedArrayBuffer(4)) }
  const patience = new Patience(1 + progress.readers)
  let next = 0
  const tally = createTally()
  /** Adds record `next` up; false when it is not there or was overwritten meanwhile. */
  const take = (n: number): boolean => {
    const f = (next & (capacity - 1)) * FIELDS
    const i = 2 * f + INTS
    const version = 2 * next + 2
    if (Atomics.load(ints, i + VERSION) !== version) return false
    for (let k = 0; k < 6; k++) mine.fields[k] = fields[f + k]!
    for (let k = 0; k < 3; k++) mine.ints[k] = ints[i + k]!
    Atomics.add(mine.fence, 0, 1)
    if (Atomics.load(ints, i + VERSION) !== version) return false
    mine.ints[3] = n + 3
    tally.add(mine.fields, mine.ints, 0, 0)
    return true
  }
  return (records) => {
    tally.sum = 0
    for (let taken = 0; taken < records; ) {
      let count = 0
      for (; count < TAKE_MAX && taken < records; count++, taken++, next++) {
        if (!take(taken)) break
      }
      if (count === 0) patience.rest()
      else {
        patience.found()
        reached(progress, place, next)
      }
    }
    return tally.sum
  }
}
