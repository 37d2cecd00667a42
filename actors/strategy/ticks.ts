import {
  inspectRing, ringReader, type Latest, type Millis, type RecordHandler, type RingHandle, type RingReader,
} from '#engine/mod.ts'
import { rupees } from '../domain/money.ts'
import { MARK, TICK } from '../records.ts'
import type { Tick } from './define.ts'

/** Puts a reader where another one is, as far as the writer of that ring waits for anybody. */
export const follow = (ring: RingHandle, place: number, other: number): void => {
  if (!ring.lossless) return
  const reader = ringReader(ring, place)
  // Refused when the writer went on meanwhile, which is where the other then is.
  while (!reader.activate(inspectRing(ring).readers[other]!.tail));
}

/**
 * Takes a place among the readers of a ring that waits for them, or gives it back. Whoever has it already goes on where
 * it was; else it begins where `other` is.
 */
export const takePlace = (ring: RingHandle, place: number, reads: boolean, other: number): void => {
  const reader = ringReader(ring, place)
  if (!reads) reader.deactivate()
  else if (!reader.active) follow(ring, place, other)
}

/** Records of the ring looked at in one turn at most, so that control messages are heard in between. */
const TURN_MAX = 4096

/** One tick, overwritten by the next: doubles from the start, so that no figure of it is ever boxed anew. */
const flyweight = (): { -readonly [K in keyof Tick]: Tick[K] } =>
  ({ at: Number.NaN, price: Number.NaN, quantity: Number.NaN, bid: Number.NaN, ask: Number.NaN })

type Flyweight = ReturnType<typeof flyweight>

const fill = (tick: Flyweight, fields: Float64Array, f: number): void => {
  tick.at = fields[f]!
  tick.price = rupees(fields[f + 1]!)
  tick.quantity = fields[f + 2]!
  tick.bid = rupees(fields[f + 4]!)
  tick.ask = rupees(fields[f + 5]!)
}

/** The ticks of one instrument and the marks between them, one at a time, for who must stop at any of them. */
export type TickSteps = {
  /** Stands on the next tick of the instrument, or boundary; false when everything published was looked at. */
  load(): boolean
  /** Whether it stands on a tick, not on a boundary. */
  readonly isTick: boolean
  /** Of what it stands on. A boundary at the end of the recording has +Infinity. */
  readonly at: Millis
  readonly sequence: number
  /** When it was published, in wrapped microseconds. */
  readonly micros: number
  readonly tick: Tick
  /** Done with it: `load` goes on. */
  drop(): void
  /** Sequence of the record that is looked at next. */
  readonly position: number
  /** Event time of the last record of any instrument: none that comes is earlier. */
  readonly seenTo: Millis
  /** Gives back what a restart need not see again: records at or before this moment. */
  settle(through: Millis): void
  lag(): number
}

/**
 * Reads a lossless tick ring step by step. Prices that came late (their minute was closed) are passed over.
 *
 * What is given back lags behind what is read, since a restart begins where that ends. Both ends of the span in between
 * move by whole spans: a queue of all records in it would be kept for nothing.
 */
export const tickSteps = (handle: RingHandle, place: number, instrument: number): TickSteps => {
  const reader = ringReader(handle, place)
  const tick = flyweight()
  let held = false
  let isTick = false
  let at: Millis = Number.NaN
  let sequence = 0
  let micros = 0
  let seenTo: Millis = Number.NEGATIVE_INFINITY
  // Everything before this sequence was at or before this moment.
  let checked = reader.position
  let checkedAt: Millis = Number.NEGATIVE_INFINITY

  const take: RecordHandler = (fields, ints, f, i, number) => {
    const kind = ints[i + 1]!
    const boundary = ints[i]! < 0
    at = boundary && kind !== MARK ? Number.POSITIVE_INFINITY : fields[f]!
    if (at !== Number.POSITIVE_INFINITY) seenTo = at
    isTick = kind === TICK && ints[i] === instrument
    if (!isTick && !boundary) return
    held = true
    sequence = number
    micros = ints[i + 3]!
    if (isTick) fill(tick, fields, f)
  }
  return {
    load() {
      while (!held && reader.read(1, take) === 1);
      return held
    },
    get isTick() {
      return isTick
    },
    get at() {
      return at
    },
    get sequence() {
      return sequence
    },
    get micros() {
      return micros
    },
    tick,
    drop: () => void (held = false),
    get position() {
      return reader.position
    },
    get seenTo() {
      return seenTo
    },
    settle(through) {
      if (checkedAt > through) return
      reader.release(checked)
      // What is held was not handled: a restart must see it again.
      checked = held ? sequence : reader.position
      checkedAt = seenTo
    },
    lag: () => reader.available(),
  }
}

/** The ticks of one instrument as they come, for who never waits. */
export type TickFlow = {
  /** Hands over what came since, a bounded number of records; returns how many ticks of the instrument there were. */
  drain(): number
  lag(): number
  /** Records it never saw: overwritten before it came, or passed over after that. */
  lost(): number
}

/**
 * Reads a lossy tick ring from now on. A reader that was overrun does not work off what is old: it goes on with the
 * newest state, once, from the latest row.
 * @param handle  given one flyweight again and again, and when it was published in wrapped microseconds, 0 for a row
 */
export const tickFlow = (
  ring: RingHandle,
  place: number,
  instrument: number,
  latest: Latest,
  handle: (tick: Tick, micros: number) => void,
): TickFlow => {
  const reader = ringReader(ring, place)
  const tick = flyweight()
  const row = new Float64Array(8)
  let count = 0
  let passed = 0
  skip(reader) // what was published before the start is not lost
  let known = reader.lost

  const take: RecordHandler = (fields, ints, f, i) => {
    if (reader.lost !== known) passed++ // old by now: see `goOn`
    else if (ints[i] === instrument && ints[i + 1] === TICK) {
      count++
      fill(tick, fields, f)
      handle(tick, ints[i + 3]!)
    }
  }
  const goOn = (): void => {
    known = reader.lost
    passed += skip(reader)
    if (!latest.read(instrument, row)) return
    tick.at = row[0]!
    tick.price = rupees(row[1]!)
    tick.bid = rupees(row[2]!)
    tick.ask = rupees(row[3]!)
    tick.quantity = row[6]!
    count++
    handle(tick, 0)
  }
  return {
    drain() {
      count = 0
      for (let read = 0; read < TURN_MAX; ) {
        const got = reader.read(256, take)
        if (reader.lost !== known) goOn()
        if (got === 0) break
        read += got
      }
      reader.releaseRead() // nobody waits for it: so that it is seen how far it has come
      return count
    },
    lag: () => reader.available(),
    lost: () => (reader.lost + passed) | 0,
  }
}

/** Passes over everything published so far. @returns how many records that were */
const skip = (reader: RingReader): number => {
  const count = reader.available()
  reader.seek(reader.position + count)
  return count
}
