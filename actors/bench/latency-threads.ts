import type { MessagePort } from 'node:worker_threads'
import {
  bellOf, breath, gaugesOf, readingOf, realClock, ringReader, ringWriter, wrappedMicros,
  type Bells, type MetricsHandle, type RingHandle, type RingWriter,
} from '#engine/mod.ts'
import { TICK } from '../records.ts'

/** How ticks get from the writer to the readers. */
export type Way = 'ring' | 'post'

/** So many ticks one way, evenly spaced, with what its readers measure. */
export type Round = {
  readonly by: Way
  readonly ticks: number
  readonly perSecond: number
  /** A row per reader, and the writer's after them. */
  readonly metrics: MetricsHandle
}

/** What all threads are given. */
export type Common = {
  readonly ring: RingHandle
  readonly bells: Bells
  readonly rounds: readonly Round[]
  /** Int32 at 0: how many readers have finished how many rounds, in all. */
  readonly done: SharedArrayBuffer
}

/** Recorded ticks in columns of {@link COLUMNS} f64 each. */
export type WriterGiven = Common & {
  readonly ticks: SharedArrayBuffer
  readonly ports: readonly MessagePort[]
}

/** What a reading thread is started with: its place in the ring, and the port of the other way. */
export type ReaderGiven = Common & { readonly place: number; readonly port: MessagePort }

/** What a strategy needs of a tick, as a message. */
type TickMessage = {
  readonly type: 'ticked'
  readonly at: number
  readonly instrument: number
  readonly price: number
  readonly quantity: number
  readonly dayVolume: number
  readonly bid: number
  readonly ask: number
  readonly oi: number
  readonly micros: number
}

/** at, price, quantity, day volume, bid, ask, instrument, open interest: a tick as the recording has it. */
export const COLUMNS = 8
/** What comes within a millisecond is published together, as one frame of a socket would be. */
const GATHER_MS = 1
/** Between two rounds everybody falls asleep. */
const REST_MS = 30
/** Longest sleep of a reader, and records it takes in one turn: as strategy threads have them. */
const SLEEP_MS = 200
const TURN_MAX = 256

/** The writing thread: publishes each round's ticks as they are due, by the ring or to a port per reader. */
export const write = async (given: WriterGiven): Promise<void> => {
  const { ring, rounds, ports, bells } = given
  const ticks = new Float64Array(given.ticks)
  const done = new Int32Array(given.done)
  const writer = ringWriter(ring)
  const bell = bellOf(bells, ring.readers)
  const readers = ports.map((_, place) => place)
  const show = (): void => {
    writer.publish()
    bell.ringAll(readers)
  }
  for (const [n, round] of rounds.entries()) {
    const { by, ticks: count, perSecond } = round
    rest(REST_MS)
    const account = meter(round, ring.readers)
    pace(count, perSecond, (from, to) => {
      if (by === 'post') for (let k = from; k < to; k++) post(ports, ticks, k)
      else {
        for (let k = from; k < to; k++) put(writer, ticks, k)
        show()
      }
    })
    account()
    for (let all; (all = Atomics.load(done, 0)) < (n + 1) * ring.readers; ) Atomics.wait(done, 0, all, SLEEP_MS)
  }
  for (const port of ports) port.close()
}

/** A reading thread: sleeps, wakes, looks and measures as the thread of a strategy does. */
export const read = async (given: ReaderGiven): Promise<void> => {
  const { rounds, place } = given
  const done = new Int32Array(given.done)
  for (const round of rounds) {
    const account = meter(round, place)
    await (round.by === 'ring' ? takeFromRing(given, round) : takeFromPort(given, round))
    account()
    Atomics.add(done, 0, 1)
    Atomics.notify(done, 0)
  }
}

/** Begins to count what a round costs this thread; call the result at its end. */
const meter = ({ metrics, ticks }: Round, place: number): (() => void) => {
  const gauges = gaugesOf(metrics, place)
  const cpuMicros = readingOf(metrics, place).thread?.cpuMicros ?? 0
  const before = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(before)
    gauges.machine({ cpuMicros: cpuMicros + user + system, heapBytes: 0, heapLimitBytes: 0, bufferBytes: 0 })
    gauges.handled(ticks)
  }
}

const takeFromRing = async ({ ring, bells, place }: ReaderGiven, { ticks, metrics }: Round): Promise<void> => {
  const reader = ringReader(ring, place)
  const bell = bellOf(bells, place)
  const gauges = gaugesOf(metrics, place)
  const take = (_: Float64Array, ints: Int32Array, __: number, i: number): void =>
    gauges.latency((wrappedMicros() - ints[i + 3]!) | 0)
  for (let taken = 0; taken < ticks; ) {
    const count = reader.read(TURN_MAX, take)
    reader.releaseRead()
    taken += count
    if (count === 0) bell.sleep(() => reader.available() > 0, SLEEP_MS)
    await breath()
  }
}

const takeFromPort = ({ port, place }: ReaderGiven, { ticks, metrics }: Round): Promise<void> =>
  new Promise((resolve) => {
    const gauges = gaugesOf(metrics, place)
    let taken = 0
    const take = ({ micros }: TickMessage): void => {
      gauges.latency((wrappedMicros() - micros) | 0)
      if (++taken < ticks) return
      port.off('message', take)
      resolve()
    }
    port.on('message', take)
  })

/** Calls `publish` with the ticks that have become due, until `count` were. */
const pace = (count: number, perSecond: number, publish: (from: number, to: number) => void): void => {
  const start = realClock.elapsed()
  for (let from = 0; from < count; ) {
    const due = ((realClock.elapsed() - start) * perSecond) / 1000
    const to = Math.min(count, Math.floor(due) + 1)
    if (to > from) publish(from, to)
    from = to
    const next = start + (from * 1000) / perSecond - realClock.elapsed()
    if (from < count) rest(Math.max(GATHER_MS, next))
  }
}

const put = (writer: RingWriter, ticks: Float64Array, k: number): void => {
  const f = writer.claim()
  if (f < 0) throw new Error('The ring is full: it has to hold a whole round.')
  const from = k * COLUMNS
  const { fields, ints, intOffset: i } = writer
  for (let column = 0; column < 6; column++) fields[f + column] = ticks[from + column]!
  ints[i] = ticks[from + 6]!
  ints[i + 1] = TICK
  ints[i + 2] = ticks[from + 7]!
  ints[i + 3] = wrappedMicros()
}

const post = (ports: readonly MessagePort[], ticks: Float64Array, k: number): void => {
  const [at, price, quantity, dayVolume, bid, ask, instrument, oi] = ticks.subarray(k * COLUMNS, (k + 1) * COLUMNS)
  const message = { type: 'ticked', at, instrument, price, quantity, dayVolume, bid, ask, oi, micros: wrappedMicros() }
  for (const port of ports) port.postMessage(message)
}

const still = new Int32Array(new SharedArrayBuffer(4))
const rest = (ms: number): void => void Atomics.wait(still, 0, 0, ms)
