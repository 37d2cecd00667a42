import { wrappedMicros, type Context, type Millis, type Ref, type RingHandle } from '#engine/mod.ts'
import { atMinute, tradingDayBefore } from '../calendar/mod.ts'
import { eachCandle, type History } from '../candles/history.ts'
import { minuteReader, type Minute } from '../candles/minutes.ts'
import { timeframes } from '../domain/candle.ts'
import { tableOf, type Instrument, type InstrumentTable } from '../domain/instrument.ts'
import { rupees } from '../domain/money.ts'
import { chooseOption } from '../instruments/mod.ts'
import { pastMinutes } from '../journal/past.ts'
import type { Command, Fact, StrategyInfo } from '../messages.ts'
import { actor } from '../vocabulary.ts'
import { barOf } from './bar.ts'
import type { OptionChoice } from './define.ts'
import { problem } from './errors.ts'
import { express, type Desk } from './express.ts'
import { holdingOf, learn, noHoldings, pendingOf, type Holdings } from './holdings.ts'
import { loadDefinition } from './load.ts'
import { parseParams } from './params.ts'
import { runner, type Runner } from './runner.ts'

type Given = {
  readonly info: StrategyInfo
  /** Address of the file that holds the strategy: see load.ts. */
  readonly definition: string
  readonly instruments: readonly Instrument[]
  readonly candles: readonly RingHandle[]
  /** This strategy's place among the readers of the candle rings. */
  readonly place: number
  readonly history: History
  /** Boundaries of the run's sessions, in order. */
  readonly marks: readonly Millis[]
  readonly journal: string
  /** Event time between a decision and its effect at the executor. */
  readonly orderLatencyMs: number
  /** Event time between a fact and its being known here. */
  readonly factLatencyMs: number
  readonly risk: Ref
}

type State = {
  readonly given: Given
  readonly runner: Runner
  readonly own: Holdings
  readonly desk: (holding: Desk['holding']) => Desk
  readonly minutes: ReturnType<typeof minuteReader>
  /** Minutes read back from the journal, oldest first; those before `decidedThrough` were decided before. */
  readonly past: Minute[]
  readonly decidedThrough: Millis
  /** Last boundary taken. */
  at: Millis
  readonly handle: (minute: Minute, ctx: Context<Command>) => void
}

/**
 * Runs one strategy instance: candles in, proposals out.
 *
 * A start reads the past sessions' candles, then the journaled minutes of the run with its own facts between them,
 * and decides each again in silence; what may not have reached the journal is proposed again, and risk knows it by
 * its number. So a strategy that died comes back as the one it would have been.
 */
