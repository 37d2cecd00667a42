import {
  openLog, recordOf, ringReader,
  type Context, type ErrorRecord, type Log, type Millis, type RecordHandler, type RingHandle, type RingReader,
} from '#engine/mod.ts'
import { chargesOf } from '../brokers/paper/charges.ts'
import { paperVenue, type PaperVenue } from '../brokers/paper/match.ts'
import type { Slippage } from '../brokers/paper/slippage.ts'
import { dayOf, minuteOfDay } from '../calendar/mod.ts'
import { minuteReader, type Minute } from '../candles/minutes.ts'
import { tableOf, type Instrument, type InstrumentTable } from '../domain/instrument.ts'
import type { Approved, Exit, Order } from '../domain/order.ts'
import { kindOf } from '../journal/kinds.ts'
import { heraldOf, subjectOf, type Herald, type News } from '../journal/news.ts'
import { factsIn } from '../journal/past.ts'
import {
  isSystem, type BusinessFact, type Command, type Fact, type Kept, type RunInfo, type SystemFact,
} from '../messages.ts'
import { END, TICK } from '../records.ts'
import { emptyBook, onFact, type Book } from '../risk/book.ts'
import { lossBreach } from '../risk/judge.ts'
import { limitsAfter, type Limits } from '../risk/limits.ts'
import { actor } from '../vocabulary.ts'
import { objection } from './admit.ts'
import { causeOf } from './cause.ts'
import { apply, emptyLedger, outstanding, owed, unplaced, type Ledger } from './ledger.ts'
import { busyStrategies, endOfDay, flatten, guard, squareOffMinute, type Guard, type SquareOff } from './protect.ts'
import { isBoundary, noTick, readInto, type Tick } from './tick.ts'

/** Records taken in one turn: a few milliseconds of work, so that control messages are heard in between. */
const TURN_MAX = 4096

type Given = {
  readonly run: RunInfo
  readonly journal: string
  readonly instruments: readonly Instrument[]
  readonly limits: Limits
  readonly ticks: RingHandle
  /** This actor's place among the readers of each ring. */
  readonly tickPlace: number
  readonly candles: readonly RingHandle[]
  readonly candlePlace: number
  /** From placing an order to its reaching the venue, in event time. */
  readonly venueLatencyMs: number
  readonly slippage: Slippage
  readonly order: 'event-time' | 'arrival'
  readonly news: News
}

type State = {
  readonly log: Log
  readonly ledger: Ledger
  readonly book: Book
  limits: Limits
  readonly instruments: InstrumentTable
  readonly venue: PaperVenue
  readonly guard: Guard
  readonly ticks: RingReader
  readonly minutes: ReturnType<typeof minuteReader>
  /** Whether ticks wait for the candles of the minute before them, and all for event time; else nobody waits. */
  readonly waits: boolean
  /** The record under way. */
  readonly record: Tick
  readonly read: RecordHandler
  held: boolean
  /** Sequence and time of the last record handled. */
  tick: number
  at: Millis
  /** What may begin only once the facts before it are on disk. */
  effects: (() => void)[]
  /** Strategies that shall leave all they hold at the next record, and why. */
  readonly flattening: Map<string, string>
  dirty: boolean
  readonly herald: Herald
  /** Records of the stream that never came, by their numbers: none, where the ring waits for us. */
  lost: number
  /** How many of them the log knows of. */
  saidLost: number
  finished: boolean
  halt: ErrorRecord | null
}

/** What the supervisor offers the executor. */
export type Halting = { halted(problem: ErrorRecord): void }

/**
 * Owns orders, positions and the journal. Merges three streams by event time: ticks, closed minutes, and what risk
 * decided; every change is a fact, applied here first and on disk before its effect leaves. In the order of arrival it
 * takes them as they come.
 *
 * A journal that cannot write halts trading: this actor then stays alive, takes nothing, and says why.
 */
