import type { Candle } from '../../domain/candle.ts'
import type { Approved, Charges, Fill, Levels, Order, Side, Trade } from '../../domain/order.ts'
import type { Signal } from '../../domain/signal.ts'
import type { BusinessFact, Fact, SystemFact } from '../../messages.ts'
import { strategyLimits } from '../../risk/limits.ts'
import type { Sequenced } from '../project.ts'

/** 10 November 2022, 09:15 in India. */
export const openAt = Date.UTC(2022, 10, 10, 3, 45)
const minute = 60_000

/**
 * A small day of two strategies and the start of the next, made up to exercise every kind of fact: a win, a loss, a
 * refusal, a crash.
 */
export const scriptedDay = (): Sequenced[] =>
  numbered([...started(), ...firstTrade(), ...secondTrade(), ...ended()])

/** Gives facts their place in the journal. */
export const numbered = (facts: readonly Fact[], after = 0): Sequenced[] =>
  facts.map((fact, n) => ({ sequence: after + n + 1, fact }))

/** A signal of `ema-nifty`, the n-th at its time. */
export const signal = (n: number, more: Partial<Signal> = {}): Signal => ({
  id: `ema-nifty:${openAt}:${n}`,
  strategy: 'ema-nifty',
  symbol: 'NIFTY-I',
  timeframe: '5m',
  at: openAt + n * minute,
  direction: 'long',
  wants: 'enter',
  strength: 62.5,
  entry: 18_200_05,
  stop: 18_150_00,
  target: null,
  validUntil: openAt + (n + 5) * minute,
  because: "the trend's first pull-back",
  indicators: { fast: 18_199.5, slow: null },
  conditions: [{ name: 'fast above slow', holds: true, value: 1.25, needs: '> 0' }],
  ...more,
})

/** A fact of the market's time, `n` minutes into the session. */
export const at = (n: number, fact: BusinessFact): Fact => ({
  ...fact,
  at: openAt + n * minute,
  from: 'risk',
  cause: null,
  tick: n,
})

const system = (n: number, fact: SystemFact): Fact => ({
  ...fact,
  at: openAt + n * minute,
  from: 'supervisor',
  cause: null,
  tick: n,
})

const started = (): Fact[] => [
  system(0, {
    type: 'runStarted',
    run: {
      id: 'run',
      kind: 'replay',
      recording: 'nse-20221110',
      recordingHash: 'abc',
      symbols: ['NIFTY-I', 'BANKNIFTY-I'],
      warmSessions: 3,
      startedAt: openAt,
      strategies: [
        { id: 'ema-nifty', type: 'ema-cross', symbol: 'NIFTY-I', params: { fast: 9 }, capital: 10_00_000_00 },
        { id: 'pva-bank', type: 'pva', symbol: 'BANKNIFTY-I', params: {}, capital: 5_00_000_00 },
      ],
    },
  }),
  at(0, { type: 'sessionOpened', day: '2022-11-10', openAt, closeAt: openAt + 375 * minute }),
  at(
    1,
    minuteClosed(1, [
      candle('NIFTY-I', 0),
      candle('BANKNIFTY-I', 0, { volume: 9_007_199_254_740_991, gap: true }),
    ]),
  ),
  at(2, minuteClosed(2, [candle('NIFTY-I', 1), candle('NIFTY-I', 0, { revision: 1, close: 18_201_00 })])),
  at(2, minuteClosed(2, [candle('NIFTY-I', 0, { close: 18_199_00 })])),
]

