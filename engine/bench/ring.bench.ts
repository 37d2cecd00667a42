import { MessageChannel } from 'node:worker_threads'
import { createRing, ringReader, type RingHandle } from '../mailbox/mod.ts'
import { interleave, type BenchReport, type Contestant } from '../testing/bench.ts'
import { CAPACITY } from './content.ts'
import { compileRing, NO_COMPILER } from './cpp/ring.ts'
import { openCrew, type Crew, type Role } from './crew.ts'
import { createProgress } from './pace.ts'
import type { RingGiven } from './ring-threads.ts'
import { createRingbuf } from './rivals/ringbuf.ts'
import type { SlotsGiven } from './rivals/slots.ts'

/**
 * Rings between threads, records of 64 bytes in batches of 32. One writer and one reader: ours, beside the same ring in
 * C++, ringbuf.js, and `postMessage` of an object with the same content. Then ours to 8 lossless readers; and to
 * 32 lossy ones, beside a ring with a sequence per slot. All carry the same content and wait in the same way.
 */
export const name = 'ring'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> =>
  measure({
    records: 19_200, messages: 2_000, lossless: 3, manyRecords: 9_600, lossy: 3, lossyRecords: 4_800, rounds: 1,
  })

/** Worth reading. */
export const full = (): Promise<BenchReport> =>
  measure({
    records: 32_000_000, messages: 400_000, lossless: 8, manyRecords: 8_000_000, lossy: 32, lossyRecords: 1_600_000,
    rounds: 5,
  })

type Size = {
  readonly records: number
  readonly messages: number
  /** Readers of the lossless ring with many. */
  readonly lossless: number
  readonly manyRecords: number
  /** Readers of the lossy rings. */
  readonly lossy: number
  readonly lossyRecords: number
  readonly rounds: number
}

/** Slots of a ring that many read, ours or another's: as the engine's own tick ring. */
const CAPACITY_OF_MANY = 1 << 17

type Times = Readonly<Record<string, { readonly ms: number; readonly check: number }>>

const measure = async (size: Size): Promise<BenchReport> => {
  const cpp = await compileRing({ bells: true })
  const bare = await compileRing({ bells: false })
  const few = await compete(size.rounds, {
    'ring 1:1': [await oursTo(1, true), size.records],
    ...(cpp && { 'C++ 1:1': [cpp, size.records] }),
    ...(bare && { 'C++ without bells 1:1': [bare, size.records] }),
    'ringbuf.js 1:1': [await ringbuf(), size.records],
    'postMessage 1:1': [await postMessage(), size.messages],
    'ring to 8': [await oursTo(size.lossless, true), size.manyRecords],
  })
  const many = await compete(size.rounds, {
    'lossy ring to 32': [await oursTo(size.lossy, false), size.lossyRecords],
    'slots to 32': [await slotsTo(size.lossy), size.lossyRecords],
  })
  return reportOf(size, { ...few, ...many })
}

const reportOf = (size: Size, times: Times): BenchReport => {
  const rate = (who: string, deliveries: number) => deliveries / times[who]!.ms / 1000
  const ours = rate('ring 1:1', size.records)
  const cpp = times['C++ 1:1'] && rate('C++ 1:1', size.records)
  const ringbuf = rate('ringbuf.js 1:1', size.records)
  const post = rate('postMessage 1:1', size.messages)
  const many = rate('ring to 8', size.manyRecords * size.lossless)
  const lossy = rate('lossy ring to 32', size.lossyRecords * size.lossy)
  const slots = rate('slots to 32', size.lossyRecords * size.lossy)
  return {
    results: {
      'ring 1:1, million records/s': ours,
      ...(cpp !== undefined && {
        'C++ 1:1, million records/s': cpp,
        'C++ 1:1 that could not sleep, million records/s': rate('C++ without bells 1:1', size.records),
      }),
      'ringbuf.js 1:1, million records/s': ringbuf,
      'postMessage of an object 1:1, million records/s': post,
      'lossless ring to 8, million deliveries/s': many,
      'lossy ring to 32, million deliveries/s': lossy,
      'sequence per slot to 32, million deliveries/s': slots,
    },
    ratios: {
      ...(cpp !== undefined && { 'ring.1p1c/cpp': ours / cpp }),
      'ring.1p1c/ringbuf.js': ours / ringbuf,
      'ring.1p1c/postMessage': ours / post,
      'ring.lossless8/1p1c': many / ours,
      'ring.lossy32/slots': lossy / slots,
    },
    check: Object.values(times).map(({ check }) => check).join(' '),
    ...(cpp === undefined && { notes: [NO_COMPILER] }),
  }
}

/** Lets all race in turns, so many records each; those with equally many must come to the same sum. */
const compete = async (
  rounds: number,
  entries: Readonly<Record<string, readonly [crew: Crew, records: number]>>,
): Promise<Times> => {
  try {
    const race = ([crew, records]: readonly [Crew, number]): Contestant => () => crew.race(records)
    const contestants = Object.fromEntries(Object.entries(entries).map(([who, entry]) => [who, race(entry)]))
    return await interleave(contestants, rounds)
  } finally {
    for (const [crew] of Object.values(entries)) await crew.dismiss()
  }
}

const modules = {
  ours: new URL('./ring-threads.ts', import.meta.url).href,
  ringbuf: new URL('./rivals/ringbuf.ts', import.meta.url).href,
  postMessage: new URL('./rivals/post-message.ts', import.meta.url).href,
  slots: new URL('./rivals/slots.ts', import.meta.url).href,
}
const places = (count: number) => Array.from({ length: count }, (_, place) => place)

const oursTo = (readers: number, lossless: boolean): Promise<Crew> => {
  const ring: RingHandle = createRing({ capacity: readers === 1 ? CAPACITY : CAPACITY_OF_MANY, readers, lossless })
  const progress = lossless ? null : createProgress(readers)
  const role = (task: string, place: number): Role =>
    ({ task, given: { ring, place, progress } satisfies RingGiven })
  for (const place of places(readers)) ringReader(ring, place).activate(0)
  return openCrew(modules.ours, [role('write', 0), ...places(readers).map((r) => role('read', r))])
}

const slotsTo = (readers: number): Promise<Crew> => {
  const capacity = CAPACITY_OF_MANY
  const common = { memory: new SharedArrayBuffer(capacity * 64), capacity, progress: createProgress(readers) }
  const role = (task: string, place: number): Role => ({ task, given: { ...common, place } satisfies SlotsGiven })
  return openCrew(modules.slots, [role('write', 0), ...places(readers).map((r) => role('read', r))])
}

const ringbuf = (): Promise<Crew> => {
  const given = createRingbuf(CAPACITY)
  return openCrew(modules.ringbuf, [{ task: 'write', given }, { task: 'read', given }])
}

const postMessage = (): Promise<Crew> => {
  const { port1, port2 } = new MessageChannel()
  return openCrew(modules.postMessage, [
    { task: 'write', given: port1, transfer: [port1] },
    { task: 'read', given: port2, transfer: [port2] },
  ])
}
