import {
  ACTIVE, addressing, CLAIM, FENCE, HEAD, LOST, offsetOf, readerLine, recordBytes, TAIL, viewsOf,
  type RingHandle,
} from './layout.ts'

/** What a reader does with one record; valid during the call only. Made once, not per batch. */
export type RecordHandler = (
  fields: Float64Array,
  ints: Int32Array,
  fieldOffset: number,
  intOffset: number,
  sequence: number,
) => void

/** Records a lossy reader copies out at a time: 16 KiB, a third of a first-level cache. A power of two. */
const COPY_MAX = 256
/** Records that are cheaper to copy word by word. */
const FEW = 16

/**
 * The end of one reader. Where it reads ({@link position}) and what it has released (TAIL) are two things: an owner
 * may release only what can never be needed again, e.g. after its effects are on disk.
 */
export class RingReader {
  readonly #words: Int32Array
  readonly #line: number
  readonly #capacity: number
  readonly #recordWords: number
  // The words of the ring, and of a lossy reader's copies.
  readonly #ring: Int32Array
  readonly #ringMask: number
  readonly #copies: Int32Array | null
  // Where records are handed over from: the ring itself, or the copies.
  readonly #fields: Float64Array
  readonly #ints: Int32Array
  readonly #shift: number
  readonly #mask: number
  #position: number
  #ready: number // records from #position to here can be handed over without another look
  #released: number
  #lost: number

  constructor(handle: RingHandle, r: number) {
    if (!(r >= 0 && r < handle.readers))
      throw new RangeError(`The ring has ${handle.readers} readers, not a number ${r}.`)
    const { data, record, lossless, capacity } = handle
    this.#words = new Int32Array(handle.control)
    this.#line = readerLine(r)
    this.#capacity = capacity
    this.#recordWords = recordBytes(record) / 4
    // Copies are shared memory too, so that handlers meet one kind of array.
    const source = lossless ? data : new SharedArrayBuffer(COPY_MAX * recordBytes(record))
    this.#ring = new Int32Array(data)
    this.#copies = lossless ? null : new Int32Array(source)
    const { fields, ints } = viewsOf(source, record)
    this.#fields = fields
    this.#ints = ints
    const { shift, mask } = addressing(capacity, record)
    this.#shift = shift
    this.#ringMask = mask
    this.#mask = lossless ? mask : addressing(COPY_MAX, record).mask
    this.#position = this.#ready = this.#released = Atomics.load(this.#words, this.#line + TAIL)
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
    this.#position = this.#ready = this.#released = at | 0
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
    this.#position = this.#ready = sequence | 0
  }

  /**
   * Hands up to `max` published records to `handle`, on any ring. A lossless ring gives them where they lie and keeps
   * them until they are released; a lossy one gives copies (at most 256 per call), counts what it missed in
   * {@link lost}, and a gap shows as a jump of the sequence. {@link releaseRead} afterwards is right on both.
   * A handler may release the very record it is given; one that seeks ends the call.
   * @returns  how many were handed over
   */
  read(max: number, handle: RecordHandler): number {
    if (((this.#ready - this.#position) | 0) < max) this.#look()
    const count = Math.min((this.#ready - this.#position) | 0, max)
    let taken = 0
    for (; taken < count && this.#position !== this.#ready; taken++) {
      const sequence = this.#position
      this.#position = (sequence + 1) | 0
      const f = offsetOf(sequence, this.#shift, this.#mask)
      handle(this.#fields, this.#ints, f, 2 * f, sequence)
    }
    return taken
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

  #look(): void {
    if (this.#copies !== null) {
      if (this.#ready === this.#position) this.#copyOut(this.#copies)
      return
    }
    const head = Atomics.load(this.#words, HEAD) // acquire: pairs with the writer's publish()
    if (((head - this.#position) | 0) > 0) this.#ready = head
  }

  /*
   * Lossy: copies what is published, drops what was overwritten meanwhile, and adds exactly that number to `lost`.
   *
   * Why nothing torn gets through: a copy that saw any byte of a later record saw a plain store that followed the
   * writer's exchange of CLAIM. Our look at CLAIM comes after the copy, so it sees that exchange or a later one, and
   * the record is behind CLAIM - CAPACITY. That order needs help: a plain load may drift below a later atomic load,
   * so a read-modify-write on a word of our own stands between them, which nothing passes in either direction.
   * (The memory model of JavaScript promises nothing for racing plain loads; the argument rests on engines neither
   * moving accesses over an atomic read-modify-write nor inventing them. ring.model.test.ts explores the orders of a
   * small ring one by one, and ring.test.ts watches two real threads.)
   */
  #copyOut(copies: Int32Array): void {
    const oldest = (Atomics.load(this.#words, CLAIM) - this.#capacity) | 0
    let from = this.#position
    if (((oldest - from) | 0) > 0) from = oldest
    const head = Atomics.load(this.#words, HEAD)
    const count = Math.max(0, Math.min((head - from) | 0, COPY_MAX))
    this.#copyRun(copies, from, count)

    Atomics.add(this.#words, this.#line + FENCE, 1)
    const overwritten = (Atomics.load(this.#words, CLAIM) - this.#capacity - from) | 0
    const dropped = Math.max(0, Math.min(overwritten, count))
    this.#missed((from + dropped - this.#position) | 0)
    this.#ready = (from + count) | 0
  }

  // As i32: moved as half of an f64, one that looks like a NaN might not survive. Many records as whole runs: word by
  // word would take three times as long. A few word by word: a run costs a view of it, and thus garbage.
  #copyRun(copies: Int32Array, from: number, count: number): void {
    if (count <= FEW) return this.#copyFew(copies, from, count)
    for (let i = 0; i < count; ) {
      const at = 2 * offsetOf((from + i) | 0, this.#shift, this.#ringMask)
      const to = 2 * offsetOf((from + i) | 0, this.#shift, this.#mask)
      const words = Math.min((count - i) * this.#recordWords, this.#ring.length - at, copies.length - to)
      copies.set(this.#ring.subarray(at, at + words), to)
      i += words / this.#recordWords
    }
  }

  #copyFew(copies: Int32Array, from: number, count: number): void {
    const ring = this.#ring
    for (let i = 0; i < count; i++) {
      const at = 2 * offsetOf((from + i) | 0, this.#shift, this.#ringMask)
      const to = 2 * offsetOf((from + i) | 0, this.#shift, this.#mask)
      for (let word = 0; word < this.#recordWords; word++) copies[to + word] = ring[at + word]!
    }
  }

  #missed(count: number): void {
    if (count === 0) return
    this.#position = (this.#position + count) | 0
    this.#lost = (this.#lost + count) | 0
    Atomics.store(this.#words, this.#line + LOST, this.#lost)
  }
}
