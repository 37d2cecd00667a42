import { isDeepStrictEqual } from 'node:util'
import type { Instrument, Kind } from '../domain/instrument.ts'
import { paise, rupees } from '../domain/money.ts'
import type { ExitReason } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import type { AnyDefinition, Bar, Decision, Holding, Tick } from './define.ts'
import { problem } from './errors.ts'
import { express, type Proposal } from './express.ts'
import { parseParams } from './params.ts'
import { resample } from './resample.ts'
import { nothing, runner, type Outcome } from './runner.ts'

/** On what, with which parameters, and from when a strategy is played. */
export type PlayOptions = {
  /** What the strategy runs on; the symbol of the first bar by default. */
  readonly symbol?: string
  readonly params?: Readonly<Record<string, unknown>>
  /** Smallest price step in rupees. */
  readonly tick?: number
  /** Instant before which bars only warm the lines up. */
  readonly from?: number
  /** Ticks of what it runs on, oldest first, for a strategy that reads them. */
  readonly ticks?: readonly Tick[]
}

/** What came of one closed bar. */
export type Step = {
  readonly bar: Bar
  readonly decisions: readonly Decision[]
  readonly signals: readonly Signal[]
  /** Held while the bar was judged. */
  readonly position: Holding
}

/** What came of a tick at which something was wanted. */
export type TickStep = Omit<Step, 'bar'> & { readonly tick: Tick }

/** A round trip of one unit, in rupees. */
export type PlayTrade = {
  readonly direction: 'long' | 'short'
  readonly entryAt: number
  readonly entry: number
  readonly exitAt: number
  readonly exit: number
  readonly reason: ExitReason
}

/** All that came of it. */
export type Played = {
  /** One for each bar that was judged. */
  readonly steps: readonly Step[]
  /** One for each tick at which something was wanted. */
  readonly atTicks: readonly TickStep[]
  /** In the order they were given. */
  readonly signals: readonly Signal[]
  /** Finished ones; what is still held at the end is in `position`. */
  readonly trades: readonly PlayTrade[]
  readonly position: Holding
}

/**
 * Runs a strategy over bars and says what it decided, for an author's tests.
 *
 * Give bars of the finest timeframe there is: the longer ones a strategy watches are made from them. What is asked for
 * at one close happens at the next bar's open, one unit at a time; a stop or target that a later bar touches is left
 * at its price, the stop first where a bar touches both.
 *
 * Where ticks are given, what is asked for happens at the next tick's price, and stops and targets are watched tick by
 * tick; a bar without a tick in it is taken as above.
 *
 * What it is not: a backtest. There is no risk, no sizing, no cost, no spread, no session end; and options are not
 * bought, the signal's own instrument stands in for them.
 */
export const play = (definition: AnyDefinition, bars: readonly Bar[], options: PlayOptions = {}): Played => {
  const { symbol = bars[0]?.symbol ?? '', tick: step = 0.05, from = Number.NEGATIVE_INFINITY, ticks = [] } = options
  const parsed = parseParams(definition.params, options.params ?? {})
  if (parsed.type === 'bad')
    throw problem('PARAMS', { strategy: definition.name, says: parsed.errors.map(({ says }) => says).join(' ') })
  const run = runner(watched(definition), parsed.params, { symbol, tick: step })
  const account = accountOf()
  const steps: Step[] = []
  const atTicks: TickStep[] = []
  const signals: Signal[] = []
  const ask = ({ decisions, ...outcome }: Outcome, first = 0) => {
    const position = account.position()
    const proposals = express({ ...outcome, decisions }, deskOf(definition.name, symbol, step, position), first)
    account.ask(proposals)
    const raised = proposals.flatMap(({ signal }) => (signal ? [signal] : []))
    signals.push(...raised)
    return { decisions, signals: raised, position }
  }
  const takeTick = (tick: Tick): void => {
    account.trade(barAt(tick, symbol))
    if (!run.readsTicks || tick.at < from || account.waits()) return
    run.hold(account.position())
    const outcome = run.tick(tick)
    const first = signals.filter(({ at }) => at === tick.at).length
    if (outcome) atTicks.push({ tick, ...ask(outcome, first) })
  }

  let next = 0 // the tick to come
  let traded = 0 // the same at the last working bar
  for (const [at, group] of byClose(withLonger(bars, run.needs()))) {
    const working = group.find((bar) => bar.symbol === symbol && bar.timeframe === run.timeframe)
    for (; next < ticks.length && ticks[next]!.at < at; next++) takeTick(ticks[next]!)
    if (working && next === traded) account.trade(working)
    if (working) traded = next
    run.hold(account.position())
    for (const bar of group) (at < from ? run.history : run.bar)(bar)
    const outcome = run.close(at)
    if (working && outcome) steps.push({ bar: working, ...ask(outcome) })
  }
  for (; next < ticks.length; next++) takeTick(ticks[next]!)
  return { steps, atTicks, signals, trades: account.trades, position: account.position() }
}