// 30 at 18,200.05 and 20 at 18,200.10; all 50 sold at 18,230.00.
const firstTrade = (): Fact[] => [
  at(3, { type: 'signalRaised', signal: signal(3) }),
  ...ordered(3, order('o1', 'buy', 'entry', 'o1', signal(3).id)),
  at(3, { type: 'orderFilled', fill: fill('f1', 'o1', 'buy', 30, 18_200_05), done: false }),
  at(3, { type: 'orderFilled', fill: fill('f2', 'o1', 'buy', 20, 18_200_10), done: true }),
  at(3, { type: 'tradeOpened', trade: trade('o1', 3, {}) }),
  at(4, {
    type: 'levelsMoved',
    trade: 'o1',
    strategy: 'ema-nifty',
    because: 'trailing',
    levels: { ...levels, stop: 18_190_00, trailing: true },
  }),
  at(5, { type: 'signalRaised', signal: signal(5) }),
  at(5, {
    type: 'intentRefused',
    intent: {
      kind: 'enter',
      id: 'i5',
      strategy: 'ema-nifty',
      signal: signal(5).id,
      at: openAt + 5 * minute,
      mode: 'paper',
      symbol: 'NIFTY-I',
      side: 'buy',
      direction: 'long',
      price: 18_205_00,
      levels,
      entry: 18_205_00,
      tier: 1,
      holds: 50,
    },
    refusal: {
      code: 'RISK_OPEN_TRADES',
      because: 'It holds 1 trade, its limit.',
      figures: { open: 1, limit: 1 },
    },
  }),
  ...ordered(9, order('o2', 'sell', 'exit', 'o1', null)),
  at(9, { type: 'orderFilled', fill: fill('f3', 'o2', 'sell', 50, 18_230_00), done: true }),
  at(9, {
    type: 'tradeClosed',
    trade: trade('o1', 3, {
      exitAt: openAt + 9 * minute,
      exitPrice: 18_230_00,
      exitReason: 'TARGET',
      pnl: 1_496_50 - 3_33,
    }),
  }),
]

// 50 at 18,230.00, sold at 18,200.00; then one more that is refused by the venue.
const secondTrade = (): Fact[] => [
  ...ordered(11, order('o3', 'buy', 'entry', 'o3', null)),
  at(11, { type: 'orderFilled', fill: fill('f4', 'o3', 'buy', 50, 18_230_00), done: true }),
  at(11, { type: 'tradeOpened', trade: trade('o3', 11, {}) }),
  ...ordered(12, order('o4', 'sell', 'exit', 'o3', null)),
  at(12, { type: 'orderFilled', fill: fill('f5', 'o4', 'sell', 50, 18_200_00), done: true }),
  at(12, {
    type: 'tradeClosed',
    trade: trade('o3', 11, {
      exitAt: openAt + 12 * minute,
      exitPrice: 18_200_00,
      exitReason: 'STOP_LOSS',
      pnl: -1_500_00 - 2_22,
    }),
  }),
  at(13, { type: 'orderApproved', order: order('o5', 'buy', 'entry', 'o5', null) }),
  at(13, { type: 'orderRejected', order: 'o5', because: 'outside the price band' }),
  at(14, { type: 'orderApproved', order: order('o6', 'buy', 'entry', 'o6', null) }),
  at(14, { type: 'orderCancelled', order: 'o6', because: 'end of day' }),
  at(14, {
    type: 'strategyHalted',
    strategy: 'ema-nifty',
    code: 'RISK_DAILY_LOSS',
    because: 'It lost too much.',
    pnl: -9_05,
  }),
]

