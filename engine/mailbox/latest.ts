import { LINE } from './layout.ts'

/**
 * The newest state of each of many things: rows of eight f64, one writer, any readers, always a whole row.
 * Plain data: it crosses threads by structured clone.
 *
 * ```
 * a row is 128 bytes
 *   i32 VERSION  odd while the row is being written; 0 = never written
 *   i32 unused
 *   f64 x 8      the values
 *   unused
 * ```
 */
export type LatestHandle = { readonly memory: SharedArrayBuffer; readonly rows: number }

/** Values in a row. */
export const LATEST_VALUES = 8

const ROW_WORDS = LINE // i32 words in a row
const ROW_VALUES = LINE / 2 // f64 in a row
const FIRST_VALUE = 1 // f64 of VERSION

/** A row is written in some 20 ns; who has not got it whole after so many looks meets a writer that died or spins. */
const LOOKS_MAX = 1000

/** Shared memory for so many rows, all unwritten. */
export const createLatest = (rows: number): LatestHandle => ({
  memory: new SharedArrayBuffer(rows * ROW_WORDS * 4),
  rows,
})

/** The rows as one thread uses them. */
export type Latest = {
  /** Writes row `i`. One thread only. */
  write(i: number, values: ArrayLike<number>): void
  /** Copies row `i` into `into`; false if it was never written, or its writer died half-way through. */
  read(i: number, into: Float64Array | number[]): boolean
}

/**
 * Opens the rows in this thread.
 *
 * A sequence lock: the writer makes VERSION odd, writes, makes it even; a reader takes VERSION, copies, and takes it
 * again: if it is the same even number, no write fell in between. As in ring.ts, VERSION goes odd by a
 * read-modify-write, lest the plain stores pass it; and a read-modify-write stands between the reader's copy and its
 * second look, lest the plain loads drift below it. The store of the even VERSION releases, its load acquires.
 */
export const openLatest = ({ memory }: LatestHandle): Latest => {
  const words = new Int32Array(memory)
  const cells = new Float64Array(memory)
  const fence = new Int32Array(new SharedArrayBuffer(4))
  return {
    write(i, values) {
      const version = i * ROW_WORDS
      const odd = Atomics.load(words, version) | 1 // already odd after a writer that died half-way
      Atomics.exchange(words, version, odd)
      const first = i * ROW_VALUES + FIRST_VALUE
      for (let k = 0; k < LATEST_VALUES; k++) cells[first + k] = values[k]!
      const even = (odd + 1) | 0
      Atomics.store(words, version, even === 0 ? 2 : even)
    },
    read(i, into) {
      const version = i * ROW_WORDS
      const first = i * ROW_VALUES + FIRST_VALUE
      for (let look = 0; look < LOOKS_MAX; look++) {
        const before = Atomics.load(words, version)
        if (before === 0) return false
        if ((before & 1) === 1) continue
        for (let k = 0; k < LATEST_VALUES; k++) into[k] = cells[first + k]!
        Atomics.add(fence, 0, 1)
        if (Atomics.load(words, version) === before) return true
      }
      return false
    },
  }
}
