import type { Candle } from '#actors/domain/candle.ts'
import { minutesOf } from '#actors/domain/candle.ts'
import type { Instrument } from '#actors/domain/instrument.ts'
import { tableOf } from '#actors/domain/instrument.ts'
import type {
  Approved,
  Charges,
  Entry,
  Exit,
  Fill,
  Levels,
  Order,
  Trade,
} from '#actors/domain/order.ts'
import type { Signal } from '#actors/domain/signal.ts'
import type { BusinessFact, Fact, RunInfo, SystemFact } from '#actors/messages.ts'
import { strategyLimits } from '#actors/risk/limits.ts'
import type { Millis } from '#engine/mod.ts'

/*
 * Facts written by hand for tests. No price here was ever traded.
 */

/** 09:15 in India on the day that every script plays on. */
export const openAt: Millis = Date.parse('2022-11-10T09:15:00+05:30')
/** 15:30 of that day. */
export const closeAt: Millis = openAt + 375 * 60_000

/** The end of the nth minute of the session. */
export const minute = (n: number): Millis => openAt + n * 60_000

/** A fact as the journal keeps it. */
export const kept = (fact: BusinessFact | SystemFact, at: Millis = openAt, from = 'test'): Fact =>
  ({ ...fact, at, from, cause: null, tick: 0 }) as Fact // to the compiler, the spread of a union is no union

/** The fact that opens the session. */
export const sessionOpened: Fact = kept({
  type: 'sessionOpened',
  day: '2022-11-10',
  openAt,
  closeAt,
})

const instrument = (symbol: string, index: number): Instrument => ({
  index,
  symbol,
  kind: 'future',
  underlying: symbol.split('-')[0]!,
  lot: 50,
  tickSize: 5,
})

/** Two instruments that scripts trade. */
export const instruments = tableOf(['ALPHA-FUT', 'BETA-FUT'].map(instrument))

/** A strategy that comes while the run is under way. */
export const aComer = (id: string): Fact =>
  kept({
    type: 'strategyAdded',
    info: { id, type: 'cross', symbol: 'ALPHA-FUT', params: { fast: 9 }, capital: 10_000_000 },
    limits: strategyLimits({ id, capital: 10_000_000, mode: 'paper' }),
    by: 'owner',
  })

/** A run of two strategies, `one` on ALPHA-FUT and `two` on BETA-FUT. */
export const aRun = (over: Partial<RunInfo> = {}): RunInfo => ({
  id: 'run-1',
  kind: 'replay',
  recording: 'scripted',
  recordingHash: '0',
  strategies: [
    { id: 'one', type: 'cross', symbol: 'ALPHA-FUT', params: { fast: 9 }, capital: 100_000_00 },
    { id: 'two', type: 'cross', symbol: 'BETA-FUT', params: { fast: 5 }, capital: 200_000_00 },
  ],
  symbols: ['ALPHA-FUT', 'BETA-FUT'],
  warmSessions: 3,
  startedAt: openAt,
  ...over,
})

/** A bar of ALPHA-FUT: the first of the session, if nothing else is said. */
export const aCandle = (over: Partial<Candle> = {}): Candle => {
  const timeframe = over.timeframe ?? '1m'
  const closeAt = over.closeAt ?? minute(minutesOf[timeframe])
  const openAt = closeAt - minutesOf[timeframe] * 60_000
  const prices = { open: 100_00, high: 101_00, low: 99_00, close: 100_50 }
  const counts = { volume: 500, oi: 0, ticks: 12, gap: false, revision: 0 }
  return { symbol: 'ALPHA-FUT', timeframe, openAt, closeAt, ...prices, ...counts, ...over }
}

/** A minute that closed with these bars. */
export const minuteClosed = (n: number, candles: readonly Candle[] = []): Fact =>
  kept(
    {
      type: 'minuteClosed',
      mark: minute(n),
      sequence: n * 100,
      fed: n * 100,
      quarantined: 0,
      candles,
    },
    minute(n),
  )

/** A long signal of strategy `one`. */
export const aSignal = (over: Partial<Signal> = {}): Signal => ({
  id: 'one:1',
  strategy: 'one',
  symbol: 'ALPHA-FUT',
  timeframe: '5m',
  at: minute(5),
  direction: 'long',
  wants: 'enter',
  strength: 70,
  entry: 100_50,
  stop: 99_00,
  target: 104_00,
  validUntil: minute(10),
  because: 'fast above slow',
  conditions: [{ name: 'fast above slow', holds: true, value: 1.5, needs: '> 0' }],
  indicators: { fast: 101.25 },
  ...over,
})

