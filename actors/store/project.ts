import { dayOf } from '../calendar/day.ts'
import type { Candle } from '../domain/candle.ts'
import { decimal, type Paise } from '../domain/money.ts'
import type { Fill, Levels, Mode, Order, OrderState, Trade } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import type { Fact, FactOf, RunInfo, StrategyInfo } from '../messages.ts'
import { patch, put, type Change } from './change.ts'
import { sharedId, type Ids } from './ids.ts'

/** A fact and its place in the journal. */
export type Sequenced<F extends Fact = Fact> = { readonly sequence: number; readonly fact: F }

/** What a fact does to the database. Sums over several facts are left to derive.ts. */
export const project = (ids: Ids, { sequence, fact }: Sequenced): Change[] => {
  // Each handler is typed by its own fact; that `fact.type` picks the right one is beyond the compiler.
  const handler = handlers[fact.type] as (scope: Scope, fact: Fact) => Change[]
  return handler({ ids, sequence, base: { account_id: ids.account, run_id: ids.run } }, fact)
}

type Scope = {
  readonly ids: Ids
  readonly sequence: number
  readonly base: { readonly account_id: string; readonly run_id: string }
}
type Handlers = { readonly [T in Fact['type']]: (scope: Scope, fact: FactOf<T>) => Change[] }

const handlers: Handlers = {
  // The run and its fleet.
  runStarted: (scope, { run }) => [runRow(scope, run), ...run.strategies.map((one) => strategyRow(scope, one))],
  runResumed: ({ ids }, { at }) => [patch('runs', { id: ids.run, state: 'running', resumed_at: iso(at) })],
  runFinished: ({ ids }, { fed, lost, quarantined, at }) => [
    patch('runs', {
      id: ids.run, state: 'finished', finished_at: iso(at),
      ticks_fed: fed, ticks_lost: lost, ticks_quarantined: quarantined,
    }),
  ],

  // The market.
  sessionOpened: (_, { day, openAt, closeAt }) => [
    put('calendar', {
      id: sharedId('day', exchange, day), exchange, date: day, open_at: iso(openAt), close_at: iso(closeAt),
    }),
  ],
  sessionClosed: () => [],
  minuteClosed: (scope, { candles }) => candles.map((one) => candleRow(scope, one)),

  // From signal to trade.
  signalRaised: (scope, { signal }) => [signalRow(scope, signal)],
  intentRefused: (scope, { intent, refusal, at }) => {
    const signal = intent.kind === 'move' ? null : intent.signal
    const { code, because, figures } = refusal
    const told: Told = { kind: 'REFUSAL', code, because, figures, action: `${intent.kind} refused`, intent, at: iso(at) }
    const event = riskRow(scope, intent.strategy, signal, told)
    return signal === null
      ? [event]
      : [event, patch('trading_signals', { id: scope.ids.of('signal', signal), rejected_code: code, rejected_reason: because })]
  },
  orderApproved: (scope, { order, at }) => [
    orderRow(scope, order),
    eventRow(scope, order.id, 'NEW', at, {}),
    ...(order.signal === null ? [] : [executed(scope, order.signal, order.mode)]),
  ],
  orderPlaced: (scope, { order, at }) => moved(scope, order, 'SENT', at, {}),
  orderAccepted: (scope, { order, venueId, at }) =>
    moved(scope, order, 'OPEN', at, { venueId }, { broker_order_id: venueId }),
  orderFilled: (scope, { fill, done, at }) => [
    ...moved(scope, fill.order, done ? 'COMPLETE' : 'PARTIAL', at, fill),
    fillRow(scope, fill),
  ],
  orderRejected: (scope, { order, because, at }) =>
    moved(scope, order, 'REJECTED', at, { because }, { ended_because: because }),
  orderCancelled: (scope, { order, because, at }) =>
    moved(scope, order, 'CANCELLED', at, { because }, { ended_because: because }),
  levelsMoved: ({ ids }, { trade, levels }) => [patch('trades', { id: ids.of('trade', trade), ...levelColumns(levels) })],
  tradeOpened: (scope, { trade }) => [tradeRow(scope, trade)],
  tradeClosed: (scope, { trade }) => [tradeRow(scope, trade)],

  // What stopped a strategy, and who.
  strategyHalted: (scope, { strategy, code, because, pnl, at }) => [
    statusOf(scope, strategy, 'halted', because),
    riskRow(scope, strategy, null, {
      kind: 'BREACH', code, because, figures: { pnl: decimal(pnl) }, action: 'halted until the next session', at: iso(at),
    }),
  ],
  strategyPaused: (scope, fact) => commanded(scope, fact, 'paused'),
  strategyResumed: (scope, fact) => commanded(scope, fact, 'running'),
  strategyStopped: (scope, fact) => commanded(scope, fact, 'stopped'),
  strategyStarted: (scope, fact) => commanded(scope, fact, 'running'),
  strategyConfigured: (scope, fact) => [
    patch('strategies', { id: scope.ids.of('strategy', fact.strategy), config: fact.params }),
    auditRow(scope, fact, fact.params),
  ],

  // The machinery.
  actorDown: (scope, { actor, reason, error, at }) => [actorRow(scope, actor, at, { kind: 'DOWN', reason, error })],
  actorRestarted: (scope, { actor, restarts, tookMs, at }) => [
    actorRow(scope, actor, at, { kind: 'RESTARTED', restarts, took_ms: tookMs }),
  ],
  actorQuarantined: (scope, { actor, because, at }) => [
    actorRow(scope, actor, at, { kind: 'QUARANTINED', reason: because }),
    ...(actor.startsWith('strategy/') ? [statusOf(scope, actor.slice('strategy/'.length), 'quarantined', because)] : []),
  ],
}

