import type { Insertable } from 'kysely'
import type { Tables } from '../../supabase/types.ts'
import { dayOf } from '../calendar/day.ts'
import type { Candle } from '../domain/candle.ts'
import { decimal, type Paise } from '../domain/money.ts'
import type { Fill, Intent, Levels, Mode, Order, OrderState, Trade } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import type { FactOf, RunInfo, StrategyInfo } from '../messages.ts'
import { sharedId, type Ids } from './ids.ts'

/*
 * The rows that the domain's records become: ids are UUIDs, money is decimal text, times are ISO 8601 in UTC.
 * Columns that are left out keep the table's default, or what another fact has put there.
 */

/** Whose rows they are, and the place in the journal of the fact they come from. */
export type Scope = {
  readonly ids: Ids
  readonly sequence: number
  readonly base: { readonly account_id: string; readonly run_id: string }
}

/** A fact that says what a person did. */
export type Command = FactOf<
  | 'strategyPaused' | 'strategyResumed' | 'strategyStopped' | 'strategyStarted' | 'strategyConfigured'
  | 'strategyRemoved'
>

type Row<T extends keyof Tables> = Insertable<Tables[T]>

/** Milliseconds as the database takes them. */
export const iso = (at: number): string => new Date(at).toISOString()

/** A run. */
export const runRow = ({ ids }: Scope, run: RunInfo): Row<'runs'> => ({
  id: ids.run,
  account_id: ids.account,
  key: run.id,
  kind: run.kind,
  recording: run.recording,
  recording_hash: run.recordingHash,
  symbols: run.symbols,
  warm_sessions: run.warmSessions,
  state: 'running',
  started_at: iso(run.startedAt),
})

/** A strategy as it starts: with its run, or later. */
export const strategyRow = ({ ids, base }: Scope, one: StrategyInfo): Row<'strategies'> => ({
  id: ids.of('strategy', one.id),
  ...base,
  key: one.id,
  name: one.id,
  strategy_type: one.type,
  symbol: one.symbol,
  status: 'running',
  status_because: '',
  capital: decimal(one.capital),
  config: one.params,
})

/** A day on which the exchange is open. */
export const dayRow = ({ day, openAt, closeAt }: FactOf<'sessionOpened'>): Row<'calendar'> => ({
  id: sharedId('day', exchange, day),
  exchange,
  date: day,
  open_at: iso(openAt),
  close_at: iso(closeAt),
})

/** A closed candle. */
export const candleRow = ({ ids }: Scope, candle: Candle): Row<'ohlcv_data'> => ({
  run_id: ids.run,
  symbol: candle.symbol,
  timeframe: candle.timeframe,
  timestamp: iso(candle.openAt),
  closed_at: iso(candle.closeAt),
  open: decimal(candle.open),
  high: decimal(candle.high),
  low: decimal(candle.low),
  close: decimal(candle.close),
  volume: candle.volume,
  oi: candle.oi,
  ticks: candle.ticks,
  gap: candle.gap,
  revision: candle.revision,
})

/** A signal, undecided as yet. */
export const signalRow = ({ ids, base, sequence }: Scope, signal: Signal): Row<'trading_signals'> => ({
  id: ids.of('signal', signal.id),
  ...base,
  strategy_id: ids.of('strategy', signal.strategy),
  key: signal.id,
  symbol: signal.symbol,
  timeframe: signal.timeframe,
  signal_type: typeOf[signal.direction],
  wants: signal.wants,
  signal_strength: signal.strength,
  entry_price: decimal(signal.entry),
  stop_loss: orNull(signal.stop),
  target_price: orNull(signal.target),
  valid_until: iso(signal.validUntil),
  because: signal.because,
  conditions: signal.conditions,
  indicators: signal.indicators,
  timestamp: iso(signal.at),
  sequence,
})

/** The columns of a signal that was acted upon. */
export const executedColumns = (mode: Mode) => ({
  executed: true,
  execution_mode: modeOf[mode],
  rejected_code: null,
  rejected_reason: null,
})

/** An order as it was approved. */
export const orderRow = ({ ids, base, sequence }: Scope, order: Order): Row<'orders'> => ({
  id: ids.of('order', order.id),
  ...base,
  strategy_id: ids.of('strategy', order.strategy),
  signal_id: order.signal === null ? null : ids.of('signal', order.signal),
  trade_id: ids.of('trade', order.trade),
  client_order_id: order.id,
  mode: modeOf[order.mode],
  broker: brokerOf[order.mode],
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  purpose: order.purpose,
  quantity: order.quantity,
  state: 'NEW',
  reason: order.reason,
  because: order.because,
  new_at: iso(order.approvedAt),
  sequence,
})

/** One step of an order's life. */
export const orderEventRow = (
  { ids, base, sequence }: Scope,
  step: { readonly order: string; readonly state: OrderState; readonly at: number; readonly payload: object },
): Row<'order_events'> => ({
  id: ids.of('order event', sequence),
  ...base,
  order_id: ids.of('order', step.order),
  sequence,
  state: step.state,
  payload: step.payload,
  at: iso(step.at),
})

