import { openLatest, type Interests, type LatestHandle, type Millis, type Ref, type RingHandle } from '#engine/mod.ts'
import { atMinute, tradingDayBefore } from '../calendar/mod.ts'
import { eachCandle, type History } from '../candles/history.ts'
import { minuteReader } from '../candles/minutes.ts'
import { timeframes } from '../domain/candle.ts'
import { tableOf, type Instrument, type InstrumentTable } from '../domain/instrument.ts'
import { rupees } from '../domain/money.ts'
import { chooseOption } from '../instruments/mod.ts'
import { placeOf, type News } from '../journal/news.ts'
import { pastMinutes } from '../journal/past.ts'
import type { Fact, StrategyInfo } from '../messages.ts'
import { actor } from '../vocabulary.ts'
import { askedBy, nothingAsked } from './asked.ts'
import { barOf } from './bar.ts'
import type { OptionChoice } from './define.ts'
import { problem } from './errors.ts'
import { holdingOf, learn, noHoldings, pendingOf } from './holdings.ts'
import { loadDefinition } from './load.ts'
import { parseParams } from './params.ts'
import { noPrices } from './prices.ts'
import { runner, type Runner } from './runner.ts'
import { takePlace, tickFlow, tickSteps } from './ticks.ts'
import { asItComes, inEventTime, takeTick, type State } from './turns.ts'

type Given = {
  readonly info: StrategyInfo
  /** Address of the file that holds the strategy: see load.ts. */
  readonly definition: string
  readonly instruments: readonly Instrument[]
  readonly candles: readonly RingHandle[]
  /** This strategy's place among the readers of the candle rings. */
  readonly place: number
  readonly ticks: RingHandle
  /** Its place among the readers of the tick ring, active only if it reads ticks. */
  readonly tickPlace: number
  /** Place of the executor, where it begins if its own is not taken yet. */
  readonly follows: number
  /** Who of those readers is to be woken by which instrument. */
  readonly interests: Interests
  /** By which the executor says that the journal has something for this strategy. */
  readonly news: News
  /** Newest state of every instrument. */
  readonly latest: LatestHandle
  readonly order: Order
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

/** Whether things happen in event time, the same every time, or as they arrive. */
export type Order = 'event-time' | 'arrival'

type Working = { readonly given: Given; readonly work: State; readonly turn: typeof inEventTime }

const hear = ({ work }: Working, fact: Fact): void => {
  learn(work.own, fact)
  work.news = true
}

/**
 * Runs one strategy instance: candles in, and ticks of its instrument if it reads them; proposals out.
 *
 * A start reads the past sessions' candles, then the journaled minutes of the run with its own facts between them,
 * and decides each again in silence; what may not have reached the journal is proposed again, and risk knows it by
 * its number. So a strategy that died comes back as the one it would have been.
 */
export default actor<Given, Working>({
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
    const own = noHoldings(info.id)
    const prices = noPrices(given.instruments.length)
    let asked = nothingAsked
    const { minutes, through } = pastMinutes(ctx, given.journal, table, wanted, prices.note, (fact) => {
      // Closes of the last minute on record hold from when that is taken again: there may be ticks to take before it.
      if (fact.type === 'minuteClosed') prices.settle()
      asked = askedBy(asked, fact, info.id, given.orderLatencyMs)
    })
    const via: OptionChoice | null = definition.via?.(parsed.params) ?? null
    const symbols = given.instruments.map((one) => one.symbol)
    const { risk, marks, orderLatencyMs, factLatencyMs, order, ticks, tickPlace } = given
    const { index } = instrument
    ctx.listen(given.interests, run.readsTicks ? [index] : [])
    ctx.listen(given.news.interests, [placeOf(info.id)])
    takePlace(ticks, tickPlace, run.readsTicks, given.follows)
    const work: State = {
      id: info.id, symbol: info.symbol, risk, marks, orderLatencyMs, factLatencyMs, runner: run, own, prices, asked,
      past: minutes,
      decidedThrough: through - orderLatencyMs,
      at: Number.NEGATIVE_INFINITY,
      news: true,
      minutes: minuteReader(given.candles, given.place, symbols, wanted, via ? prices.note : undefined),
      steps: run.readsTicks && order === 'event-time' ? tickSteps(ticks, tickPlace, index) : null,
      flow: run.readsTicks && order === 'arrival'
        ? tickFlow(ticks, tickPlace, index, openLatest(given.latest), (tick, micros) =>
            takeTick(work, tick, micros, ctx))
        : null,
      desk: (holding) => ({
        strategy: info.id,
        mode: 'paper',
        instrument,
        holding,
        pending: pendingOf(own),
        via,
        priceOf: (symbol) => prices.of(table.of(symbol)?.index ?? -1),
        chooseOption: (wish) => chooseOption(table, wish),
        inThetaWindow: (symbol, at, window) => inThetaWindow(table, symbol, at, window),
      }),
    }
    return { given, work, turn: order === 'arrival' ? asItComes : inEventTime }
  },
  pump: ({ work, turn }, ctx) => turn(work, ctx),
  on: {
    signalRaised: hear,
    intentRefused: hear,
    orderApproved: hear,
    orderFilled: hear,
    orderRejected: hear,
    orderCancelled: hear,
    levelsMoved: hear,
    tradeOpened: hear,
    tradeClosed: hear,
    strategyPaused: hear,
    strategyResumed: hear,
  },
  inspect: ({ work: { own, at, runner: run, flow } }) => ({
    at, warm: run.warm(), paused: own.paused, holding: holdingOf(own), readsTicks: run.readsTicks,
    ticksLost: flow?.lost() ?? 0,
  }),
})

// Asked for every candle there is, by threads that have hardly warmed up: a table is what costs least.
const wantedBy = (run: Runner, table: InstrumentTable): ((instrument: number, timeframe: number) => boolean) => {
  const cells = new Uint8Array(table.all.length * timeframes.length)
  for (const { symbol, timeframe } of run.needs())
    cells[table.of(symbol)!.index * timeframes.length + timeframes.indexOf(timeframe)] = 1
  return (instrument, timeframe) => cells[instrument * timeframes.length + timeframe] === 1
}

const inThetaWindow = (
  table: InstrumentTable,
  symbol: string,
  at: Millis,
  { thetaDays, thetaMinute }: OptionChoice,
): boolean => {
  const expiry = table.of(symbol)?.expiry
  return expiry !== undefined && at >= atMinute(tradingDayBefore(expiry, thetaDays), thetaMinute)
}