export default actor<Given, State>({
  module: import.meta.url,
  start(given, ctx) {
    const log = openLog(given.journal, { fileSystem: ctx.disk })
    const ledger = emptyLedger()
    const book = emptyBook()
    const instruments = tableOf(given.instruments)
    const symbols = given.instruments.map((one) => one.symbol)
    const { slippage, venueLatencyMs: latencyMs } = given
    const record = noTick()
    const state: State = {
      log, ledger, book, instruments, record,
      limits: given.limits,
      venue: paperVenue({ instruments, chargesOf, slippage, latencyMs }),
      guard: guard(ledger, instruments),
      ticks: ringReader(given.ticks, given.tickPlace),
      minutes: minuteReader(given.candles, given.candlePlace, symbols, () => true),
      waits: given.order === 'event-time',
      read: readInto(record),
      held: false, tick: -1, at: Number.NEGATIVE_INFINITY, effects: [], flattening: new Map(),
      dirty: false, lost: 0, saidLost: 0, finished: false, halt: null,
      herald: heraldOf(given.news, ctx.announcer(given.news.interests)),
    }
    for (const fact of factsIn(given.journal, log.durable, ctx.disk)) relive(state, fact)
    if (log.recovered.cutRecords > 0)
      ctx.log.warn(log.recovered, 'The journal ended in a group that was never acknowledged; it was cut away.')
    state.venue.listen((event, at) => {
      if (event.type !== 'orderUnknown') publish(state, event, at)
    })
    state.venue.restore(outstanding(ledger))
    for (const { order } of unplaced(ledger)) send(state, order, state.at)
    // The first record of all says what run this is; each later start says that it goes on.
    if (log.durable === 0) keepSystem(state, { type: 'runStarted', run: given.run }, ctx.clock.now())
    else keepSystem(state, { type: 'runResumed', mark: Number.isFinite(state.at) ? state.at : null }, ctx.clock.now())
    ctx.durable(log.durable)
    settle(state, ctx)
    ctx.advance(state.at - 1)
    return state
  },
  pump(state, ctx) {
    if (state.halt) return false
    try {
      return turn(state, ctx)
    } catch (error) {
      if (!state.log.dead) throw error
      halt(state, ctx, recordOf(state.log.dead))
      return false
    }
  },
  on: {
    decided(state, { facts }, ctx) {
      for (const fact of facts) take(state, fact, ctx.now())
    },
    note(state, { facts }, ctx) {
      for (const fact of facts) keepSystem(state, fact, ctx.clock.now())
    },
    flatten(state, { strategy, because }) {
      state.flattening.set(strategy, because)
    },
  },
  stop(state, ctx) {
    if (!state.log.dead) settle(state, ctx)
    state.log.close()
  },
  inspect: ({ ledger, tick, at, halt, log }) => ({
    tick, at, halt, records: log.records,
    orders: ledger.orders.size, open: ledger.trips.size, conflicts: ledger.conflicts,
    busy: [...busyStrategies(ledger)],
  }),
})

// --- one turn -----------------------------------------------------------------------------------------------

const turn = (state: State, ctx: Context<Command>): boolean => {
  const { record } = state
  let count = 0
  ctx.deliver(Number.NEGATIVE_INFINITY)
  while (count < TURN_MAX && load(state)) {
    const due = record.kind === END ? Number.POSITIVE_INFINITY : record.at
    const horizon = ctx.horizon()
    // What risk decided takes effect before the ticks of its moment, and a tick waits until risk can decide nothing
    // earlier any more.
    ctx.deliver(Math.min(due, horizon))
    if (state.effects.length > 0) settle(state, ctx)
    if (due > horizon) break
    if (!isBoundary(record)) onTick(state)
    else if (!state.waits) begin(state)
    else if (!closeMinute(state, ctx)) break
    state.held = false
    count++
    if (state.effects.length > 0) settle(state, ctx)
  }
  if (!state.waits) takeArrived(state, ctx)
  settle(state, ctx)
  ctx.gauges.handled(count)
  ctx.gauges.lag(state.ticks.available())
  ctx.gauges.lost(state.lost)
  if (state.waits) promise(state, ctx)
  return count > 0
}

const load = (state: State): boolean => {
  if (state.held) return true
  const { record, ticks, read } = state
  // After a restart the stream begins at the last mark; what was handled behind it is on record.
  do if (ticks.read(1, read) === 0) return false
  while (record.sequence <= state.tick)
  state.held = true
  return true
}

/** Begins with the record at hand: facts made from here on carry its number, and a restart goes on behind it. */
const begin = (state: State): void => {
  const { record } = state
  state.lost += record.sequence - state.tick - 1
  state.tick = record.sequence
  if (record.kind !== END) state.at = record.at
}

