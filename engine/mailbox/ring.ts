import {
  ACTIVE, CLAIM, controlBytes, HEAD, LOST, oneLine, readerLine, recordBytes, TAIL,
  type RecordShape, type RingHandle,
} from './layout.ts'
import { RingReader } from './ring-reader.ts'
import { RingWriter } from './ring-writer.ts'

export type { RingHandle } from './layout.ts'
export type { RecordHandler, RingReader } from './ring-reader.ts'
export type { RingWriter } from './ring-writer.ts'

/** What a ring is made as. */
export type RingOptions = {
  readonly capacity: number
  readonly readers: number
  readonly lossless: boolean
  /** Sequence of the first record; a run that is taken up again goes on where it left off. */
  readonly start?: number
  readonly record?: RecordShape
}

/**
 * Shared memory for one writer and up to `readers` readers, see layout.ts.
 * No reader is active at first: each begins to hold the writer back with {@link RingReader.activate}.
 */
export const createRing = (options: RingOptions): RingHandle => {
  const { capacity, readers, lossless, start = 0, record = oneLine } = options
  if (!Number.isInteger(Math.log2(capacity)) || capacity < 2 || capacity > 2 ** 24)
    throw new RangeError(`A ring's capacity is a power of two from 2 to 2^24, not ${capacity}.`)
  if (!Number.isInteger(Math.log2(recordBytes(record))) || recordBytes(record) < 64)
    throw new RangeError(`A record is 64 bytes or a larger power of two, not ${recordBytes(record)}.`)
  if (capacity * recordBytes(record) > 2 ** 33)
    throw new RangeError(`A ring holds up to 2^33 bytes, not ${capacity * recordBytes(record)}.`)
  const control = new SharedArrayBuffer(controlBytes(readers))
  const data = new SharedArrayBuffer(capacity * recordBytes(record))
  const words = new Int32Array(control)
  words[HEAD] = start
  words[CLAIM] = start + capacity
  for (let r = 0; r < readers; r++) words[readerLine(r) + TAIL] = start
  return { control, data, capacity, readers, lossless, record }
}

/** The writing end. One thread at a time; a restarted one goes on at HEAD, what it had not published is forgotten. */
export const ringWriter = (handle: RingHandle): RingWriter => new RingWriter(handle)

/** The end of reader `r`, at the first record it has not released. */
export const ringReader = (handle: RingHandle, r: number): RingReader => new RingReader(handle, r)

/** How far everybody is, seen from any thread. */
export const inspectRing = (handle: RingHandle): RingView => {
  const words = new Int32Array(handle.control)
  const head = Atomics.load(words, HEAD)
  const readers = Array.from({ length: handle.readers }, (_, r) => {
    const line = readerLine(r)
    const tail = Atomics.load(words, line + TAIL)
    const active = Atomics.load(words, line + ACTIVE) === 1
    return { active, tail, lag: (head - tail) | 0, lost: Atomics.load(words, line + LOST) }
  })
  return { head, readers }
}

/** A ring at one moment. Cursors are wrapping int32; `lag` and `lost` count records. */
export type RingView = {
  readonly head: number
  readonly readers: readonly {
    readonly active: boolean
    readonly tail: number
    readonly lag: number
    readonly lost: number
  }[]
}
