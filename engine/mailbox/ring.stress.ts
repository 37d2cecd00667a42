import { inspectRing, ringReader, ringWriter, type RingHandle, type RingWriter } from './ring.ts'

/** What a reader made of all it was given. `torn`, `disorder` and `unreported` have to be 0. */
export type Heard = {
  delivered: number
  /** Records that the ring says were overwritten before they were read, and how often that happened. */
  lost: number
  overruns: number
  torn: number
  disorder: number
  /** Gaps in the sequence that the ring did not say, or gaps it said that were none. */
  unreported: number
  checksum: number
}

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

/** What a reading thread is told: at most how many to take at once, and after how many turns to be opened anew. */
export type Reading = { ring: RingHandle; r: number; records: number; take: number; reopen: number }

/** Thread task: reads to the end, checking each record against itself, its sequence, and what the ring says it lost. */
export const readAll = ({ ring, r, records, take, reopen }: Reading): Heard => {
  let reader = ringReader(ring, r)
  const start = reader.position
  const lostBefore = reader.lost
  const heard: Heard = { delivered: 0, lost: 0, overruns: 0, torn: 0, disorder: 0, unreported: 0, checksum: 0 }
  let next = 0
  let missed = 0
  const check = (fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number) => {
    const n = ints[i]!
    for (let k = 0; k < 6; k++) if (fields[f + k] !== n * 8 + k) heard.torn++
    for (let k = 1; k < 4; k++) if (ints[i + k] !== (n ^ k)) heard.torn++
    if (n < next || ((start + n) | 0) !== sequence) heard.disorder++
    if (n > next) heard.overruns++
    missed += n - next
    next = n + 1
    heard.delivered++
    heard.checksum = (Math.imul(heard.checksum, 31) + n) | 0
  }
  reader.activate(start)
  for (let turn = 1; ((reader.position - start) | 0) < records; turn++) {
    const got = reader.read(take, check)
    reader.releaseRead()
    if (turn % reopen === 0) reader = ringReader(ring, r) // as a thread that was started again
    if (got === 0) breathe()
  }
  heard.lost = (reader.lost - lostBefore) | 0
  // What was missed behind the last record delivered shows no gap.
  heard.unreported = Math.abs(heard.lost - missed - (records - next))
  return heard
}

/** Thread task: a reader that comes and goes while the writer writes, and checks all that it is promised. */
export const comeAndGo = ({ ring, records }: { ring: RingHandle; records: number }) => {
  const reader = ringReader(ring, 0)
  const start = reader.position
  const tally = { stays: 0, refused: 0, read: 0, wrong: 0 }
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
    tally.read += reader.read(ring.capacity, check)
    reader.releaseRead()
    tally.read += reader.read(ring.capacity, check)
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