const exchange = 'NSE'

const runRow = ({ ids }: Scope, run: RunInfo) =>
  put('runs', {
    id: ids.run, account_id: ids.account, key: run.id, kind: run.kind, recording: run.recording,
    recording_hash: run.recordingHash, symbols: run.symbols, warm_sessions: run.warmSessions, state: 'running',
    started_at: iso(run.startedAt),
  })

const strategyRow = ({ ids, base }: Scope, { id, type, symbol, params, capital }: StrategyInfo) =>
  put('strategies', {
    id: ids.of('strategy', id), ...base, key: id, name: id, strategy_type: type, symbol, status: 'running',
    status_because: '', capital: decimal(capital), config: params,
  })

const candleRow = ({ ids }: Scope, candle: Candle) =>
  put('ohlcv_data', {
    run_id: ids.run, symbol: candle.symbol, timeframe: candle.timeframe, timestamp: iso(candle.openAt),
    closed_at: iso(candle.closeAt), open: decimal(candle.open), high: decimal(candle.high), low: decimal(candle.low),
    close: decimal(candle.close), volume: candle.volume, oi: candle.oi, ticks: candle.ticks, gap: candle.gap,
    revision: candle.revision,
  })

const signalRow = ({ ids, base, sequence }: Scope, signal: Signal) =>
  put('trading_signals', {
    id: ids.of('signal', signal.id), ...base, strategy_id: ids.of('strategy', signal.strategy), key: signal.id,
    symbol: signal.symbol, timeframe: signal.timeframe, signal_type: typeOf[signal.direction], wants: signal.wants,
    signal_strength: signal.strength, entry_price: decimal(signal.entry), stop_loss: orNull(signal.stop),
    target_price: orNull(signal.target), valid_until: iso(signal.validUntil), because: signal.because,
    conditions: signal.conditions, indicators: signal.indicators, timestamp: iso(signal.at), sequence,
  })

const orderRow = ({ ids, base, sequence }: Scope, order: Order) =>
  put('orders', {
    id: ids.of('order', order.id), ...base, strategy_id: ids.of('strategy', order.strategy),
    signal_id: order.signal === null ? null : ids.of('signal', order.signal), trade_id: ids.of('trade', order.trade),
    client_order_id: order.id, mode: modeOf[order.mode], broker: brokerOf(order.mode), symbol: order.symbol,
    side: order.side, type: order.type, purpose: order.purpose, quantity: order.quantity, state: 'NEW',
    reason: order.reason, because: order.because, new_at: iso(order.approvedAt), sequence,
  })

const executed = ({ ids }: Scope, signal: string, mode: Mode) =>
  patch('trading_signals', {
    id: ids.of('signal', signal), executed: true, execution_mode: modeOf[mode], rejected_code: null, rejected_reason: null,
  })

const moved = (
  scope: Scope, order: string, state: OrderState, at: number, payload: object, more: { [column: string]: string } = {},
): Change[] => [
  patch('orders', { id: scope.ids.of('order', order), state, [`${state.toLowerCase()}_at`]: iso(at), ...more }),
  eventRow(scope, order, state, at, payload),
]

const eventRow = ({ ids, base, sequence }: Scope, order: string, state: OrderState, at: number, payload: object) =>
  put('order_events', {
    id: ids.of('order event', sequence), ...base, order_id: ids.of('order', order), sequence, state, payload, at: iso(at),
  })

