import {
  openLatest, ringWriter, wrappedMicros, type Announcer, type Context, type Interests, type Latest, type LatestHandle,
  type Millis, type RingHandle, type RingWriter,
} from '#engine/mod.ts'
import { minuteOfDay, nseCalendar } from '../calendar/mod.ts'
import { tableOf, type Instrument } from '../domain/instrument.ts'
import { END, LATE, MARK, TICK } from '../records.ts'
import type { Command } from '../messages.ts'
import { actor } from '../vocabulary.ts'
import { pacer, type Pace, type Pacer } from './pace.ts'
import { recordingSource, type Recording } from './recording.ts'
import { countBroken, type RowBatch, type Source } from './source.ts'
import { TickStream, type Step } from './stream.ts'
import { Validator } from './validate.ts'

/** Records published at once: what a few milliseconds of a busy market bring. */
const BATCH_MAX = 256
/** Records per turn, so that control messages are heard in between. */
const TURN_MAX = 8192
/**
 * Event time after which strategies that sleep through the ticks of others are woken to say how far they are. Nothing
 * can come of what one decides before 100 ms have passed, so nobody waits for who is behind by less than that; half of
 * it leaves room for the records of one batch.
 */
const ALL_EVERY_MS = 50

type Given = {
  readonly recording: Pick<Recording, 'name' | 'files'>
  readonly instruments: readonly Instrument[]
  readonly ring: RingHandle
  readonly latest: LatestHandle
  readonly pace: Pace
  /** Sequence from which on records are published; those before are on record already. */
  readonly from: number
  /** Strategies that read ticks, by instrument. */
  readonly interests: Interests
  readonly order: 'event-time' | 'arrival'
}

type State = {
  readonly source: Source
  readonly rows: AsyncIterator<RowBatch>
  readonly stream: TickStream
  readonly validator: Validator
  readonly writer: RingWriter
  readonly latest: Latest
  readonly pacer: Pacer
  readonly pace: Pace
  readonly from: number
  /** What the stream gave and the ring has not taken. */
  step: Step | null
  /** Settles, never rejects, once rows have come. */
  fetching: Promise<void> | null
  failed: unknown
  paced: boolean
  ended: boolean
  readonly row: Float64Array
  readonly announcer: Announcer
  /** Whether those who sleep hold the event time of others back. */
  readonly awaited: boolean
  /** Event time at which everybody was woken last. */
  allAt: Millis
  /** When the batch at hand was begun: by the wrapped clock, and by the one that paces. */
  micros: number
  elapsed: number
}

/**
 * Feeds a recording into the tick ring: rows are validated, numbered, mixed with the marks of the session's minutes,
 * and published in batches at the chosen pace. On a lossless ring it waits for the slowest reader and loses nothing; on
 * a lossy one it waits for nobody.
 */
export default actor<Given, State>({
  module: import.meta.url,
  start({ recording, instruments, ring, latest, pace, from, interests, order }, ctx) {
    const table = tableOf(instruments)
    const source = recordingSource(recording, table)
    const validator = new Validator(table, nseCalendar)
    return {
      source, validator, pace, from,
      rows: source.open()[Symbol.asyncIterator](),
      stream: new TickStream(table, nseCalendar, validator),
      writer: ringWriter(ring),
      latest: openLatest(latest),
      pacer: pacer(pace),
      step: null, fetching: null, failed: null, paced: false, ended: false,
      row: new Float64Array(8),
      // Who is not rung reads late, and must neither hold a lossless ring back nor be overrun in a lossy one.
      announcer: ctx.announcer(interests, { allEvery: ring.capacity / 4 }),
      awaited: order === 'event-time',
      allAt: Number.NEGATIVE_INFINITY, micros: 0, elapsed: 0,
    }
  },
  pump(state, ctx) {
    if (state.failed) throw state.failed
    if (state.ended) return false
    if (state.fetching) return { settled: state.fetching }
    let count = 0
    begin(state, ctx)
    try {
      while (count < TURN_MAX) {
        state.step ??= state.stream.next()
        if (state.step === 'more') {
          state.fetching = fetch(state)
          return { settled: state.fetching }
        }
        const wait = state.step === 'session' ? openSession(state) : publish(state)
        if (wait !== 0) return count > 0 || wait
        state.step = null
        count++
        if (count % BATCH_MAX === 0) show(state, ctx)
        if (state.ended) break
      }
      return true
    } finally {
      if (count > 0) show(state, ctx)
      ctx.gauges.handled(count)
    }
  },
  async stop(state) {
    await state.rows.return?.()
  },
  abandon: (state) => void state.rows.return?.(),
  inspect: ({ stream, validator, source }) => ({
    fed: stream.fed, quarantined: validator.counts, broken: source.broken, at: stream.record.at,
  }),
})

