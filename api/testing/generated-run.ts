import type { Candle, Timeframe } from '#actors/domain/candle.ts'
import { minutesOf, timeframes } from '#actors/domain/candle.ts'
import type { Instrument, InstrumentTable, Quote } from '#actors/domain/instrument.ts'
import { tableOf } from '#actors/domain/instrument.ts'
import { snap } from '#actors/domain/money.ts'
import type { Trade } from '#actors/domain/order.ts'
import type { Direction } from '#actors/domain/signal.ts'
import type { Fact, RunInfo, StrategyInfo } from '#actors/messages.ts'
import { seeded } from '#engine/mod.ts'
import type { Millis, Random } from '#engine/mod.ts'
import type { StrategyTypeView } from '../contract.ts'
import {
  aFill,
  aSignal,
  aTrade,
  anEntry,
  anOrder,
  charges,
  closeAt,
  kept,
  openAt,
  orderFacts,
  sessionOpened,
} from './facts.ts'

/*
 * GENERATED TEST DATA: a run that never happened, for developing the dashboard. Prices are a seeded random
 * walk and the strategies toss coins. Nothing here may leave the testing folder.
 */

const startingAt: Readonly<Record<string, number>> = {
  'ALPHA-FUT': 18_150_00,
  'BETA-FUT': 41_600_00,
  'ALPHA-18100-CE': 210_00,
  'ALPHA-18100-PE': 165_00,
}

const instrument = ([symbol]: [string, number], index: number): Instrument => ({
  index,
  symbol,
  kind: /-[CP]E$/.test(symbol) ? 'option' : 'future',
  underlying: symbol.split('-')[0]!,
  lot: 50,
  tickSize: 5,
})

/** Strategy types of the generated run, in the shape of real ones. */
export const generatedTypes: readonly StrategyTypeView[] = [
  ['ema-cross', 'EMA crossover'],
  ['rsi-reversal', 'RSI reversal'],
  ['pva', 'Price volume action'],
  ['breakout', 'Breakout'],
  ['supertrend', 'Supertrend'],
].map(([type, title]) => ({
  type: type!,
  title: title!,
  description: 'Generated test data: decides by the toss of a coin.',
  bars: '5m',
  params: [
    {
      name: 'fast',
      kind: 'whole',
      default: 9,
      min: 2,
      max: 50,
      description: 'bars in the fast average',
    },
    {
      name: 'trailing',
      kind: 'flag',
      default: true,
      description: 'whether the stop follows the price',
    },
    {
      name: 'bars',
      kind: 'choice',
      default: '5m',
      choices: ['1m', '5m', '15m'],
      description: 'working timeframe',
    },
  ],
}))

const fleet = (size: number): StrategyInfo[] =>
  Array.from({ length: size }, (_, index) => {
    const { type } = generatedTypes[index % generatedTypes.length]!
    const symbol = index % 2 ? 'BETA-FUT' : 'ALPHA-FUT'
    const id = `${type}-${symbol.split('-')[0]!.toLowerCase()}-${index + 1}`
    return {
      id,
      type,
      symbol,
      params: { fast: 5 + (index % 40), trailing: true, bars: '5m' },
      capital: 500_000_00,
    }
  })

/** A market that moves and a fleet that trades on it, one step at a time. */
export type GeneratedRun = {
  readonly run: RunInfo
  readonly instruments: InstrumentTable
  /** Moves the market by `ms` and gives what happened. Strategies for which `trades` is false do nothing. */
  step(ms: number, trades?: (strategy: string) => boolean): Fact[]
  quote(index: number): Quote | undefined
  readonly clock: () => Millis
  readonly fed: () => number
}

type Bar = { -readonly [K in keyof Candle]: Candle[K] }