const fillRow = ({ ids, base, sequence }: Scope, fill: Fill) =>
  put('fills', {
    id: ids.of('fill', fill.id), ...base, order_id: ids.of('order', fill.order),
    strategy_id: ids.of('strategy', fill.strategy), venue_fill_id: fill.id, symbol: fill.symbol, side: fill.side,
    quantity: fill.quantity, price: decimal(fill.price), charges: decimal(fill.charges.total),
    charge_parts: decimals(fill.charges), quote: fill.quote, at: iso(fill.at), sequence,
  })

const tradeRow = ({ ids, base, sequence }: Scope, trade: Trade) =>
  put('trades', {
    id: ids.of('trade', trade.id), ...base, strategy_id: ids.of('strategy', trade.strategy), key: trade.id,
    trade_mode: modeOf[trade.mode], symbol: trade.symbol, trade_type: typeOf[trade.direction], side: trade.side,
    quantity: trade.quantity, entry_time: iso(trade.entryAt), entry_price: decimal(trade.entryPrice),
    ...levelColumns(trade.levels), because: trade.because, charges: decimal(trade.charges),
    broker: brokerOf(trade.mode), sequence, ...exitColumns(trade),
  })

const levelColumns = (levels: Levels | null) => ({
  watch: levels?.watch ?? null,
  watch_direction: levels?.direction ?? null,
  stop_loss: orNull(levels?.stop),
  target_price: orNull(levels?.target),
  trailed: levels?.trailing ?? false,
})

const exitColumns = ({ exitAt, exitPrice, exitReason, entryAt, pnl }: Trade) =>
  exitAt === null || pnl === null
    ? {
        // Named one by one, so that a trade seen again from the start of the journal is open again.
        status: 'OPEN', exit_time: null, exit_price: null, exit_reason: null,
        pnl: null, holding_seconds: null, outcome: null, trading_day: null,
      }
    : {
        status: 'CLOSED', exit_time: iso(exitAt), exit_price: orNull(exitPrice), exit_reason: exitReason,
        pnl: decimal(pnl), holding_seconds: Math.round((exitAt - entryAt) / 1000),
        outcome: pnl > 0 ? 'WIN' : pnl < 0 ? 'LOSS' : 'BREAKEVEN', trading_day: dayOf(exitAt),
      }

type Told = {
  readonly kind: 'REFUSAL' | 'BREACH'
  readonly code: string
  readonly because: string
  readonly figures: object
  readonly action: string
  readonly intent?: object
  readonly at: string
}
const riskRow = ({ ids, base, sequence }: Scope, strategy: string, signal: string | null, told: Told) =>
  put('risk_events', {
    id: ids.of('risk event', sequence), ...base, strategy_id: ids.of('strategy', strategy),
    signal_id: signal === null ? null : ids.of('signal', signal), ...told, sequence,
  })

type Command = FactOf<
  'strategyPaused' | 'strategyResumed' | 'strategyStopped' | 'strategyStarted' | 'strategyConfigured'
>
const commanded = (scope: Scope, fact: Command, status: string): Change[] => [
  statusOf(scope, fact.strategy, status, `by ${fact.by}`),
  auditRow(scope, fact, { status }),
]

const statusOf = ({ ids }: Scope, strategy: string, status: string, because: string) =>
  patch('strategies', { id: ids.of('strategy', strategy), status, status_because: because })

const auditRow = ({ ids, base, sequence }: Scope, { type, strategy, by, at, cause }: Command, after: object) =>
  put('audit_events', {
    id: ids.of('audit event', sequence), ...base, at: iso(at), actor: by, action: type, subject: `strategy/${strategy}`,
    after, correlation_id: cause, sequence,
  })

type ActorNews = { kind: string; reason?: string; error?: object | null; restarts?: number; took_ms?: number }
const actorRow = ({ ids, base, sequence }: Scope, actor: string, at: number, news: ActorNews) =>
  put('actor_events', { id: ids.of('actor event', sequence), ...base, actor, at: iso(at), sequence, ...news })

const typeOf = { long: 'LONG', short: 'SHORT' } as const
const modeOf = { paper: 'VIRTUAL', live: 'LIVE' } as const satisfies Record<Mode, string>
const brokerOf = (mode: Mode) => (mode === 'paper' ? 'paper' : null)

const iso = (at: number) => new Date(at).toISOString()
const orNull = (amount: Paise | null | undefined) => (amount === null || amount === undefined ? null : decimal(amount))
const decimals = (amounts: Readonly<Record<string, Paise>>) =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, decimal(amount)]))