/**
 * Milliseconds after which a ring that was full is looked at again. It holds what the fastest reader takes some 20 ms
 * for, so readers need not ring the feed each time they give records back, and it is never empty for that.
 */
const FULL_MS = 1

/** Makes what was published visible to sleeping readers. */
const show = (state: State, ctx: Context<Command>): void => {
  state.writer.publish()
  ctx.wake()
  state.announcer.ring()
  begin(state, ctx)
}

const begin = (state: State, ctx: Context<Command>): void => {
  state.micros = wrappedMicros()
  state.elapsed = ctx.clock.elapsed()
}

const fetch = (state: State): Promise<void> =>
  state.rows.next().then(
    ({ value, done }) => {
      if (done) state.stream.finish()
      else state.stream.push(value)
      state.step = null
      state.fetching = null
    },
    (error: unknown) => {
      state.failed = error
      state.fetching = null
    },
  )

const openSession = (state: State): number => {
  const { stream, pacer, elapsed } = state
  state.paced = false
  pacer.anchor(stream.session!.openAt, stream.fed, elapsed)
  return 0
}

/** Publishes the record at hand; 0 when done, or the milliseconds until it is due or there may be room. */
const publish = (state: State): number => {
  const { stream, step, writer } = state
  const { record } = stream
  if (step !== 'end') {
    if (record.sequence < state.from) return note(state)
    const wait = due(state)
    if (wait > 0) return wait
  }
  const f = writer.claim()
  if (f < 0) return FULL_MS
  if (step === 'tick') putTick(state, f)
  else putBoundary(state, f)
  return 0
}

// Records before the start of a resumed run are passed over, but the last prices they brought are still the last.
const note = (state: State): number => {
  if (state.step === 'tick') putLatest(state)
  return 0
}

const due = (state: State): number => {
  const { pacer, elapsed, stream: { fed, record: { at } } } = state
  const fast = state.pace.from !== null && minuteOfDay(at) < state.pace.from
  if (fast) return 0
  if (!state.paced) {
    // Time counts from the first record that is not hurried over: the open, the place of a restart, or `--from`.
    state.paced = true
    pacer.anchor(at, fed, elapsed)
  }
  return pacer.wait(at, fed, elapsed)
}

const putTick = (state: State, f: number): void => {
  const { writer, stream: { record } } = state
  const { fields, ints, intOffset: i } = writer
  fields[f] = record.at
  fields[f + 1] = record.price
  fields[f + 2] = record.quantity
  fields[f + 3] = record.dayVolume
  fields[f + 4] = record.bid
  fields[f + 5] = record.ask
  ints[i] = record.instrument
  ints[i + 1] = record.late ? LATE : TICK
  ints[i + 2] = record.oi === record.oi ? record.oi : -1
  ints[i + 3] = state.micros
  state.announcer.saw(record.instrument)
  if (state.awaited && record.at - state.allAt >= ALL_EVERY_MS) all(state)
  if (!record.late) putLatest(state)
}

const all = (state: State): void => {
  state.announcer.all()
  state.allAt = state.stream.record.at
}

/** Row of an instrument's newest state: at, price, bid, ask, day volume, open interest, quantity, sequence. */
const putLatest = ({ latest, row, stream: { record } }: State): void => {
  row[0] = record.at
  row[1] = record.price
  row[2] = record.bid
  row[3] = record.ask
  row[4] = record.dayVolume
  row[5] = record.oi
  row[6] = record.quantity
  row[7] = record.sequence
  latest.write(record.instrument, row)
}

const putBoundary = (state: State, f: number): void => {
  const { writer, stream, validator, source } = state
  const { fields, ints, intOffset: i } = writer
  const end = state.step === 'end'
  fields[f] = stream.record.at
  fields[f + 1] = stream.session?.openAt ?? Number.NaN
  fields[f + 2] = stream.session?.closeAt ?? Number.NaN
  fields[f + 3] = stream.fed
  fields[f + 4] = validator.quarantined + countBroken(source.broken)
  fields[f + 5] = Number.NaN
  ints[i] = -1
  ints[i + 1] = end ? END : MARK
  ints[i + 2] = stream.record.gap ? 1 : 0
  ints[i + 3] = state.micros
  all(state)
  if (end) state.ended = true
}