/** The stop and target of that signal. */
export const levels: Levels = {
  watch: 'ALPHA-FUT',
  direction: 'long',
  stop: 99_00,
  target: 104_00,
  trailing: false,
}

/** What `one` asks for on that signal. */
export const anEntry = (over: Partial<Entry> = {}): Entry => ({
  kind: 'enter',
  id: 'i1',
  strategy: 'one',
  signal: 'one:1',
  at: minute(5),
  mode: 'paper',
  symbol: 'ALPHA-FUT',
  side: 'buy',
  direction: 'long',
  price: 100_50,
  levels,
  entry: 100_50,
  tier: 1,
  holds: 0,
  ...over,
})

/** A wish of `one` to leave. */
export const anExit = (over: Partial<Exit> = {}): Exit => ({
  kind: 'exit',
  id: 'i2',
  strategy: 'one',
  signal: null,
  at: minute(8),
  mode: 'paper',
  symbol: 'ALPHA-FUT',
  reason: 'SIGNAL',
  because: 'fast below slow',
  ...over,
})

/** The order approved for that signal. */
export const anOrder = (over: Partial<Order> = {}): Approved<Order> =>
  ({
    id: 'o1',
    strategy: 'one',
    intent: 'i1',
    signal: 'one:1',
    mode: 'paper',
    symbol: 'ALPHA-FUT',
    side: 'buy',
    type: 'market',
    quantity: 50,
    purpose: 'entry',
    trade: 'o1',
    direction: 'long',
    levels,
    reason: null,
    because: 'fast above slow',
    approvedAt: minute(5),
    ...over,
  }) as Approved<Order> // tests stand in for risk here

/** Charges of a total. */
export const charges = (total: number): Charges => ({
  brokerage: total,
  stt: 0,
  exchange: 0,
  sebi: 0,
  stamp: 0,
  gst: 0,
  total,
})

/** The one fill of that order, at 20.00 of charges. */
export const aFill = (over: Partial<Fill> = {}): Fill => {
  const price = over.price ?? 100_50
  const at = over.at ?? minute(5)
  return {
    id: 'f1',
    order: 'o1',
    strategy: 'one',
    symbol: 'ALPHA-FUT',
    side: 'buy',
    quantity: 50,
    price,
    at,
    charges: charges(20_00),
    quote: { price, bid: null, ask: null, at },
    ...over,
  }
}

/** The trade opened by that order. */
export const aTrade = (over: Partial<Trade> = {}): Trade => ({
  id: 'o1',
  strategy: 'one',
  mode: 'paper',
  symbol: 'ALPHA-FUT',
  direction: 'long',
  side: 'buy',
  quantity: 50,
  entryAt: minute(5),
  entryPrice: 100_50,
  levels,
  exitAt: null,
  exitPrice: null,
  exitReason: null,
  because: 'fast above slow',
  charges: 20_00,
  pnl: null,
  ...over,
})

/** A signal that was traded to its target, from `signalRaised` to `tradeClosed`: 135.00 won after 40.00 of charges. */
export const aRoundTrip = (): Fact[] => {
  const closed = {
    exitAt: minute(8),
    exitPrice: 104_00,
    exitReason: 'TARGET',
    charges: 40_00,
    pnl: 135_00,
  } as const
  const exit = anOrder({
    id: 'o2',
    intent: 'i2',
    signal: null,
    side: 'sell',
    purpose: 'exit',
    reason: 'TARGET',
    because: 'target reached',
    levels: null,
    approvedAt: minute(8),
  })
  return [
    kept({ type: 'signalRaised', signal: aSignal() }, minute(5)),
    ...orderFacts(anOrder(), aFill(), minute(5)),
    kept({ type: 'tradeOpened', trade: aTrade() }, minute(5)),
    ...orderFacts(
      exit,
      aFill({ id: 'f2', order: 'o2', side: 'sell', price: 104_00, at: minute(8) }),
      minute(8),
    ),
    kept({ type: 'tradeClosed', trade: aTrade(closed) }, minute(8)),
  ]
}

/** An order from approval to its one fill. */
export const orderFacts = (order: Approved<Order>, fill: Fill, at: Millis): Fact[] => [
  kept({ type: 'orderApproved', order }, at),
  kept({ type: 'orderPlaced', order: order.id }, at),
  kept({ type: 'orderAccepted', order: order.id, venueId: `paper-${order.id}` }, at),
  kept({ type: 'orderFilled', fill, done: true }, at),
]
