import { momentAfter, wrappedMicros, type Context, type Millis, type Ref } from '#engine/mod.ts'
import type { Minute, MinuteReader } from '../candles/minutes.ts'
import { paise } from '../domain/money.ts'
import type { Command } from '../messages.ts'
import { askedAgain, unanswered, type Asked } from './asked.ts'
import { barOf } from './bar.ts'
import type { Tick } from './define.ts'
import { express, type Desk } from './express.ts'
import { holdingOf, ordering, type Holdings } from './holdings.ts'
import type { Prices } from './prices.ts'
import type { Outcome, Runner } from './runner.ts'
import type { TickFlow, TickSteps } from './ticks.ts'

/** Minutes and ticks handled in one turn, so that control messages are heard in between. */
const TURN_MAX = 256

/** A strategy at work. */
export type State = {
  readonly id: string
  readonly symbol: string
  readonly risk: Ref
  /** Boundaries of the run's sessions, in order. */
  readonly marks: readonly Millis[]
  /** Event time between a decision and its effect at the executor. */
  readonly orderLatencyMs: number
  /** Event time between a fact and its being known here. */
  readonly factLatencyMs: number
  readonly runner: Runner
  readonly own: Holdings
  readonly prices: Prices
  readonly desk: (holding: Desk['holding']) => Desk
  readonly minutes: MinuteReader
  /** Its own ticks step by step, in event time; `null` when it reads none. */
  readonly steps: TickSteps | null
  /** Its own ticks as they come, in the order of arrival; `null` when it reads none. */
  readonly flow: TickFlow | null
  /** Minutes read back from the journal, oldest first. */
  readonly past: Minute[]
  /** What was decided up to here is on record: it is decided again in silence. */
  readonly decidedThrough: Millis
  /** Last boundary taken. */
  at: Millis
  asked: Asked
  /** Facts came since the runner was told what is held. */
  news: boolean
}

type Ctx = Context<Command>

/**
 * One turn in event time. Minutes and ticks are taken in the order of the stream, and each waits until all facts that
 * are known by its moment are here; meanwhile the others are promised silence up to that moment.
 */
export const inEventTime = (state: State, ctx: Ctx): boolean => {
  let count = 0
  while (count < TURN_MAX && step(state, ctx)) count++
  state.steps?.settle(ctx.horizon() - state.factLatencyMs - state.orderLatencyMs)
  ctx.gauges.lag(lagOf(state))
  return count > 0
}

/**
 * One turn in the order of arrival: what is there is taken, with the facts that are there. Nobody is waited for, and
 * nobody waits.
 */
export const asItComes = (state: State, ctx: Ctx): boolean => {
  let count = 0
  while (count < TURN_MAX) {
    const minute = nextMinute(state)
    // Minutes of before the start are taken with the facts of their time, as they were then.
    if (state.past.length === 0) ctx.deliver(Number.POSITIVE_INFINITY)
    if (!minute || minute.end) break
    takeMinute(state, minute, ctx)
    count++
  }
  if (state.past.length === 0 && state.flow) {
    count += state.flow.drain()
    ctx.gauges.lost(state.flow.lost())
  }
  ctx.gauges.lag(lagOf(state))
  // All that was there is taken, unless the bound of a turn was met: what comes from here on rings.
  return count >= TURN_MAX || (state.flow?.lag() ?? 0) > 0
}

/** Decides at one tick, with what is known by now. Most of the time there is nothing to do, and that costs nothing. */
export const takeTick = (state: State, tick: Tick, micros: number, ctx: Ctx): void => {
  const { own, runner } = state
  if (!own.paused && !ordering(own) && !unanswered(state.asked, own.answered, tick.at)) {
    if (state.news) hold(state)
    const outcome = runner.tick(tick)
    if (outcome) propose(state, outcome, ctx)
  }
  ctx.gauges.handled(1)
  if (micros !== 0) ctx.gauges.latency((wrappedMicros() - micros) | 0)
}

// --- event time ---------------------------------------------------------------------------------------------

