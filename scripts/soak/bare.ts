import {
  announcerOf, bellOf, createBells, createInterests, createMetrics, createRing, gaugesOf, latencyCounts, listen, pause,
  ringReader, ringWriter, wrappedMicros, type Bells, type Interests, type MetricsHandle, type RingHandle,
} from '#engine/mod.ts'
import { onThread, type ThreadTask } from '#engine/testing/threads.ts'

/** What all threads of a bare fleet share. */
type Common = {
  readonly ring: RingHandle
  readonly bells: Bells
  readonly interests: Interests
  readonly metrics: MetricsHandle
  /** Int32: 0 STOP, set to end; 1 how many readers look. */
  readonly state: SharedArrayBuffer
}
type ReaderGiven = Common & { readonly place: number; readonly key: number }
type WriterGiven = Common & {
  /** Which instrument each tick is of, in the order of the recording. */
  readonly instruments: Int32Array<SharedArrayBuffer>
  readonly perSecond: number
}

const STOP = 0
const READY = 1
/** What is due within a millisecond is published together. */
const GATHER_MS = 1
/** What comes while all of it is still being compiled does not count. */
const SETTLE_MS = 1000

/**
 * As many threads as a fleet has strategies, that do nothing but wait for the ticks of their instrument: what waiting
 * and waking costs on this machine at this moment, below which no strategy can be.
 * @returns  readings by bucket of all threads together, over the time
 */
export const bareFleet = async (
  { threads, perSecond, ms, instruments, keys }: {
    readonly threads: number
    readonly perSecond: number
    readonly ms: number
    readonly instruments: Int32Array<SharedArrayBuffer>
    /** Instrument that each thread listens to, by turns. */
    readonly keys: readonly number[]
  },
): Promise<Float64Array> => {
  const common: Common = {
    ring: createRing({ capacity: 1 << 17, readers: threads, lossless: false }),
    bells: createBells(threads + 1),
    interests: createInterests(instruments.reduce((most, one) => Math.max(most, one), 0) + 1),
    metrics: createMetrics(threads),
    state: new SharedArrayBuffer(8),
  }
  const state = new Int32Array(common.state)
  const { href } = new URL(import.meta.url)
  const readers = Array.from({ length: threads }, (_, place) =>
    onThread<void>(href, 'read', { ...common, place, key: keys[place % keys.length]! } satisfies ReaderGiven))
  for (let ready; (ready = Atomics.load(state, READY)) < threads; )
    await Atomics.waitAsync(state, READY, ready, 50).value
  const writer: ThreadTask<void> =
    onThread(href, 'write', { ...common, instruments, perSecond } satisfies WriterGiven)
  await pause(SETTLE_MS)
  const before = countsOf(common.metrics, threads)
  await pause(ms)
  const after = countsOf(common.metrics, threads)
  Atomics.store(state, STOP, 1)
  await Promise.all([writer, ...readers].map(({ result }) => result))
  await Promise.all([writer, ...readers].map((thread) => thread.terminate()))
  return after.map((count, i) => count - before[i]!)
}

const countsOf = (metrics: MetricsHandle, threads: number): Float64Array => {
  const all = new Float64Array(latencyCounts(metrics, 0).length)
  for (let place = 0; place < threads; place++)
    latencyCounts(metrics, place).forEach((count, i) => (all[i]! += count))
  return all
}

/** A thread that waits for the ticks of one instrument, and notes how old each is. */
export const read = ({ ring, bells, interests, metrics, state, place, key }: ReaderGiven): void => {
  const words = new Int32Array(state)
  const reader = ringReader(ring, place)
  const bell = bellOf(bells, place)
  const gauges = gaugesOf(metrics, place)
  const take = (_: Float64Array, ints: Int32Array, __: number, i: number): void => {
    if (ints[i] === key) gauges.latency((wrappedMicros() - ints[i + 3]!) | 0)
  }
  listen(interests, place, [key])
  Atomics.add(words, READY, 1)
  while (Atomics.load(words, STOP) === 0) {
    while (reader.read(256, take) > 0);
    bell.sleep(() => reader.available() > 0, 1000)
  }
}

/** The thread that publishes, evenly over time, whatever is due. */
export const write = ({ ring, bells, interests, state, instruments, perSecond }: WriterGiven): void => {
  const words = new Int32Array(state)
  const still = new Int32Array(new SharedArrayBuffer(4))
  const writer = ringWriter(ring)
  const bell = bellOf(bells, bells.threads - 1)
  const announcer = announcerOf(interests, bell, { allEvery: ring.capacity / 4 })
  const start = performance.now()
  let sent = 0
  while (Atomics.load(words, STOP) === 0) {
    for (const due = ((performance.now() - start) * perSecond) / 1000; sent < due; sent++) {
      const i = (writer.claim(), writer.intOffset)
      writer.ints[i] = instruments[sent % instruments.length]!
      writer.ints[i + 3] = wrappedMicros()
      announcer.saw(writer.ints[i]!)
    }
    writer.publish()
    announcer.ring()
    Atomics.wait(still, 0, 0, GATHER_MS)
  }
  announcer.all()
  announcer.ring()
}
