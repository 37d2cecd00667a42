import {
  ringReader, ringWriter, type RingHandle, type RingReader, type RingWriter,
} from '#engine/mod.ts'
import { dayOf, nseCalendar } from '../calendar/mod.ts'
import { timeframes, type Candle } from '../domain/candle.ts'
import type { Instrument } from '../domain/instrument.ts'
import { sessionClassOf } from '../feed/validate.ts'
import { factsIn } from '../journal/past.ts'
import type { Fact } from '../messages.ts'
import { END, LATE, MARK, putCandle } from '../records.ts'
import { actor } from '../vocabulary.ts'
import { CandleBuilder } from './aggregate.ts'

/** Records taken in one turn. */
const TURN_MAX = 8192

type Given = {
  /** All of the run; this shard builds those whose index leaves `shard` when divided by `shards`. */
  readonly instruments: readonly Instrument[]
  readonly shard: number
  readonly shards: number
  readonly ticks: RingHandle
  readonly tickPlace: number
  readonly candles: RingHandle
  readonly journal: string
}

type State = {
  readonly shard: number
  readonly ticks: RingReader
  readonly writer: RingWriter
  /** One candle actor per symbol, by instrument index. */
  readonly builders: readonly (CandleBuilder | null)[]
  readonly own: readonly { readonly index: number; readonly builder: CandleBuilder }[]
  /** Most records one mark can bring. */
  readonly most: number
  readonly counts: Map<string, number>
  readonly take: (fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number) => void
  blocked: boolean
  /** Whether this turn published anything. */
  closed: boolean
  /** Ticks missed so far, on a ring that does not wait. */
  lost: number
  readonly symbols: readonly string[]
}

/**
 * Hosts the candle actors of one shard: a builder per symbol. Ticks go to their symbol's builder; at a mark every
 * builder closes what ends there, and all of it is published with the mark as one batch.
 */
export default actor<Given, State>({
  module: import.meta.url,
  start({ instruments, shard, shards, ticks, tickPlace, candles, journal }, ctx) {
    const builders = instruments.map((instrument) =>
      instrument.index % shards === shard ? builderOf(instrument) : null)
    const own = builders.flatMap((builder, index) => (builder ? [{ index, builder }] : []))
    const symbols = instruments.map((one) => one.symbol)
    restore(builders, instruments, factsIn(journal, ctx.recovered, ctx.disk))
    const writer = ringWriter(candles)
    const reader = ringReader(ticks, tickPlace)
    const state: State = {
      shard, ticks: reader, writer, builders, own, symbols, counts: new Map(),
      blocked: false, closed: false, lost: reader.lost,
      most: own.length * timeframes.length + 1,
      take: (fields, ints, f, i, sequence) => take(state, fields, ints, f, i, sequence),
    }
    return state
  },
  pump(state, ctx) {
    state.blocked = state.closed = false
    let count = 0
    while (count < TURN_MAX && !state.blocked && state.ticks.read(1, state.take) === 1) count++
    if (state.blocked) count--
    // Nothing is kept for a restart: if a core actor dies, the stream begins anew at the last journaled mark.
    state.ticks.releaseRead()
    ctx.gauges.handled(Math.max(0, count))
    ctx.gauges.lag(state.ticks.available())
    ctx.gauges.lost(state.lost)
    // Most turns close nothing, and nobody reads here but for what closed.
    if (state.closed) ctx.wake()
    return count > 0
  },
  inspect: ({ own, symbols }) => own.map(({ index, builder }) => ({ symbol: symbols[index], late: builder.late })),
})

const builderOf = (instrument: Instrument): CandleBuilder => {
  const hours = sessionClassOf(instrument.kind)
  return new CandleBuilder({ instrument, sessionOf: (day) => nseCalendar.sessionOf(day, hours) })
}

const take = (state: State, fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number): void => {
  const kind = ints[i + 1]!
  if (state.ticks.lost !== state.lost) missed(state)
  if (kind === MARK || kind === END) return boundary(state, fields, ints, f, i, sequence)
  const builder = state.builders[ints[i]!]
  if (!builder) return
  const oi = ints[i + 2]!
  if (kind === LATE) builder.late++
  else builder.tick(fields[f]!, fields[f + 1]!, fields[f + 2]!, oi < 0 ? Number.NaN : oi)
}

// Whatever was overwritten before it was read may have been of any symbol: every open candle says so.
const missed = (state: State): void => {
  state.lost = state.ticks.lost
  for (const { builder } of state.own) builder.lost()
}

const boundary = (
  state: State, fields: Float64Array, ints: Int32Array, f: number, i: number, sequence: number,
): void => {
  const { writer, ticks } = state
  if (writer.free() < state.most) {
    ticks.seek(sequence)
    state.blocked = true
    return
  }
  const at = fields[f]!
  const end = ints[i + 1] === END
  if (!end) closeAll(state, at, ints[i + 2] === 1)
  const g = writer.claim()
  const j = writer.intOffset
  writer.fields[g] = at
  writer.fields[g + 1] = sequence
  writer.fields[g + 2] = fields[f + 1]!
  writer.fields[g + 3] = fields[f + 2]!
  writer.fields[g + 4] = fields[f + 3]!
  writer.fields[g + 5] = fields[f + 4]!
  writer.ints[j] = -1
  writer.ints[j + 1] = end ? END : MARK
  writer.ints[j + 2] = 0
  writer.ints[j + 3] = ints[i + 3]!
  writer.publish()
  state.closed = true
}

const closeAll = (state: State, at: number, gap: boolean): void => {
  for (const { index, builder } of state.own) {
    if (gap) builder.lost()
    builder.mark(at, (candle) => void putCandle(state.writer, index, candle))
  }
}

/** Takes up the session under way from its journaled minutes. */
const restore = (
  builders: readonly (CandleBuilder | null)[], instruments: readonly Instrument[], facts: Iterable<Fact>,
): void => {
  let lastMark: number | null = null
  let minutes: Candle[] = []
  for (const fact of facts) {
    if (fact.type !== 'minuteClosed') continue
    if (lastMark !== null && dayOf(fact.mark) !== dayOf(lastMark)) minutes = []
    lastMark = fact.mark
    for (const candle of fact.candles) if (candle.timeframe === '1m') minutes.push(candle)
  }
  if (lastMark === null) return
  for (const { index, symbol } of instruments)
    builders[index]?.restore(minutes.filter((one) => one.symbol === symbol), lastMark)
}

