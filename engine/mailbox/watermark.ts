import type { Millis } from '../clock.ts'

/**
 * How far in event time each actor is: "nothing at or before this moment will come from me any more".
 * Plain data over shared memory: it crosses threads by structured clone.
 *
 * A moment needs more than 32 bits, and an f64 cannot be read or written atomically; so the cells are BigInt64, each
 * alone on 128 bytes. Not-yet and gone are the two ends of that range. Read and written once per batch, not per
 * record, the few tens of nanoseconds for a BigInt do not matter.
 */
export type Watermarks = { readonly cells: BigInt64Array<SharedArrayBuffer> }

const APART = 16 // cells of 8 bytes on 128 bytes
const NONE = -(2n ** 63n)
const GONE = 2n ** 63n - 1n

/** So many watermarks, all at "none" (-Infinity). */
export const createWatermarks = (count: number): Watermarks => ({
  cells: new BigInt64Array(new SharedArrayBuffer(count * APART * 8)).fill(NONE),
})

/** Moves watermark `i` forward to `at`; +Infinity says that this actor is gone for good. Never moves it back. */
export const advance = ({ cells }: Watermarks, i: number, at: Millis): void => {
  const to = toCell(at)
  let now = Atomics.load(cells, i * APART)
  // A loop, because a supervisor may declare an actor gone while the actor still reports.
  while (now < to) {
    const seen = Atomics.compareExchange(cells, i * APART, now, to)
    if (seen === now) return
    now = seen
  }
}

/** Sets watermark `i` anew, also back: for a supervisor that restarts what has stopped. */
export const reset = ({ cells }: Watermarks, i: number, at: Millis): void =>
  void Atomics.store(cells, i * APART, toCell(at))

/** Watermark `i`: -Infinity before the first {@link advance}, +Infinity once gone. */
export const read = ({ cells }: Watermarks, i: number): Millis => fromCell(Atomics.load(cells, i * APART))

/** The lowest watermark of `list`: up to and including it, everything from them has come. +Infinity for none. */
export const lowest = ({ cells }: Watermarks, list: readonly number[]): Millis => {
  let least = GONE
  for (const i of list) {
    const cell = Atomics.load(cells, i * APART)
    if (cell < least) least = cell
  }
  return fromCell(least)
}

// Rounded down: "done through 10.7" does not promise 11.
const toCell = (at: Millis): bigint =>
  at === Infinity ? GONE : at === -Infinity ? NONE : BigInt(Math.floor(at))

const fromCell = (cell: bigint): Millis =>
  cell === GONE ? Infinity : cell === NONE ? -Infinity : Number(cell)
