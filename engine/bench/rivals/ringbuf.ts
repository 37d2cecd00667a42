import { RingBuffer } from 'ringbuf.js'
import { BATCH, createTally, fill, TAKE_MAX } from '../content.ts'
import type { Work } from '../crew.ts'
import { Patience } from '../patience.ts'

/** f64 in a record of 64 bytes; its ints are the last two of them, seen as four i32. */
const SIZE = 8
const INTS_AT = 12

/** Memory for so many records. */
export const createRingbuf = (records: number): SharedArrayBuffer =>
  RingBuffer.getStorageForCapacity(records * SIZE, Float64Array) as SharedArrayBuffer

/** The writing thread: fills a batch of its own and pushes it whole. */
export const write = (memory: SharedArrayBuffer): Work => {
  const ring = new RingBuffer(memory, Float64Array)
  const fields = new Float64Array(BATCH * SIZE)
  const ints = new Int32Array(fields.buffer)
  const patience = new Patience(2)
  return (records) => {
    for (let n = 0; n < records; n += BATCH) {
      for (let k = 0; k < BATCH; k++) fill(fields, ints, k * SIZE, 2 * k * SIZE + INTS_AT, n + k)
      while (ring.availableWrite() < fields.length) patience.rest()
      patience.found()
      ring.push(fields)
    }
    return 0
  }
}

/** The reading thread: takes what is there, up to as much as a reader of ours. */
export const read = (memory: SharedArrayBuffer): Work => {
  const ring = new RingBuffer(memory, Float64Array)
  const tally = createTally()
  const fields = new Float64Array(TAKE_MAX * SIZE)
  const ints = new Int32Array(fields.buffer)
  const patience = new Patience(2)
  return (records) => {
    tally.sum = 0
    for (let taken = 0; taken < records; ) {
      const count = ring.pop(fields) / SIZE
      if (count === 0) {
        patience.rest()
        continue
      }
      patience.found()
      for (let k = 0; k < count; k++) tally.add(fields, ints, k * SIZE, 2 * k * SIZE + INTS_AT)
      taken += count
    }
    return tally.sum
  }
}
