import type { Millis, RecordHandler } from '#engine/mod.ts'
import { END, MARK } from '../records.ts'

/** One record of the tick stream, overwritten by the next. */
export type Tick = {
  sequence: number
  kind: number
  index: number
  at: Millis
  price: number
  bid: number
  ask: number
}

/** A record of nothing yet. */
export const noTick = (): Tick => ({ sequence: 0, kind: 0, index: 0, at: 0, price: 0, bid: 0, ask: 0 })

/** Reads a record of the ring into `record`. */
export const readInto = (record: Tick): RecordHandler => (fields, ints, f, i, sequence) => {
  record.sequence = sequence
  record.at = fields[f]!
  record.price = fields[f + 1]!
  record.bid = fields[f + 4]!
  record.ask = fields[f + 5]!
  record.index = ints[i]!
  record.kind = ints[i + 1]!
}

/** Whether a record ends a minute, or all. */
export const isBoundary = ({ kind }: Tick): boolean => kind === MARK || kind === END