const ended = (): Fact[] => [
  system(15, { type: 'strategyPaused', strategy: 'pva-bank', by: 'anita' }),
  system(16, { type: 'strategyConfigured', strategy: 'pva-bank', params: { tier: 2 }, by: 'anita' }),
  system(17, { type: 'strategyStopped', strategy: 'pva-bank', by: 'anita' }),
  system(18, { type: 'strategyStarted', strategy: 'pva-bank', by: 'anita' }),
  system(19, { type: 'strategyResumed', strategy: 'pva-bank', by: 'anita' }),
  system(19, {
    type: 'strategyAdded',
    info: { id: 'late', type: 'ema-cross', symbol: 'NIFTY-I', params: { fast: 5 }, capital: 50_000_00 },
    limits: strategyLimits({ id: 'late', capital: 50_000_00, mode: 'paper' }),
    by: 'anita',
  }),
  system(19, { type: 'strategyRemoved', strategy: 'late', by: 'anita' }),
  system(20, { type: 'actorDown', actor: 'strategy/pva-bank', reason: 'hung', error: null }),
  system(21, { type: 'actorRestarted', actor: 'strategy/pva-bank', restarts: 1, tookMs: 34.5 }),
  system(22, { type: 'actorQuarantined', actor: 'candles/0', because: 'it failed 5 times in a minute' }),
  system(23, { type: 'runResumed', mark: null }),
  at(30_000, minuteClosed(30_000, [candle('NIFTY-I', 30_000)])), // three weeks on: another month's partition
  at(375, { type: 'sessionClosed', day: '2022-11-10' }),
  at(1440, {
    type: 'sessionOpened',
    day: '2022-11-11',
    openAt: openAt + 1440 * minute,
    closeAt: openAt + 1815 * minute,
  }),
  at(1441, {
    type: 'strategyHalted',
    strategy: 'pva-bank',
    code: 'RISK_DAILY_LOSS',
    because: 'It lost too much.',
    pnl: -1_00,
  }),
  at(1815, { type: 'sessionClosed', day: '2022-11-11' }),
  system(376, { type: 'runFinished', fed: 1_000, lost: 0, quarantined: 3 }),
]

const ordered = (n: number, one: Approved<Order>): Fact[] => [
  at(n, { type: 'orderApproved', order: one }),
  at(n, { type: 'orderPlaced', order: one.id }),
  at(n, { type: 'orderAccepted', order: one.id, venueId: `paper-${one.id}` }),
]

const levels: Levels = { watch: 'NIFTY-I', direction: 'long', stop: 18_150_00, target: null, trailing: false }

const order = (id: string, side: Side, purpose: Order['purpose'], of: string, signalId: string | null) =>
  ({
    id,
    strategy: 'ema-nifty',
    intent: `i-${id}`,
    signal: signalId,
    mode: 'paper',
    symbol: 'NIFTY-I',
    side,
    type: 'market',
    quantity: 50,
    purpose,
    trade: of,
    direction: 'long',
    levels: purpose === 'entry' ? levels : null,
    reason: purpose === 'exit' ? 'TARGET' : null,
    because: 'scripted',
    approvedAt: openAt,
  }) as unknown as Approved<Order> // minted without risk, for a test of what comes after it

const charges: Charges = { brokerage: 1_00, stt: 1, exchange: 2, sebi: 3, stamp: 4, gst: 1, total: 1_11 }

const fill = (id: string, of: string, side: Side, quantity: number, price: number): Fill => ({
  id,
  order: of,
  strategy: 'ema-nifty',
  symbol: 'NIFTY-I',
  side,
  quantity,
  price,
  at: openAt,
  charges,
  quote: { price, bid: null, ask: price, at: openAt },
})

const trade = (id: string, n: number, more: Partial<Trade>): Trade => ({
  id,
  strategy: 'ema-nifty',
  mode: 'paper',
  symbol: 'NIFTY-I',
  direction: 'long',
  side: 'buy',
  quantity: 50,
  entryAt: openAt + n * minute,
  entryPrice: 18_200_07,
  levels,
  exitAt: null,
  exitPrice: null,
  exitReason: null,
  because: 'scripted',
  charges: 2_22,
  pnl: null,
  ...more,
})

/** The fact of a minute, the n-th of the session, and its candles. */
export const minuteClosed = (n: number, candles: readonly Candle[]): BusinessFact => ({
  type: 'minuteClosed',
  mark: openAt + n * minute,
  sequence: n,
  fed: n,
  quarantined: 0,
  candles,
})

/** A candle that opened `n` minutes into the session. */
export const candle = (symbol: string, n: number, more: Partial<Candle> = {}): Candle => ({
  symbol,
  timeframe: '1m',
  openAt: openAt + n * minute,
  closeAt: openAt + (n + 1) * minute,
  open: 18_200_05,
  high: 18_210_00,
  low: 18_190_95,
  close: 18_200_10,
  volume: 4_500,
  oi: 1_234_567,
  ticks: 61,
  gap: false,
  revision: 0,
  ...more,
})
