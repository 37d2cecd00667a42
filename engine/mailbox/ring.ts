import {
  ACTIVE, CLAIM, controlBytes, FENCE, HEAD, LOST, oneLine, readerLine, recordBytes, TAIL, type RecordShape,
} from './layout.ts'

/** A ring as plain data: it crosses threads by structured clone, and both sides see the same memory. */
export type RingHandle = {
  readonly control: SharedArrayBuffer
  readonly data: SharedArrayBuffer
  /** Slots; a power of two. */
  readonly capacity: number
  /** How many readers there is room for. */
  readonly readers: number
  /** Whether the writer waits for the slowest active reader, or overruns it. */
  readonly lossless: boolean
  readonly record: RecordShape
}

/** What a ring is made as. */
export type RingOptions = {
  readonly capacity: number
  readonly readers: number
  readonly lossless: boolean
  /** Sequence of the first record; a run that is taken up again goes on where it left off. */
  readonly start?: number
  readonly record?: RecordShape
}

/** What a reader does with one record; valid during the call only. Made once, not per batch. */
export type RecordHandler = (
  fields: Float64Array,
  ints: Int32Array,
  fieldOffset: number,
  intOffset: number,
  sequence: number,
) => void

/**
 * Shared memory for one writer and up to `readers` readers, see layout.ts.
 * No reader is active at first: each begins to hold the writer back with {@link RingReader.activate}.
 */
