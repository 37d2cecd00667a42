import type { Bell } from './doorbell.ts'

/**
 * Who reads what: so that a record wakes only the threads that want its key (an instrument, say).
 *
 * ```
 * makes     const interests = createInterests(instruments)         with the ring, in the tree; hand it to both sides
 * reader    ctx.listen(interests, [instrument])                    at each start, before its first look at the ring
 * writer    const announcer = ctx.announcer(interests, { allEvery: capacity / 4 })
 *           announcer.saw(instrument)   per record                 O(1)
 *           announcer.all()             at a mark, or when the ring is full
 *           writer.publish(); announcer.ring()   per batch         rings who sleeps and listens to any key of it
 * ```
 * A reader that is not rung reads the records of others late and many at once; so that it neither holds back a
 * lossless ring nor is overrun in a lossy one, everybody is rung once in `allEvery` records.
 *
 * Plain data: it crosses threads by structured clone.
 *
 * ```
 * Int32Array, one row of THREADS / 32 words per key, one bit per thread; one more row for threads that listen at all
 * ```
 */
export type Interests = { readonly masks: Int32Array<SharedArrayBuffer>; readonly keys: number; readonly words: number }

/** Nobody listens to any of so many keys yet. Threads are numbered as their bells are. */
export const createInterests = (keys: number, threads = 512): Interests => {
  const words = Math.ceil(threads / 32)
  return { masks: new Int32Array(new SharedArrayBuffer((keys + 1) * words * 4)), keys, words }
}

/** From now on `thread` listens to these keys and no others; to none, it is not rung at all. */
export const listen = ({ masks, keys, words }: Interests, thread: number, to: readonly number[]): void => {
  demand(thread, words * 32, 'threads')
  for (const key of to) demand(key, keys, 'keys')
  const word = thread >> 5
  const bit = 1 << (thread & 31)
  const wanted = new Set(to)
  if (wanted.size > 0) wanted.add(keys)
  for (let key = 0; key <= keys; key++) {
    if (wanted.has(key)) Atomics.or(masks, key * words + word, bit)
    else Atomics.and(masks, key * words + word, ~bit)
  }
}

const demand = (n: number, count: number, what: string): void => {
  if (!(n >= 0 && n < count)) throw new RangeError(`There are ${count} ${what}, not a number ${n}.`)
}

/** The writer's side: notes what a batch holds, and rings for it. */
export type Announcer = {
  /** The batch at hand holds a record with this key. */
  saw(key: number): void
  /** The batch at hand concerns everybody who listens at all. */
  all(): void
  /** Rings those who sleep and whom the batch concerns. Call once it is published; begins the next one. */
  ring(): void
}

/** How an announcer sees to those who listen to other keys. */
export type AnnouncerOptions = {
  /** Records after which everybody is rung, whatever they listen to. */
  readonly allEvery?: number
}

/**
 * Announces records to those who listen.
 *
 * Masks are read after the batch was published, not as records are seen. A thread that starts listens first and looks
 * second; so either its bit is found here, or its look comes after the publication and finds the record.
 */
export const announcerOf = (
  { masks, keys, words }: Interests,
  bell: Pick<Bell, 'ring'>,
  { allEvery = Number.POSITIVE_INFINITY }: AnnouncerOptions = {},
): Announcer => {
  const batchOf = new Int32Array(keys) // the last batch that held the key
  const seen = new Int32Array(keys + 1) // the distinct keys of this batch
  const mask = new Int32Array(words)
  let batch = 1
  let distinct = 0
  let records = 0
  let everybody = false

  const gather = (key: number): void => {
    const row = key * words
    for (let w = 0; w < words; w++) mask[w]! |= Atomics.load(masks, row + w)
  }
  return {
    saw(key) {
      records++
      if (batchOf[key] === batch) return
      batchOf[key] = batch
      seen[distinct++] = key
    },
    all() {
      everybody = true
    },
    ring() {
      if (everybody || records >= allEvery) {
        gather(keys)
        records = 0
      } else for (let n = 0; n < distinct; n++) gather(seen[n]!)
      everybody = false
      distinct = 0
      batch = (batch + 1) | 0
      for (let w = 0; w < words; w++) {
        for (let left = mask[w]!; left !== 0; left &= left - 1) bell.ring(w * 32 + 31 - Math.clz32(left & -left))
        mask[w] = 0
      }
    },
  }
}