/** A day of generated prices and trades, the same for the same seed. */
export const generatedRun = (seed: number, size = 20): GeneratedRun => {
  const random = seeded(seed)
  const instruments = tableOf(Object.entries(startingAt).map(instrument))
  const run: RunInfo = {
    id: 'generated',
    kind: 'replay',
    recording: 'generated test data',
    recordingHash: '0',
    strategies: fleet(size),
    symbols: instruments.all.map(({ symbol }) => symbol),
    warmSessions: 5,
    startedAt: openAt,
  }
  const quotes = new Map<string, Quote>()
  const bars = new Map<string, Bar>()
  const open = new Map<string, Trade>()
  let clock = openAt
  let fed = 0
  let nextId = 1

  const tick = ({ symbol, tickSize }: Instrument) => {
    const before = quotes.get(symbol)?.price ?? startingAt[symbol]!
    const price = Math.max(tickSize, snap(before * (1 + (random.next() - 0.5) * 0.0006), tickSize))
    const dayVolume = (quotes.get(symbol)?.dayVolume ?? 0) + 50 * (1 + random.whole(9))
    const spread = { bid: price - tickSize, ask: price + tickSize }
    quotes.set(symbol, { symbol, at: clock, price, ...spread, dayVolume, oi: 1_000_000 })
    fed += 1
    for (const timeframe of timeframes) grow(symbol, timeframe, price)
  }
  const grow = (symbol: string, timeframe: Timeframe, price: number) => {
    const key = `${symbol}|${timeframe}`
    const bar = bars.get(key)
    if (!bar) return void bars.set(key, newBar(symbol, timeframe, price, clock))
    bar.high = Math.max(bar.high, price)
    bar.low = Math.min(bar.low, price)
    bar.close = price
    bar.volume += 50
    bar.ticks += 1
  }
  const closeBars = (mark: Millis): Candle[] => {
    const closing = [...bars].filter(
      ([, { timeframe }]) =>
        mark === closeAt || (mark - openAt) % (minutesOf[timeframe] * 60_000) === 0,
    )
    return closing.map(([key, bar]) => {
      bars.delete(key)
      return { ...bar, closeAt: mark }
    })
  }
  const decide = (one: StrategyInfo): Fact[] => {
    const trade = open.get(one.id)
    if (trade) return random.next() < 0.12 ? leave(one, trade) : []
    return random.next() < 0.06 ? enter(one) : []
  }
  const enter = (one: StrategyInfo): Fact[] => {
    const id = `${one.id}:${clock}:${nextId++}`
    const direction: Direction = random.next() < 0.5 ? 'long' : 'short'
    const signal = signalOf(one, id, direction, quotes.get(one.symbol)!.price, random)
    const raised = kept({ type: 'signalRaised', signal }, clock)
    const luck = random.next()
    if (signal.wants === 'nothing') return [raised]
    if (luck < 0.3) {
      const intent = anEntry({
        id: `${id}/intent`,
        strategy: one.id,
        signal: id,
        at: clock,
        symbol: one.symbol,
      })
      const refusal = {
        code: 'RISK_COOLDOWN',
        because: 'The last loss is 4 minutes old and the cooldown is 15 minutes.',
        figures: { minutes: 4, cooldown: 15 },
      }
      return [raised, kept({ type: 'intentRefused', intent, refusal }, clock)]
    }
    return [raised, ...openTrade(one, id, direction, signal)]
  }
  const openTrade = (
    one: StrategyInfo,
    signal: string,
    direction: Direction,
    { stop, target, because }: Pick<ReturnType<typeof aSignal>, 'stop' | 'target' | 'because'>,
  ): Fact[] => {
    const { price } = quotes.get(one.symbol)!
    const side = direction === 'long' ? 'buy' : 'sell'
    const levels = { watch: one.symbol, direction, stop, target, trailing: false }
    const common = {
      strategy: one.id,
      symbol: one.symbol,
      side,
      direction,
      levels,
      because,
    } as const
    const order = anOrder({
      ...common,
      id: `${signal}/entry`,
      trade: `${signal}/entry`,
      signal,
      approvedAt: clock,
    })
    const trade = aTrade({ ...common, id: order.id, entryAt: clock, entryPrice: price })
    open.set(one.id, trade)
    const fill = aFill({
      id: `${order.id}/fill`,
      order: order.id,
      strategy: one.id,
      symbol: one.symbol,
      side,
      price,
      at: clock,
      charges: charges(23_60),
    })
    return [...orderFacts(order, fill, clock), kept({ type: 'tradeOpened', trade }, clock)]
  }
  const leave = (one: StrategyInfo, trade: Trade): Fact[] => {
    open.delete(one.id)
    const { price } = quotes.get(one.symbol)!
    const side = trade.side === 'buy' ? 'sell' : 'buy'
    const gain = (price - trade.entryPrice) * trade.quantity * (trade.side === 'buy' ? 1 : -1)
    const reason = gain > 0 ? 'TARGET' : 'STOP_LOSS'
    const because = gain > 0 ? 'target reached' : 'stop reached'
    const order = anOrder({
      id: `${trade.id}/exit`,
      trade: trade.id,
      strategy: one.id,
      symbol: one.symbol,
      side,
      purpose: 'exit',
      signal: null,
      reason,
      because,
      approvedAt: clock,
    })
    const fill = aFill({
      id: `${order.id}/fill`,
      order: order.id,
      strategy: one.id,
      symbol: one.symbol,
      side,
      price,
      at: clock,
      charges: charges(31_40),
    })
    const closed: Trade = {
      ...trade,
      exitAt: clock,
      exitPrice: price,
      exitReason: reason,
      charges: 55_00,
      pnl: gain - 55_00,
    }
    return [...orderFacts(order, fill, clock), kept({ type: 'tradeClosed', trade: closed }, clock)]
  }
  const step = (ms: number, trades: (strategy: string) => boolean = () => true): Fact[] => {
    const facts: Fact[] = []
    if (clock >= closeAt) return facts
    if (fed === 0) facts.push({ ...sessionOpened, at: clock })
    for (const one of instruments.all) tick(one)
    const mark = (Math.floor(clock / 60_000) + 1) * 60_000
    clock = Math.min(clock + ms, closeAt)
    if (clock < mark) return facts
    facts.push(
      kept(
        {
          type: 'minuteClosed',
          mark,
          sequence: fed,
          fed,
          quarantined: 3,
          candles: closeBars(mark),
        },
        mark,
      ),
    )
    for (const one of run.strategies) if (trades(one.id)) facts.push(...decide(one))
    if (clock === closeAt)
      facts.push(
        kept({ type: 'sessionClosed', day: '2022-11-10' }, clock),
        kept({ type: 'runFinished', fed, lost: 0, quarantined: 3 }, clock),
      )
    return facts
  }
  return {
    run,
    instruments,
    step,
    quote: (index) => quotes.get(instruments.all[index]!.symbol),
    clock: () => clock,
    fed: () => fed,
  }
}