export const createRing = (options: RingOptions): RingHandle => {
  const { capacity, readers, lossless, start = 0, record = oneLine } = options
  if (!Number.isInteger(Math.log2(capacity)) || capacity < 2 || capacity > 2 ** 24)
    throw new RangeError(`A ring's capacity is a power of two from 2 to 2^24, not ${capacity}.`)
  if (recordBytes(record) % 64 !== 0)
    throw new RangeError(`A record is a multiple of 64 bytes, not ${recordBytes(record)}.`)
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

/** The writing end of a ring: claim, fill by plain stores, and publish once per batch. */
export class RingWriter {
  /** The f64 of all slots. */
  readonly fields: Float64Array
  /** The i32 of all slots. */
  readonly ints: Int32Array
  /** Where the ints of the record claimed last begin in {@link ints}. */
  intOffset = 0

  readonly #words: Int32Array
  readonly #lossless: boolean
  readonly #readers: number
  readonly #capacity: number
  readonly #fieldStride: number
  readonly #intStride: number
  readonly #intStart: number
  #published: number
  #next: number
  #limit: number // our copy of CLAIM

  constructor(handle: RingHandle) {
    this.#words = new Int32Array(handle.control)
    this.fields = new Float64Array(handle.data)
    this.ints = new Int32Array(handle.data)
    this.#lossless = handle.lossless
    this.#readers = handle.readers
    this.#capacity = handle.capacity
    this.#fieldStride = recordBytes(handle.record) / 8
    this.#intStride = recordBytes(handle.record) / 4
    this.#intStart = handle.record.fields * 2
    this.#published = this.#next = Atomics.load(this.#words, HEAD)
    // What a dead writer had claimed stays claimed: it may have half overwritten those slots.
    this.#limit = Atomics.load(this.#words, CLAIM)
  }

  /** Sequence of the record that {@link claim} will give next. */
  get head(): number {
    return this.#next
  }

  /**
   * Gives the next record to be filled.
   * @returns  where its f64 begin in {@link fields} (its i32: {@link intOffset}); -1 when a lossless ring is full
   */
  claim(): number {
    const sequence = this.#next
    if (((this.#limit - sequence) | 0) <= 0 && !this.#extend()) return -1
    this.#next = (sequence + 1) | 0
    const slot = sequence & (this.#capacity - 1)
    this.intOffset = slot * this.#intStride + this.#intStart
    return slot * this.#fieldStride
  }

  /**
   * Shows all claimed records to the readers.
   * The store is sequentially consistent, thus a release: a reader that loads the new HEAD sees the
   * plain stores made before it. It is also the first half of the handshake in doorbell.ts.
   */
  publish(): void {
    if (this.#published === this.#next) return
    this.#published = this.#next
    Atomics.store(this.#words, HEAD, this.#next)
  }

  /** How many records can be claimed now; a lossy ring always takes as many as it holds. */
  free(): number {
    if (!this.#lossless) return this.#capacity
    this.#extendLossless()
    return Math.max(0, (this.#limit - this.#next) | 0)
  }

  #extend(): boolean {
    return this.#lossless ? this.#extendLossless() : this.#extendLossy()
  }

  /*
   * Lossless: CLAIM is the slowest active TAIL plus CAPACITY. Readers store TAIL (release) after their last
   * look at a record, we load it (acquire) before we write there: no data race, by the letter of the memory model.
   *
   * A reader may be activated while we add up. It stores ACTIVE and then loads CLAIM; we store CLAIM and then
   * load ACTIVE a second time. All four are sequentially consistent, so at least one side sees the other: either
   * the reader finds that we have claimed past it (and is told that it came too late), or we find the reader and
   * step back. We have written nothing in between, and never step back behind what we had claimed before.
   */
  #extendLossless(): boolean {
    const before = this.#limit
    const hoped = (this.#slowest() + this.#capacity) | 0
    if (((hoped - before) | 0) > 0) {
      Atomics.exchange(this.#words, CLAIM, hoped)
      const sure = (this.#slowest() + this.#capacity) | 0
      this.#limit = ((sure - hoped) | 0) >= 0 ? hoped : ((sure - before) | 0) > 0 ? sure : before
      if (this.#limit !== hoped) Atomics.exchange(this.#words, CLAIM, this.#limit)
    }
    return ((this.#limit - this.#next) | 0) > 0
  }

  #slowest(): number {
    let slowest = this.#published // what is not published is not read: never overwrite it
    for (let r = 0; r < this.#readers; r++) {
      const line = readerLine(r)
      if (Atomics.load(this.#words, line + ACTIVE) === 0) continue
      const tail = Atomics.load(this.#words, line + TAIL)
      if (((tail - slowest) | 0) < 0) slowest = tail
    }
    return slowest
  }

  /*
   * Lossy: CLAIM moves ahead by a stride, so that its cost is shared by many records; readers lose the use of as
   * many slots. It must be seen no later than the plain stores that follow. A store does not promise that: on ARM,
   * and in the compiler, a later plain store may pass an earlier atomic store. Nothing passes a read-modify-write,
   * which acquires and releases: x86 compiles it to a locked instruction, ARM to an acquire-release atomic.
   */
  #extendLossy(): boolean {
    const stride = lossyStride(this.#capacity)
    if (((this.#next - this.#published) | 0) > this.#capacity - stride)
      throw new RangeError(`A batch must be published before it fills the ring of ${this.#capacity} records.`)
    this.#limit = (this.#next + stride) | 0
    Atomics.exchange(this.#words, CLAIM, this.#limit)
    return true
  }
}

// An eighth of the ring costs readers little; past 256 records there is nothing left to save.
const lossyStride = (capacity: number) => Math.max(1, Math.min(256, capacity >> 3))

/** Records a lossy reader copies out at a time: 16 KiB, half of a first-level cache. */
const COPY_MAX = 256

/**
 * The end of one reader. Where it reads ({@link position}) and what it has released (TAIL) are two things: an owner
 * may release only what can never be needed again, e.g. after its effects are on disk.
 */
export class RingReader {
  readonly #words: Int32Array
  readonly #fields: Float64Array
  readonly #ints: Int32Array
  readonly #line: number
  readonly #lossless: boolean
  readonly #capacity: number
  readonly #fieldStride: number
  readonly #intStride: number
  readonly #intStart: number
  #position: number
  #released: number
  #lost: number
  #copies: Copies | undefined

  constructor(handle: RingHandle, r: number) {
    if (!(r >= 0 && r < handle.readers))
      throw new RangeError(`The ring has ${handle.readers} readers, not a number ${r}.`)
    this.#words = new Int32Array(handle.control)
    this.#fields = new Float64Array(handle.data)
    this.#ints = new Int32Array(handle.data)
    this.#line = readerLine(r)
    this.#lossless = handle.lossless
    this.#capacity = handle.capacity
    this.#fieldStride = recordBytes(handle.record) / 8
    this.#intStride = recordBytes(handle.record) / 4
    this.#intStart = handle.record.fields * 2
    this.#position = this.#released = Atomics.load(this.#words, this.#line + TAIL)
    this.#lost = Atomics.load(this.#words, this.#line + LOST)
  }

  /** Sequence of the record that will be read next. */
  get position(): number {
    return this.#position
  }

  /** How many records this reader has missed; always 0 on a lossless ring. Wraps like a sequence. */
  get lost(): number {
    return this.#lost
  }

  get active(): boolean {
    return Atomics.load(this.#words, this.#line + ACTIVE) === 1
  }

  /** How many published records have not been read. */
  available(): number {
    return Math.max(0, (Atomics.load(this.#words, HEAD) - this.#position) | 0)
  }

  /** How many published records have not been released. */
  lag(): number {
    return (Atomics.load(this.#words, HEAD) - Atomics.load(this.#words, this.#line + TAIL)) | 0
  }

  /**
   * From now on the writer of a lossless ring keeps every record from `at` on until this reader releases it.
   * Any thread may call this for a reader whose own thread does not run; that one then begins at `at`.
   * @returns  false when the writer has already claimed past `at`; the reader stays inactive
   */
  activate(at: number): boolean {
    this.#position = this.#released = at | 0
    Atomics.store(this.#words, this.#line + TAIL, at)
    Atomics.store(this.#words, this.#line + ACTIVE, 1)
    const claim = Atomics.load(this.#words, CLAIM) // after ACTIVE: see the writer's #extendLossless
    const kept = ((claim - this.#capacity - at) | 0) <= 0
    if (!kept) this.deactivate()
    return kept
  }

  /** The writer no longer waits for this reader. Any thread may call this. */
  deactivate(): void {
    Atomics.store(this.#words, this.#line + ACTIVE, 0)
  }

  /** Reads on from `sequence`, e.g. over again from what was released last. */
  seek(sequence: number): void {
    this.#position = sequence | 0
  }

  /**
   * Hands up to `max` published records to `handle`, on any ring. A lossless ring gives them where they lie and keeps
   * them until they are released; a lossy one gives copies (at most 256 per call), counts what it missed in
   * {@link lost}, and a gap shows as a jump of the sequence. `releaseRead` is right, and harmless, on both.
   * @returns  how many were handed over
   */
  read(max: number, handle: RecordHandler): number {
    return this.#lossless ? this.#readInPlace(max, handle) : this.#readCopied(max, handle)
  }

  #readInPlace(max: number, handle: RecordHandler): number {
    const head = Atomics.load(this.#words, HEAD) // acquire: pairs with publish()
    const count = Math.min((head - this.#position) | 0, max)
    for (let i = 0; i < count; i++) {
      const sequence = this.#position
      const slot = sequence & (this.#capacity - 1)
      this.#position = (sequence + 1) | 0 // before the call, so that `handle` may release the record it is given
      handle(this.#fields, this.#ints, slot * this.#fieldStride, slot * this.#intStride + this.#intStart, sequence)
    }
    return Math.max(0, count)
  }

  /**
   * Gives records up to, not including, `sequence` back to the writer: `sequence` is the first one still needed.
   * Releasing less than before, or more than was read, does nothing more than was right.
   */
  release(sequence: number): void {
    if (((sequence - this.#position) | 0) > 0) sequence = this.#position
    if (((sequence - this.#released) | 0) <= 0) return
    this.#released = sequence | 0
    Atomics.store(this.#words, this.#line + TAIL, sequence) // release: our reads are done before the writer sees this
  }

  /** Gives back everything that was read. */
  releaseRead(): void {
    this.release(this.#position)
  }

  /*
   * Copies up to `max` records out, drops those that were overwritten meanwhile, adds exactly that number to `lost`,
   * and hands over the rest.
   *
   * Why nothing torn gets through: a copy that saw any byte of a later record saw a plain store that followed the
   * writer's exchange of CLAIM. Our look at CLAIM comes after the copy, so it sees that exchange or a later one, and
   * the record is behind CLAIM - CAPACITY. That order needs help: a plain load may drift below a later atomic load,
   * so a read-modify-write on a word of our own stands between them, which nothing passes in either direction.
   * (The memory model of JavaScript promises nothing for racing plain loads; the argument rests on engines neither
   * moving accesses over an atomic read-modify-write nor inventing them, and ring.test.ts watches two real threads.)
   */
  #readCopied(max: number, handle: RecordHandler): number {
    const oldest = (Atomics.load(this.#words, CLAIM) - this.#capacity) | 0
    let from = this.#position
    if (((oldest - from) | 0) > 0) from = oldest
    const head = Atomics.load(this.#words, HEAD)
    const count = Math.max(0, Math.min((head - from) | 0, max, COPY_MAX))
    const copies = (this.#copies ??= new Copies(this.#fieldStride, this.#intStride))
    this.#copyOut(copies, from, count)

    Atomics.add(this.#words, this.#line + FENCE, 1)
    const overwritten = (Atomics.load(this.#words, CLAIM) - this.#capacity - from) | 0
    const dropped = Math.max(0, Math.min(overwritten, count))
    this.#missed((from + dropped - this.#position) | 0)
    for (let i = dropped; i < count; i++) {
      this.#position = (from + i + 1) | 0
      handle(copies.fields, copies.ints, i * this.#fieldStride, i * this.#intStride + this.#intStart, (from + i) | 0)
    }
    this.releaseRead()
    return count - dropped
  }

  // Field by field: an i32 may look like a NaN when moved as half of an f64, and would not survive.
  #copyOut(copies: Copies, from: number, count: number): void {
    const fieldCount = this.#intStart / 2
    const intCount = this.#intStride - this.#intStart
    for (let i = 0; i < count; i++) {
      const slot = (from + i) & (this.#capacity - 1)
      const field = slot * this.#fieldStride
      const int = slot * this.#intStride + this.#intStart
      const toField = i * this.#fieldStride
      const toInt = i * this.#intStride + this.#intStart
      for (let k = 0; k < fieldCount; k++) copies.fields[toField + k] = this.#fields[field + k]!
      for (let k = 0; k < intCount; k++) copies.ints[toInt + k] = this.#ints[int + k]!
    }
  }

  #missed(count: number): void {
    if (count === 0) return
    this.#position = (this.#position + count) | 0
    this.#lost = (this.#lost + count) | 0
    Atomics.store(this.#words, this.#line + LOST, this.#lost)
  }
}

/** A lossy reader's private copies; shared memory all the same, so that handlers meet one kind of array. */
class Copies {
  readonly fields: Float64Array
  readonly ints: Int32Array

  constructor(fieldStride: number, intStride: number) {
    const memory = new SharedArrayBuffer(COPY_MAX * fieldStride * 8)
    this.fields = new Float64Array(memory)
    this.ints = new Int32Array(memory, 0, COPY_MAX * intStride)
  }
}
