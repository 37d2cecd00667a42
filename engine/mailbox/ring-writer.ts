import {
  ACTIVE, addressing, CLAIM, HEAD, offsetOf, readerLine, TAIL, viewsOf, type RingHandle,
} from './layout.ts'

/** The writing end of a ring: claim, fill by plain stores, and publish once per batch. */
export class RingWriter {
  /** The f64 of all slots. */
  readonly fields: Float64Array
  /** The i32 of all slots. */
  readonly ints: Int32Array

  readonly #words: Int32Array
  readonly #lossless: boolean
  readonly #readers: number
  readonly #capacity: number
  readonly #shift: number
  readonly #mask: number
  #published: number
  #next: number
  #limit: number // our copy of CLAIM

  constructor(handle: RingHandle) {
    this.#words = new Int32Array(handle.control)
    const { fields, ints } = viewsOf(handle.data, handle.record)
    this.fields = fields
    this.ints = ints
    this.#lossless = handle.lossless
    this.#readers = handle.readers
    this.#capacity = handle.capacity
    const { shift, mask } = addressing(handle.capacity, handle.record)
    this.#shift = shift
    this.#mask = mask
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
    return offsetOf(sequence, this.#shift, this.#mask)
  }

  /** Where the ints of the record claimed last begin in {@link ints}: at twice what {@link claim} gave. */
  get intOffset(): number {
    return 2 * offsetOf((this.#next - 1) | 0, this.#shift, this.#mask)
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
