import { inspectRing, ringReader, ringWriter, type RingHandle, type RingWriter } from './ring.ts'

/** What a reader made of all it was given. */
export type Heard = { delivered: number; lost: number; torn: number; disorder: number; checksum: number }

/** Thread task: once all readers are active, writes so many numbered records that can be checked one by one. */
export const writeAll = ({ ring, records, batch }: { ring: RingHandle; records: number; batch: number }) => {
  const writer = ringWriter(ring)
  let checksum = 0
  while (inspectRing(ring).readers.some(({ active }) => !active)) breathe()
  for (let n = 0; n < records; ) {
    const f = writer.claim()
    if (f < 0) {
      writer.publish()
      breathe()
      continue
    }
    fill(writer, f, n)
    checksum = (Math.imul(checksum, 31) + n) | 0
    if (++n % batch === 0) writer.publish()
    // Lossy readers spin; let them get in between, also where there is one core for all.
    if (!ring.lossless && n % 2048 === 0) breathe()
  }
  writer.publish()
  return { checksum }
}

/** Thread task: reads to the end, checking each record against itself and against its sequence. */
export const readAll = (given: { ring: RingHandle; r: number; records: number }): Heard => {
  const { ring, records } = given
  const reader = ringReader(ring, given.r)
  const start = reader.position
  reader.activate(start)
  const heard: Heard = { delivered: 0, lost: 0, torn: 0, disorder: 0, checksum: 0 }
  let last = -1
  const check = (fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number) => {
    const n = ints[i]!
    for (let k = 0; k < 6; k++) if (fields[f + k] !== n * 8 + k) heard.torn++
    for (let k = 1; k < 4; k++) if (ints[i + k] !== (n ^ k)) heard.torn++
    if (n <= last || ((start + n) | 0) !== sequence) heard.disorder++
    last = n
    heard.delivered++
    heard.checksum = (Math.imul(heard.checksum, 31) + n) | 0
  }
  while (heard.delivered + reader.lost < records) {
    const got = reader.read(ring.lossless ? 256 : 64, check)
    if (ring.lossless) reader.releaseRead()
    if (got === 0 && ring.lossless) breathe()
  }
  return { ...heard, lost: reader.lost }
}

/** Thread task: a reader that comes and goes while the writer writes, and checks all that it is promised. */
export const comeAndGo = ({ ring, records }: { ring: RingHandle; records: number }) => {
  const reader = ringReader(ring, 0)
  const start = reader.position
  const tally = { stays: 0, refused: 0, wrong: 0 }
  const check = (fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number) => {
    const n = (sequence - start) | 0
    for (let k = 0; k < 6; k++) if (fields[f + k] !== n * 8 + k) tally.wrong++
    for (let k = 0; k < 4; k++) if (ints[i + k] !== (n ^ k)) tally.wrong++
  }
  reader.activate(start)
  while (inspectRing(ring).head === start) breathe() // the writer waits for us to be there once
  for (let turn = 0; ; turn++) {
    reader.deactivate()
    const { head } = inspectRing(ring)
    if (((head - start) | 0) >= records) return tally
    const at = (head - (turn % ring.capacity)) | 0
    if (((at - start) | 0) < 0 || !reader.activate(at)) {
      tally.refused++
      continue
    }
    tally.stays++
    reader.read(ring.capacity, check)
    reader.releaseRead()
    reader.read(ring.capacity, check)
  }
}

const fill = (writer: RingWriter, f: number, n: number): void => {
  const i = writer.intOffset
  writer.ints[i] = n
  for (let k = 0; k < 6; k++) writer.fields[f + k] = n * 8 + k
  for (let k = 1; k < 4; k++) writer.ints[i + k] = n ^ k
}

const idle = new Int32Array(new SharedArrayBuffer(4))
const breathe = () => void Atomics.wait(idle, 0, 0, 0.05)