const newBar = (symbol: string, timeframe: Timeframe, price: number, at: Millis): Bar => {
  const ms = minutesOf[timeframe] * 60_000
  const start = openAt + Math.floor((at - openAt) / ms) * ms
  const prices = { open: price, high: price, low: price, close: price }
  return {
    symbol,
    timeframe,
    openAt: start,
    closeAt: start + ms,
    ...prices,
    volume: 50,
    oi: 0,
    ticks: 1,
    gap: false,
    revision: 0,
  }
}

const signalOf = (
  one: StrategyInfo,
  id: string,
  direction: Direction,
  price: number,
  random: Random,
) => {
  const way = direction === 'long' ? 1 : -1
  const holds = random.next() < 0.8
  return aSignal({
    id,
    strategy: one.id,
    symbol: one.symbol,
    at: Number(id.split(':')[1]),
    direction,
    entry: price,
    stop: snap(price * (1 - 0.002 * way), 5),
    target: snap(price * (1 + 0.004 * way), 5),
    validUntil: Number(id.split(':')[1]) + 300_000,
    strength: 40 + random.whole(60),
    wants: holds ? 'enter' : 'nothing',
    because: holds
      ? `fast ${direction === 'long' ? 'above' : 'below'} slow`
      : 'volume did not confirm',
    conditions: [
      {
        name: `fast ${direction === 'long' ? 'above' : 'below'} slow`,
        holds: true,
        value: 12.4,
        needs: '> 0',
      },
      { name: 'volume confirms', holds, value: 132.5, needs: '> 150 % of SMA(V,20)' },
    ],
    indicators: { fast: price / 100 + 3, slow: price / 100 - 2, rsi: 30 + random.whole(40) },
  })
}