/** Facts at or before this moment are all on disk. */
const promise = (state: State, ctx: Context<Command>): void => {
  if (state.finished) return ctx.advance(Number.POSITIVE_INFINITY)
  if (!state.held) return ctx.advance(state.at - 1)
  const next = state.record.kind === END ? Number.POSITIVE_INFINITY : state.record.at
  ctx.advance(Math.min(next - 1, Math.max(ctx.horizon(), state.at - 1)))
}

const onTick = (state: State): void => {
  const { kind, index, price, bid, ask, at } = state.record
  begin(state)
  // The price of a tick that came late is no price to trade on.
  if (kind !== TICK) return
  if (state.flattening.size > 0) leaveAsked(state, at)
  for (const order of state.guard.onTick(index, price, at)) send(state, order, at)
  state.venue.tick(index, at, price, bid, ask)
}

/** Takes the minute whose mark has come; false while its candles are still being made. */
const closeMinute = (state: State, ctx: Context<Command>): boolean => {
  const minute = state.minutes.peek()
  if (!minute) return false
  begin(state)
  takeMinute(state, minute, ctx)
  return true
}

/**
 * In the order of arrival: the minutes that have come and whose marks are behind us, and whatever was decided at ticks
 * that we have had; neither waits for the next tick. What was decided at later ones is taken with those.
 */
const takeArrived = (state: State, ctx: Context<Command>): void => {
  for (;;) {
    const minute = state.minutes.peek()
    if (!minute || minute.sequence > state.tick) break
    takeMinute(state, minute, ctx)
  }
  ctx.deliver(state.at)
}

const takeMinute = (state: State, minute: Minute, ctx: Context<Command>): void => {
  sayMissing(state, minute, ctx)
  if (minute.end) finish(state, minute, ctx)
  else keepMinute(state, minute)
  state.minutes.take()
  settle(state, ctx)
  state.minutes.release()
}

/** Says, once a minute, what was overwritten before it was read: by us, or by whoever makes candles. */
const sayMissing = (state: State, { at: mark, missing }: Minute, { log }: Context<Command>): void => {
  const lost = state.lost - state.saidLost
  state.saidLost = state.lost
  if (lost > 0) log.warn({ mark, lost }, `The executor missed ${lost} records of the tick stream: it was too slow.`)
  if (missing > 0) log.warn({ mark, shards: missing }, `${missing} candle shards missed the end of a minute.`)
}

const keepMinute = (state: State, minute: Minute): void => {
  const { at: mark, sequence, openAt, closeAt, fed, quarantined, candles } = minute
  const day = dayOf(mark)
  const at = Math.max(mark, state.at) // later than its mark only in the order of arrival
  if (state.ledger.day !== day) publish(state, { type: 'sessionOpened', day, openAt, closeAt }, at)
  publish(state, { type: 'minuteClosed', mark, sequence, fed, quarantined, candles }, at)
  leaveAsked(state, at)
  if (minuteOfDay(at) >= squareOffMinute)
    leaveAll(state, at, endOfDay(state.ledger, at), 'No entry is left working at the end of the day.')
  if (mark !== closeAt) return
  state.venue.endSession(at)
  publish(state, { type: 'sessionClosed', day }, at)
}

/** Leaves what was asked to be left, and whatever somebody holds who is not in the fleet any more. */
const leaveAsked = (state: State, at: Millis): void => {
  const { ledger, flattening, limits } = state
  for (const strategy of busyStrategies(ledger)) {
    const because = flattening.get(strategy) ?? (strategy in limits.strategies ? undefined : removed)
    if (because === undefined) continue
    leaveAll(state, at, flatten(ledger, at, { because, of: (one) => one === strategy }), because)
  }
  flattening.clear()
}

const removed = 'Its strategy was removed.'

const leaveAll = (state: State, at: Millis, { exits, cancels }: SquareOff, because: string): void => {
  for (const id of cancels) state.effects.push(() => state.venue.cancel(id, because, at))
  for (const order of exits) send(state, order, at)
}

const finish = (state: State, { fed, quarantined }: Minute, ctx: Context<Command>): void => {
  const { lost } = state
  if (!state.finished) keepSystem(state, { type: 'runFinished', fed, lost, quarantined }, ctx.clock.now())
  state.finished = true
}

