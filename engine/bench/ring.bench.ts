import { Worker } from 'node:worker_threads'
import { bellOf, createBells, createRing, ringReader, ringWriter } from '../mailbox/mod.ts'
import { interleave, timed, type BenchReport, type Contestant } from '../testing/bench.ts'
import type { Given, Order } from './ring-reader.ts'

/** One writer to one reader on another thread: the ring, beside `postMessage` of an object with the same content. */
export const name = 'ring'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> => measure({ ringRecords: 20_000, messages: 2_000, rounds: 2 })

/** Worth reading. */
export const full = (): Promise<BenchReport> => measure({ ringRecords: 4_000_000, messages: 200_000, rounds: 7 })

const BATCH = 32
const CAPACITY = 8192

const measure = async (size: { ringRecords: number; messages: number; rounds: number }): Promise<BenchReport> => {
  const given: Given = { ring: createRing({ capacity: CAPACITY, readers: 1, lossless: true }), bells: createBells(2) }
  ringReader(given.ring, 0).activate(0)
  const reader = new Worker(new URL('./ring-reader.ts', import.meta.url), { workerData: given })
  try {
    const { ring, post } = await interleave(
      { ring: byRing(reader, given, size.ringRecords), post: byPostMessage(reader, size.messages) },
      size.rounds,
    )
    const ringRate = size.ringRecords / ring.ms / 1000
    const postRate = size.messages / post.ms / 1000
    return {
      results: {
        'ring in batches of 32, million records/s': ringRate,
        'postMessage of an object, million records/s': postRate,
      },
      ratios: { 'ring over postMessage': ringRate / postRate },
      check: `${ring.check} ${post.check}`,
    }
  } finally {
    await reader.terminate()
  }
}

const byRing = (reader: Worker, { ring, bells }: Given, records: number): Contestant => {
  const writer = ringWriter(ring)
  const bell = bellOf(bells, 0)
  const show = () => {
    writer.publish()
    bell.ring(1)
  }
  const write = () => {
    for (let n = 0; n < records; ) {
      const f = writer.claim()
      if (f < 0) {
        show()
        bell.sleep(() => writer.free() >= CAPACITY / 2, 1)
        continue
      }
      const i = writer.intOffset
      for (let k = 0; k < 6; k++) writer.fields[f + k] = n + k
      for (let k = 0; k < 4; k++) writer.ints[i + k] = n + k
      if (++n % BATCH === 0) show()
    }
    show()
  }
  return () => race(reader, { by: 'ring', records }, write)
}

const byPostMessage = (reader: Worker, messages: number): Contestant => {
  const write = () => {
    for (let n = 0; n < messages; n++)
      reader.postMessage({ a: n, b: n + 1, c: n + 2, d: n + 3, e: n + 4, f: n + 5, i: n, j: n + 1, k: n + 2, l: n + 3 })
  }
  return () => race(reader, { by: 'messages', records: messages }, write)
}

/** The clock runs from when the reader is ready until it has everything. */
const race = async (reader: Worker, order: Order, write: () => void) => {
  reader.postMessage(order)
  await heard(reader)
  const { ms, result } = await timed(() => {
    write()
    return heard(reader)
  })
  return { ms, check: result }
}

const heard = (reader: Worker): Promise<number> => new Promise((resolve) => reader.once('message', resolve))
