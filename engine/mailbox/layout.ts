/**
 * Where everything lies in the shared memory of a ring.
 *
 * ```
 * control, Int32Array; a line is 128 bytes = 32 words: cache lines are fetched in pairs, so two words
 * that different threads write are kept a pair apart, or each write would slow the other thread
 *
 *   line 0        HEAD    sequence of the next record to be published           writer
 *   line 1        CLAIM   the writer may write any sequence below this one      writer
 *   line 2 + 2r   TAIL    reader r still needs this sequence and later ones     reader r (or whoever activates it)
 *                 LOST    how many records were overwritten before r saw them   reader r
 *                 FENCE   touched to order what r copied before what it checks  reader r
 *   line 3 + 2r   ACTIVE  1 while reader r holds the writer back                anyone
 *
 * data, CAPACITY slots (a power of two); the record with sequence s is in slot s & (CAPACITY - 1)
 *
 *   slot          f64 f64 f64 f64 f64 f64 | i32 i32 i32 i32      64 bytes: one cache line
 *                 └ fields, from fieldOffset └ ints, from intOffset
 * ```
 *
 * Sequences are int32 and wrap: compare them by `(a - b) | 0`, never by `<`. That is right as long as
 * the two are less than 2^31 apart, and a capacity is far below that.
 *
 * The one invariant: **records with a sequence below CLAIM - CAPACITY may be overwritten, all others are whole.**
 */

/** Int32 words in a line of 128 bytes. */
export const LINE = 32

/** Word of HEAD in the control block. */
export const HEAD = 0
/** Word of CLAIM in the control block. */
export const CLAIM = LINE

/** First word of what reader `r` itself writes. */
export const readerLine = (r: number): number => (2 + 2 * r) * LINE
/** TAIL, counted from {@link readerLine}. */
export const TAIL = 0
/** LOST, counted from {@link readerLine}. */
export const LOST = 1
/** FENCE, counted from {@link readerLine}. */
export const FENCE = 2
/** ACTIVE, counted from {@link readerLine}. */
export const ACTIVE = LINE

/** Bytes of the control block of a ring with so many readers. */
export const controlBytes = (readers: number): number => (2 + 2 * readers) * LINE * 4

/** What a record consists of: so many f64, then so many i32, together 64 bytes, or 128, 256 and so on. */
export type RecordShape = { readonly fields: number; readonly ints: number }

/** One cache line: six f64 and four i32. */
export const oneLine: RecordShape = { fields: 6, ints: 4 }

/** Bytes of one record. */
export const recordBytes = ({ fields, ints }: RecordShape): number => 8 * fields + 4 * ints

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

/** The two views of a memory of records. */
export type RecordViews = { readonly fields: Float64Array; readonly ints: Int32Array }

/**
 * Opens a memory of records. `ints` begins at the first int of the first record, not at the first byte: then
 * the ints of the record whose fields begin at `f` begin at `2 * f`, whatever its shape, and one offset finds both.
 */
export const viewsOf = (memory: SharedArrayBuffer, { fields }: RecordShape): RecordViews => ({
  fields: new Float64Array(memory),
  ints: new Int32Array(memory, fields * 8),
})

/** How sequences become offsets in a memory of so many records of a shape. */
export type Addressing = { readonly shift: number; readonly mask: number }

/** Both numbers of records and sizes of records are powers of two, so a shift and a mask find a slot. */
export const addressing = (capacity: number, record: RecordShape): Addressing => {
  const stride = recordBytes(record) / 8
  return { shift: Math.log2(stride), mask: capacity * stride - 1 }
}

/**
 * Where the fields of the record with this sequence begin, by its {@link Addressing}. The last mask changes nothing, as
 * rings are limited to 2^30 f64: it tells the compiler that neither this nor twice this overflows an int32, which saves
 * a check per access (a fifth of the time that writing a record takes).
 */
export const offsetOf = (sequence: number, shift: number, mask: number): number =>
  (sequence << shift) & mask & 0x3fffffff
