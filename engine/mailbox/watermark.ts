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

/** How often any of them was set anew; the last cell. */
const resets = ({ cells }: Watermarks): number => cells.length - APART

const APART = 16 // cells of 8 bytes on 128 bytes
const NONE = -(2n ** 63n)
const GONE = 2n ** 63n - 1n

/** So many watermarks, all at "none" (-Infinity). */
export const createWatermarks = (count: number): Watermarks => ({
  cells: new BigInt64Array(new SharedArrayBuffer((count + 1) * APART * 8)).fill(NONE),
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
export const reset = (marks: Watermarks, i: number, at: Millis): void => {
  Atomics.store(marks.cells, i * APART, toCell(at))
  Atomics.add(marks.cells, resets(marks), 1n)
}

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

/** A watermark that is waited for: what comes from there at some moment counts `lagMs` later. */
export type Awaited = { readonly slot: number; readonly lagMs: number }

/**
 * The lowest of `list`, each with its lag, to be asked for again and again. Watermarks only rise, so as long as the
 * one that was lowest stands, it is lowest still, however many others there are; all are read only when it has moved,
 * or when a supervisor has set one anew.
 * @returns  +Infinity for none
 */
export const lowestOf = (marks: Watermarks, list: readonly Awaited[]): (() => Millis) => {
  const { cells } = marks
  const epochAt = resets(marks)
  let lowest = Infinity
  let cell = 0 // of the lowest
  let stood: bigint | null = null // what it was; null before the first look
  let epoch = 0n
  return () => {
    if (list.length === 0) return Infinity
    const nowEpoch = Atomics.load(cells, epochAt)
    if (stood !== null && epoch === nowEpoch && Atomics.load(cells, cell) === stood) return lowest
    epoch = nowEpoch // before the cells: what is set anew while they are read is noticed at the next look
    lowest = Infinity
    stood = null
    for (const { slot, lagMs } of list) {
      const value = Atomics.load(cells, slot * APART)
      const at = fromCell(value) + lagMs
      if (stood !== null && at >= lowest) continue
      lowest = at
      cell = slot * APART
      stood = value
    }
    return lowest
  }
}

/** The first of `moments`, which are in order, after `at`; +Infinity when there is none. */
export const momentAfter = (moments: readonly Millis[], at: Millis): Millis => {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (moments[middle]! <= at) low = middle + 1
    else high = middle
  }
  return moments[low] ?? Number.POSITIVE_INFINITY
}

// Rounded down: "done through 10.7" does not promise 11.
const toCell = (at: Millis): bigint =>
  at === Infinity ? GONE : at === -Infinity ? NONE : BigInt(Math.floor(at))

const fromCell = (cell: bigint): Millis =>
  cell === GONE ? Infinity : cell === NONE ? -Infinity : Number(cell)