export default actor<Given, State>({
  module: import.meta.url,
  async start(given, ctx) {
    const { info } = given
    const definition = await loadDefinition(info.id, given.definition)
    const parsed = parseParams(definition.params, info.params)
    if (parsed.type === 'bad')
      throw problem('PARAMS', { strategy: info.id, says: parsed.errors.map((one) => one.says).join(' ') })
    const table = tableOf(given.instruments)
    const instrument = table.of(info.symbol)
    if (!instrument) throw problem('SYMBOL_UNKNOWN', { strategy: info.id, symbol: info.symbol })

    const run = runner(definition, parsed.params, { symbol: info.symbol, tick: rupees(instrument.tickSize) })
    const stranger = run.needs().find(({ symbol }) => !table.of(symbol))
    if (stranger) throw problem('SYMBOL_UNKNOWN', { strategy: info.id, symbol: stranger.symbol })
    const wanted = wantedBy(run, table)
    eachCandle(given.history, wanted, (candle) => run.history(barOf(candle)))
    const prices = new Map<number, number>()
    const priced = (index: number, close: number): void => void prices.set(index, close)
    const { minutes, through } = pastMinutes(ctx, given.journal, table, wanted, priced)
    const via: OptionChoice | null = definition.via?.(parsed.params) ?? null
    const own = noHoldings(info.id)
    const symbols = given.instruments.map((one) => one.symbol)
    return {
      given,
      runner: run,
      own,
      past: minutes,
      decidedThrough: through - given.orderLatencyMs,
      at: Number.NEGATIVE_INFINITY,
      minutes: minuteReader(given.candles, given.place, symbols, wanted, priced),
      desk: (holding) => ({
        strategy: info.id,
        mode: 'paper',
        instrument,
        holding,
        pending: pendingOf(own),
        via,
        priceOf: (symbol) => prices.get(table.of(symbol)?.index ?? -1) ?? null,
        chooseOption: (wish) => chooseOption(table, wish),
        inThetaWindow: (symbol, at, window) => inThetaWindow(table, symbol, at, window),
      }),
      handle: () => undefined,
    }
  },
  pump(state, ctx) {
    for (let turns = 0; turns < 64; turns++) {
      const minute = state.past[0] ?? state.minutes.peek()
      ctx.advance(nextBoundary(state, minute, ctx) - 1)
      if (!minute) return turns > 0
      if (minute.end) {
        ctx.advance(Number.POSITIVE_INFINITY)
        return turns > 0
      }
      const again = state.past.length > 0
      const silent = minute.at <= state.decidedThrough
      // Facts known by this boundary must all be here before anything is decided at it.
      if (!silent && ctx.horizon() < minute.at) return turns > 0
      if (minute.at > state.at) take(state, minute, silent, ctx)
      if (again) state.past.shift()
      else {
        // The minutes before this one are in the journal by now. This one may not be yet: a restart needs it here.
        state.minutes.release()
        state.minutes.take()
        ctx.gauges.latency((wrappedMicros() - minute.micros) | 0)
      }
      ctx.gauges.lag(state.minutes.lag())
    }
    return true
  },
  on: {
    signalRaised: (state, fact) => note(state, fact),
    intentRefused: (state, fact) => note(state, fact),
    orderApproved: (state, fact) => note(state, fact),
    orderFilled: (state, fact) => note(state, fact),
    orderRejected: (state, fact) => note(state, fact),
    orderCancelled: (state, fact) => note(state, fact),
    levelsMoved: (state, fact) => note(state, fact),
    tradeOpened: (state, fact) => note(state, fact),
    tradeClosed: (state, fact) => note(state, fact),
    strategyPaused: (state, fact) => note(state, fact),
    strategyResumed: (state, fact) => note(state, fact),
  },
  inspect: ({ own, at, runner: run }) => ({ at, warm: run.warm(), paused: own.paused, holding: holdingOf(own) }),
})

const note = (state: State, fact: Fact): void => learn(state.own, fact)

const take = (state: State, minute: Minute, silent: boolean, ctx: Context<Command>): void => {
  const { runner: run, own, given } = state
  ctx.deliver(minute.at)
  state.at = minute.at
  run.hold(holdingOf(own))
  for (const candle of minute.candles) run.bar(barOf(candle))
  const outcome = run.close(minute.at)
  ctx.gauges.handled(1)
  if (!outcome || outcome.decisions.length === 0 || silent || own.paused) return
  const holding = { ...holdingOf(own), bars: 0 }
  express(outcome, state.desk(holding)).forEach(({ signal, intent }, n) =>
    ctx.send(given.risk, { type: 'propose', strategy: given.info.id, n, signal, intent }, minute.at))
}

const wantedBy = (run: Runner, table: InstrumentTable): ((instrument: number, timeframe: number) => boolean) => {
  const keys = run.needs().map(({ symbol, timeframe }) =>
    keyOf(table.of(symbol)?.index ?? -1, timeframes.indexOf(timeframe)))
  const wanted = new Set(keys)
  return (instrument, timeframe) => wanted.has(keyOf(instrument, timeframe))
}
const keyOf = (instrument: number, timeframe: number): number => instrument * timeframes.length + timeframe

const inThetaWindow = (
  table: InstrumentTable,
  symbol: string,
  at: Millis,
  { thetaDays, thetaMinute }: OptionChoice,
): boolean => {
  const expiry = table.of(symbol)?.expiry
  return expiry !== undefined && at >= atMinute(tradingDayBefore(expiry, thetaDays), thetaMinute)
}

/**
 * When it will speak next: between two boundaries it has nothing to say, and says so, since the others wait for it.
 * With no minute at hand the executor has passed none that is still to come: the calendar's boundaries up to there
 * never were, as on a day of which every row was set aside.
 */
const nextBoundary = ({ given, at }: State, minute: Minute | null, ctx: Context<Command>): Millis => {
  if (!minute) return nextMark(given.marks, Math.max(at, ctx.horizon() - given.factLatencyMs))
  return minute.at > at ? minute.at : nextMark(given.marks, at)
}

const nextMark = (marks: readonly Millis[], after: Millis): Millis => {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (marks[middle]! <= after) low = middle + 1
    else high = middle
  }
  return marks[low] ?? Number.POSITIVE_INFINITY
}