// --- facts --------------------------------------------------------------------------------------------------

/** One thing that risk decided. */
const take = (state: State, fact: BusinessFact, at: Millis): void => {
  if (fact.type !== 'orderApproved') return publish(state, fact, at, 'risk')
  const { order } = fact
  const refusal = objection(state.ledger, order, 'paper')
  if (!refusal) {
    const gone = order.purpose === 'entry' && !(order.strategy in state.limits.strategies)
    return (gone ? turnAway : send)(state, order, at, 'risk')
  }
  publish(state, { type: 'intentRefused', intent: wishOf(order), refusal }, at)
}

// Only an exit can meet an objection that is news: an entry that comes twice was placed the first time.
const wishOf = (order: Order): Exit => ({
  kind: 'exit', id: order.intent, strategy: order.strategy, signal: order.signal, at: order.approvedAt,
  mode: order.mode, symbol: order.symbol, reason: order.reason ?? 'SIGNAL', because: order.because,
})

/** An entry that was approved just before its strategy was removed: on record, and over. */
const turnAway = (state: State, order: Approved<Order>, at: Millis, from: string): void => {
  publish(state, { type: 'orderApproved', order }, at, from)
  publish(state, { type: 'orderRejected', order: order.id, because: removed }, at)
}

/** Claims an order on record; it leaves once that is on disk. */
const send = (state: State, order: Approved<Order>, at: Millis, from = 'executor'): void => {
  publish(state, { type: 'orderApproved', order }, at, from)
  publish(state, { type: 'orderPlaced', order: order.id }, at)
  state.effects.push(() => state.venue.place(order, at))
}

const publish = (state: State, fact: BusinessFact, at: Millis, from = 'executor'): void => {
  keep(state, { ...fact, at, from, cause: causeOf(fact, state.ledger), tick: state.tick })
  if (fact.type === 'orderFilled' || fact.type === 'orderCancelled' || fact.type === 'orderRejected')
    for (const next of owed(state.ledger)) publish(state, next, at)
  if (fact.type === 'tradeClosed') checkLosses(state, at)
}

const checkLosses = (state: State, at: Millis): void => {
  for (const strategy of Object.keys(state.limits.strategies)) {
    const breach = lossBreach(state.book, strategy, state.limits)
    if (breach) publish(state, { type: 'strategyHalted', strategy, ...breach }, at)
  }
}

const keepSystem = (state: State, fact: SystemFact, at: Millis): void =>
  keep(state, { ...fact, at, from: 'supervisor', cause: null, tick: -1 } as Kept<SystemFact>)

const keep = (state: State, fact: Fact): void => {
  state.log.append(kindOf(fact.type), JSON.stringify(fact))
  state.dirty = true
  relive(state, fact)
  const subject = subjectOf(fact, (order) => state.ledger.orders.get(order)?.order.strategy)
  if (subject !== null) state.herald.note(subject)
}

/** Takes a fact into the state: the same when it is made and when it is read back. */
const relive = (state: State, fact: Fact): void => {
  if (fact.type === 'runFinished') state.finished = true
  if (fact.type === 'strategyAdded' || fact.type === 'strategyRemoved') state.limits = limitsAfter(state.limits, fact)
  if (isSystem(fact)) return
  apply(state.ledger, fact)
  onFact(state.book, fact, state.instruments)
  if (fact.tick > state.tick) state.tick = fact.tick
  if (fact.at > state.at) state.at = fact.at
}

/** Brings what was published to disk, shows it, lets go of the records behind it, and only then lets effects begin. */
const settle = (state: State, ctx: Context<Command>): void => {
  while (state.dirty || state.effects.length > 0) {
    if (state.dirty) {
      ctx.durable(state.log.commit())
      state.herald.tell()
    }
    state.dirty = false
    const effects = state.effects
    state.effects = []
    for (const effect of effects) effect()
  }
  state.ticks.release(state.tick + 1)
}

const halt = (state: State, ctx: Context<Command>, problem: ErrorRecord): void => {
  state.halt = problem
  ctx.log.error(problem, 'Trading is halted: the journal cannot write. Nothing that was acknowledged is lost.')
  ctx.service<Halting | undefined>('halting')?.halted(problem)
}