/** Takes what comes first, a minute or a tick; false when it is not there yet, or not due. */
const step = (state: State, ctx: Ctx): boolean => {
  const { steps } = state
  const minute = nextMinute(state)
  if (!steps) return minuteStep(state, minute, ctx)
  const loaded = steps.load()
  // A minute belongs where its mark is in the stream. Of those before a restart's first record the marks are gone.
  const next = loaded ? steps.sequence + 1 : steps.position
  if (minute && ((minute.sequence - next) | 0) < 0) {
    if (!minuteStep(state, minute, ctx)) return false
    if (loaded && minute.sequence === steps.sequence) steps.drop()
    return true
  }
  if (!loaded) ctx.advance(Math.max(steps.seenTo - 1, state.decidedThrough))
  else ctx.advance(steps.at - 1)
  if (!loaded || !steps.isTick) return false
  if (steps.at > state.decidedThrough) {
    if (ctx.horizon() < steps.at) return false
    ctx.deliver(steps.at)
    takeTick(state, steps.tick, steps.micros, ctx)
  }
  steps.drop()
  return true
}

const minuteStep = (state: State, minute: Minute | null, ctx: Ctx): boolean => {
  if (minute?.end) {
    ctx.advance(Number.POSITIVE_INFINITY)
    return false
  }
  // Between two boundaries one that reads bars alone has nothing to say, and says so, since the others wait for it.
  if (!state.steps) ctx.advance(nextBoundary(state, minute, ctx) - 1)
  else if (minute && minute.at > state.at) ctx.advance(minute.at - 1)
  if (!minute) return false
  // Facts known by this boundary must all be here before anything is decided at it.
  if (minute.at > state.decidedThrough && ctx.horizon() < minute.at) return false
  takeMinute(state, minute, ctx)
  return true
}

/**
 * When it will speak next. With no minute at hand the executor has passed none that is still to come: the calendar's
 * boundaries up to there never were, as on a day of which every row was set aside.
 */
const nextBoundary = ({ marks, at, factLatencyMs }: State, minute: Minute | null, ctx: Ctx): Millis => {
  if (!minute) return momentAfter(marks, Math.max(at, ctx.horizon() - factLatencyMs))
  return minute.at > at ? minute.at : momentAfter(marks, at)
}

// --- either way ---------------------------------------------------------------------------------------------

const nextMinute = (state: State): Minute | null => state.past[0] ?? state.minutes.peek()

const lagOf = ({ minutes, steps, flow }: State): number => Math.max(minutes.lag(), (steps ?? flow)?.lag() ?? 0)

const takeMinute = (state: State, minute: Minute, ctx: Ctx): void => {
  if (minute.at > state.at) decide(state, minute, ctx)
  if (state.past.length > 0) {
    state.past.shift()
    return
  }
  // The minutes before this one are in the journal by now. This one may not be yet: a restart needs it here.
  state.minutes.release()
  state.minutes.take()
  ctx.gauges.latency((wrappedMicros() - minute.micros) | 0)
}

const decide = (state: State, minute: Minute, ctx: Ctx): void => {
  const { runner, own } = state
  ctx.deliver(minute.at)
  state.at = minute.at
  state.prices.settle()
  hold(state)
  for (const candle of minute.candles) runner.bar(barOf(candle))
  const outcome = runner.close(minute.at)
  ctx.gauges.handled(1)
  const silent = minute.at <= state.decidedThrough
  if (outcome && outcome.decisions.length > 0 && !silent && !own.paused) propose(state, outcome, ctx)
}

const hold = (state: State): void => {
  state.runner.hold(holdingOf(state.own))
  state.news = false
}

/**
 * Sends what a decision asks for, numbered within its event time: a bar and ticks may share one. In the order of
 * arrival a bar may come after ticks that are later than its close; what it asks for is then asked for at their time,
 * since to risk a strategy that goes back in time repeats itself.
 */
const propose = (state: State, outcome: Outcome, ctx: Ctx): void => {
  const { id: strategy, own, asked } = state
  const at = Math.max(outcome.at, asked.at)
  const first = at === asked.at ? asked.count : 0
  const desk = state.desk({ ...holdingOf(own), bars: 0 })
  const price = paise(outcome.price)
  const priceOf = (symbol: string) => (symbol === state.symbol ? price : desk.priceOf(symbol))
  const proposals = express({ ...outcome, at }, { ...desk, priceOf }, first)
  proposals.forEach(({ signal, intent }, i) =>
    ctx.send(state.risk, { type: 'propose', strategy, n: first + i, signal, intent }, at))
  if (proposals.length > 0) state.asked = askedAgain(asked, at, proposals.length)
}