/** A fill. */
export const fillRow = ({ ids, base, sequence }: Scope, fill: Fill): Row<'fills'> => ({
  id: ids.of('fill', fill.id),
  ...base,
  order_id: ids.of('order', fill.order),
  strategy_id: ids.of('strategy', fill.strategy),
  venue_fill_id: fill.id,
  symbol: fill.symbol,
  side: fill.side,
  quantity: fill.quantity,
  price: decimal(fill.price),
  charges: decimal(fill.charges.total),
  charge_parts: Object.fromEntries(Object.entries(fill.charges).map(([name, amount]) => [name, decimal(amount)])),
  quote: fill.quote,
  at: iso(fill.at),
  sequence,
})

/** A trade, open or closed. */
export const tradeRow = ({ ids, base, sequence }: Scope, trade: Trade): Row<'trades'> => ({
  id: ids.of('trade', trade.id),
  ...base,
  strategy_id: ids.of('strategy', trade.strategy),
  key: trade.id,
  trade_mode: modeOf[trade.mode],
  symbol: trade.symbol,
  trade_type: typeOf[trade.direction],
  side: trade.side,
  quantity: trade.quantity,
  entry_time: iso(trade.entryAt),
  entry_price: decimal(trade.entryPrice),
  ...levelColumns(trade.levels),
  because: trade.because,
  charges: decimal(trade.charges),
  broker: brokerOf[trade.mode],
  sequence,
  ...exitColumns(trade),
})

/** The columns of a trade's stop and target. */
export const levelColumns = (levels: Levels | null) => ({
  watch: levels?.watch ?? null,
  watch_direction: levels?.direction ?? null,
  stop_loss: orNull(levels?.stop),
  target_price: orNull(levels?.target),
  trailed: levels?.trailing ?? false,
})

// Named one by one also while open, so that a trade told again from the start of the journal is open again.
const exitColumns = ({ exitAt, exitPrice, exitReason, entryAt, pnl }: Trade) => ({
  status: exitAt === null ? 'OPEN' : 'CLOSED',
  exit_time: exitAt === null ? null : iso(exitAt),
  exit_price: orNull(exitPrice),
  exit_reason: exitReason,
  pnl: orNull(pnl),
  holding_seconds: exitAt === null ? null : Math.round((exitAt - entryAt) / 1000),
  outcome: pnl === null ? null : pnl > 0 ? 'WIN' : pnl < 0 ? 'LOSS' : 'BREAKEVEN',
  trading_day: exitAt === null ? null : dayOf(exitAt),
})

/** The signal an intent came from, if any. */
export const signalOf = (intent: Intent): string | null => (intent.kind === 'move' ? null : intent.signal)

/** What risk refused. */
export const refusalRow = (
  { ids, base, sequence }: Scope,
  { intent, refusal, at }: FactOf<'intentRefused'>,
): Row<'risk_events'> => {
  const signal = signalOf(intent)
  return {
    id: ids.of('risk event', sequence),
    ...base,
    strategy_id: ids.of('strategy', intent.strategy),
    signal_id: signal === null ? null : ids.of('signal', signal),
    kind: 'REFUSAL',
    code: refusal.code,
    because: refusal.because,
    figures: refusal.figures,
    action: `${intent.kind} refused`,
    intent,
    at: iso(at),
    sequence,
  }
}

/** A limit that was broken, and stopped its strategy. */
export const haltRow = (
  { ids, base, sequence }: Scope,
  { strategy, code, because, pnl, at }: FactOf<'strategyHalted'>,
): Row<'risk_events'> => ({
  id: ids.of('risk event', sequence),
  ...base,
  strategy_id: ids.of('strategy', strategy),
  kind: 'BREACH',
  code,
  because,
  figures: { pnl: decimal(pnl) },
  action: 'halted until the next session',
  at: iso(at),
  sequence,
})

/** What a person did. */
export const auditRow = (
  { ids, base, sequence }: Scope,
  { type, strategy, by, at, cause }: Pick<Command, 'strategy' | 'by' | 'at' | 'cause'> & { readonly type: string },
  after: object,
): Row<'audit_events'> => ({
  id: ids.of('audit event', sequence),
  ...base,
  at: iso(at),
  actor: by,
  action: type,
  subject: `strategy/${strategy}`,
  after,
  correlation_id: cause,
  sequence,
})

/** What happened to an actor. */
export const actorRow = (
  { ids, base, sequence }: Scope,
  actor: string,
  at: number,
  news: Pick<Row<'actor_events'>, 'kind' | 'reason' | 'error' | 'restarts' | 'took_ms'>,
): Row<'actor_events'> => ({ id: ids.of('actor event', sequence), ...base, actor, at: iso(at), sequence, ...news })

const exchange = 'NSE'
const typeOf = { long: 'LONG', short: 'SHORT' } as const
const modeOf = { paper: 'VIRTUAL', live: 'LIVE' } as const satisfies Record<Mode, string>
const brokerOf = { paper: 'paper', live: null } as const satisfies Record<Mode, string | null>

const orNull = (amount: Paise | null | undefined): string | null =>
  amount === null || amount === undefined ? null : decimal(amount)