/** Lets no strategy through that takes notes of ticks: its tests are where that has to show. */
const watched = (definition: AnyDefinition): AnyDefinition => {
  const { onTick, name } = definition
  if (!onTick) return definition
  return {
    ...definition,
    onTick: (tick, seen) => {
      const before = structuredClone(seen.memory)
      const decision = onTick(tick, seen)
      if (!isDeepStrictEqual(before, seen.memory)) throw problem('MEMORY_AT_TICK', { strategy: name })
      return decision
    },
  }
}

/** A tick as the account takes it: a bar in which nothing else traded. */
const barAt = ({ at, price, quantity }: Tick, symbol: string): Bar => ({
  symbol, timeframe: '1m', openAt: at, closeAt: at, open: price, high: price, low: price, close: price,
  volume: quantity, oi: 0, gap: false,
})

/** The given bars, and those longer ones that are needed and not among them. */
const withLonger = (bars: readonly Bar[], needs: readonly { symbol: string; timeframe: Bar['timeframe'] }[]): Bar[] => {
  const all = [...bars]
  for (const { symbol, timeframe } of needs) {
    const own = bars.filter((bar) => bar.symbol === symbol)
    if (own.some((bar) => bar.timeframe === timeframe)) continue
    const finest = own.map((bar) => bar.timeframe).find((one) => one !== timeframe)
    all.push(...resample(own.filter((bar) => bar.timeframe === finest), timeframe))
  }
  return all
}

const byClose = (bars: readonly Bar[]): [number, Bar[]][] =>
  [...Map.groupBy(bars, ({ closeAt }) => closeAt)].sort(([a], [b]) => a - b)

const deskOf = (strategy: string, symbol: string, tick: number, holding: Holding) => {
  const kind: Kind = 'future'
  const instrument: Instrument = { index: 0, symbol, kind, underlying: symbol, tickSize: paise(tick) }
  return {
    strategy, mode: 'paper' as const, instrument, holding, pending: null, via: null,
    priceOf: () => null,
    chooseOption: () => ({ type: 'none' as const, because: 'play trades the signal\'s own instrument.' }),
    inThetaWindow: () => false,
  }
}

/** Holds one unit at most. */
const accountOf = () => {
  let position = nothing
  let opened = { at: 0, price: 0 }
  let trailing = false
  let asked: Proposal[] = []
  const trades: PlayTrade[] = []

  const leave = (at: number, price: number, reason: ExitReason) => {
    if (position.direction === 'none') return
    const { direction } = position
    trades.push({ direction, entryAt: opened.at, entry: opened.price, exitAt: at, exit: price, reason })
    position = nothing
  }
  const carryOut = ({ intent }: Proposal, bar: Bar) => {
    if (intent?.kind === 'exit') leave(bar.openAt, bar.open, intent.reason)
    if (intent?.kind === 'move' && position.direction !== 'none') {
      const { stop, target } = intent
      trailing ||= stop !== null
      position = {
        ...position,
        stop: stop === null ? position.stop : rupees(stop),
        target: target === null ? position.target : rupees(target),
      }
    }
    if (intent?.kind !== 'enter') return
    const { direction, levels } = intent
    opened = { at: bar.openAt, price: bar.open }
    trailing = false
    position = {
      direction, symbol: bar.symbol, quantity: direction === 'long' ? 1 : -1, bars: 0,
      entry: rupees(intent.entry), entryAt: intent.at,
      stop: levels.stop === null ? null : rupees(levels.stop),
      target: levels.target === null ? null : rupees(levels.target),
    }
  }
  const watch = (bar: Bar) => {
    const { stop, target } = position
    const up = position.direction === 'long'
    const worse = (level: number) => (up ? Math.min(level, bar.open) : Math.max(level, bar.open)) // opened beyond it
    if (stop !== null && (up ? bar.low <= stop : bar.high >= stop))
      leave(bar.closeAt, worse(stop), trailing ? 'TRAILING' : 'STOP_LOSS')
    else if (target !== null && (up ? bar.high >= target : bar.low <= target)) leave(bar.closeAt, target, 'TARGET')
  }
  return {
    trades: trades as readonly PlayTrade[],
    position: () => position,
    ask(proposals: readonly Proposal[]) {
      asked = [...proposals]
    },
    /** Whether something was asked for and has not happened yet. */
    waits: () => asked.length > 0,
    /** Lets one bar of the working timeframe pass: first what was asked for at its open, then the levels within it. */
    trade(bar: Bar) {
      for (const proposal of asked) carryOut(proposal, bar)
      asked = []
      watch(bar)
    },
  }
}
