/**
 * Rows of market data in columns: one set of buffers, overwritten by the source's next batch.
 * Row `i` is `at[i], instrument[i], price[i], …` for i < length. NaN means that the source has no such value.
 */
export type RowBatch = {
  length: number
  /** The source knows that it lost data just before the first row. */
  gap: boolean
  /** The exchange's stamp, milliseconds UTC. */
  readonly at: Float64Array
  /** Place in the run's instrument table, {@link unknownInstrument} when it is not in there. */
  readonly instrument: Int32Array
  /** Last traded price, or the value of an index, in paise. */
  readonly price: Float64Array
  /** Units traded at that price by this row; 0 for a row that only brings a quote or an index value. */
  readonly quantity: Float64Array
  /** Units traded so far that day. */
  readonly dayVolume: Float64Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** Open interest in units. */
  readonly oi: Float64Array
}

/** In place of an instrument's index, for a symbol that is not in the run's table. */
export const unknownInstrument = -1

/**
 * Where market data comes from: a live connection or a recording. The feed cannot tell which.
 *
 * `open` yields what came, in the order it came, batch by batch: a frame of a socket is a batch, a recording fills each
 * to the brim. Whoever reads it sets the pace by asking for the next batch; a socket buffers meanwhile, and sets
 * `gap` when it had to drop, or was cut off. The sequence ends when there will be no more rows. A recording may be
 * opened again and yields the same batches; what cannot go on throws a Problem. `return()` of the iterator closes the
 * source.
 */
export type Source = {
  /** As people know it: `nse-20221110`, `dhan`. */
  readonly name: string
  open(): AsyncIterable<RowBatch>
  /** Rows that could not even be read, since the last `open`. */
  readonly broken: Broken
}

/** What makes a row unreadable. */
export const brokenReasons = ['wrong number of fields', 'not a number', 'negative'] as const
/** One of {@link brokenReasons}. */
export type BrokenReason = (typeof brokenReasons)[number]

/** Unreadable rows by reason, each with the first one met as an example. */
export type Broken = Readonly<Record<BrokenReason, { count: number; example: string | null }>>

/** No broken rows yet. */
export const nothingBroken = (): Broken => ({
  'wrong number of fields': { count: 0, example: null },
  'not a number': { count: 0, example: null },
  negative: { count: 0, example: null },
})

/** Broken rows of all reasons. */
export const countBroken = (broken: Broken): number =>
  brokenReasons.reduce((sum, reason) => sum + broken[reason].count, 0)

/** An empty batch with room for so many rows. */
export const rowBatch = (capacity: number): RowBatch => ({
  length: 0,
  gap: false,
  at: new Float64Array(capacity),
  instrument: new Int32Array(capacity),
  price: new Float64Array(capacity),
  quantity: new Float64Array(capacity),
  dayVolume: new Float64Array(capacity),
  bid: new Float64Array(capacity),
  ask: new Float64Array(capacity),
  oi: new Float64Array(capacity),
})

/** Appends row `from` of one batch to another, which must have room. */
export const copyRow = (source: RowBatch, from: number, target: RowBatch): void => {
  const to = target.length++
  target.at[to] = source.at[from]!
  target.instrument[to] = source.instrument[from]!
  target.price[to] = source.price[from]!
  target.quantity[to] = source.quantity[from]!
  target.dayVolume[to] = source.dayVolume[from]!
  target.bid[to] = source.bid[from]!
  target.ask[to] = source.ask[from]!
  target.oi[to] = source.oi[from]!
}
