// Made from the migrated database by actors/store/row-types.ts, not by hand. After a new migration, run
// RINGMASTER_WRITE_ROW_TYPES=1 node actors/store/contract.test.ts
import type { ColumnType } from 'kysely'

/** An exact decimal number as text: `-1234.50`. */
export type Decimal = string
/** Read as a Date; written as ISO 8601 in UTC. */
export type Time = ColumnType<Date, string, string>
/** A calendar day, `YYYY-MM-DD`. */
export type Day = string
/** An object or an array. */
export type Json = object

type Default<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>
type Made<T> = ColumnType<T, never, never>

/** Rows by table, as they are read, inserted and updated. */
export type Tables = {
  account_members: {
    account_id: string
    user_id: string
    role: string
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  accounts: {
    id: string
    key: string
    name: string
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  actor_events: {
    id: string
    account_id: string
    run_id: string
    actor: string
    kind: string
    reason: string | null
    error: Json | null
    restarts: number | null
    took_ms: number | null
    at: Time
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  audit_events: {
    id: string
    account_id: string
    run_id: string
    at: Time
    actor: string
    action: string
    subject: string
    before: Json | null
    after: Json | null
    correlation_id: string | null
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  calendar: {
    id: string
    exchange: string
    date: Day
    open_at: Time | null
    close_at: Time | null
    holiday: string | null
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  fills: {
    id: string
    account_id: string
    run_id: string
    order_id: string
    strategy_id: string
    venue_fill_id: string
    symbol: string
    side: string
    quantity: number
    price: Decimal
    charges: Decimal
    charge_parts: Json
    quote: Json
    at: Time
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  instruments: {
    id: string
    exchange: string
    segment: string
    symbol: string
    underlying: string
    kind: string
    expiry: Day | null
    strike: Decimal | null
    option_type: string | null
    lot_size: number | null
    tick_size: Decimal
    freeze_quantity: number | null
    broker_tokens: Default<Json>
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  ohlcv_data: {
    run_id: string
    symbol: string
    timeframe: string
    timestamp: Time
    closed_at: Time
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: number
    oi: number
    ticks: number
    gap: boolean
    revision: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  order_events: {
    id: string
    account_id: string
    run_id: string
    order_id: string
    sequence: number
    state: string
    payload: Default<Json>
    at: Time
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  orders: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    signal_id: string | null
    parent_id: string | null
    trade_id: string
    client_order_id: string
    mode: string
    broker: string | null
    broker_order_id: string | null
    symbol: string
    side: string
    type: string
    product: string | null
    validity: Default<string>
    purpose: string
    quantity: number
    limit_price: Decimal | null
    trigger_price: Decimal | null
    state: string
    filled_quantity: Default<number>
    average_price: Decimal | null
    reason: string | null
    because: string
    ended_because: string | null
    new_at: Time
    sent_at: Time | null
    unknown_at: Time | null
    open_at: Time | null
    partial_at: Time | null
    complete_at: Time | null
    cancelled_at: Time | null
    rejected_at: Time | null
    expired_at: Time | null
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  positions: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    mode: string
    broker: string | null
    symbol: string
    quantity: number
    cost: Decimal
    average_price: Made<Decimal | null>
    realised_pnl: Decimal
    charges: Decimal
    stop: Decimal | null
    target: Decimal | null
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  profiles: {
    id: string
    display_name: string
    role: Default<string>
    risk_profile: Default<Json>
    settings: Default<Json>
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  risk_events: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    signal_id: string | null
    kind: string
    code: string
    because: string
    figures: Default<Json>
    action: string
    intent: Json | null
    at: Time
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  runs: {
    id: string
    account_id: string
    key: string
    kind: string
    recording: string | null
    recording_hash: string | null
    symbols: Default<Json>
    warm_sessions: number | null
    state: Default<string>
    started_at: Time | null
    resumed_at: Time | null
    finished_at: Time | null
    ticks_fed: number | null
    ticks_lost: number | null
    ticks_quarantined: number | null
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  strategies: {
    id: string
    account_id: string
    run_id: string
    user_id: string | null
    key: string
    name: string
    strategy_type: string
    symbol: string
    is_simulation_active: Default<boolean>
    is_live_mode: Default<boolean>
    live_mode_enabled_at: Time | null
    status: string
    status_because: Default<string>
    capital: Decimal
    config: Default<Json>
    risk: Default<Json>
    performance_metrics: Default<Json>
    source_version: string | null
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  strategy_performance: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    date: Day
    virtual_pnl: Default<Decimal>
    live_pnl: Default<Decimal>
    virtual_trades: Default<number>
    live_trades: Default<number>
    wins: Default<number>
    losses: Default<number>
    charges: Default<Decimal>
    win_rate: Decimal | null
    max_drawdown: Default<Decimal>
    sharpe_ratio: number | null
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  trades: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    key: string
    trade_mode: string
    origin: Default<string>
    symbol: string
    timeframe: string | null
    trade_type: string
    side: string
    quantity: number
    entry_time: Time
    entry_price: Decimal
    watch: string | null
    watch_direction: string | null
    stop_loss: Decimal | null
    target_price: Decimal | null
    trailed: Default<boolean>
    exit_time: Time | null
    exit_price: Decimal | null
    exit_reason: string | null
    because: string
    charges: Decimal
    pnl: Decimal | null
    holding_seconds: number | null
    outcome: string | null
    status: string
    trading_day: Day | null
    broker: string | null
    broker_order_id: string | null
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  trading_signals: {
    id: string
    account_id: string
    run_id: string
    strategy_id: string
    key: string
    symbol: string
    timeframe: string
    signal_type: string
    wants: string
    signal_strength: number
    entry_price: Decimal
    stop_loss: Decimal | null
    target_price: Decimal | null
    valid_until: Time
    because: string
    conditions: Default<Json>
    indicators: Default<Json>
    executed: Default<boolean>
    execution_mode: string | null
    rejected_code: string | null
    rejected_reason: string | null
    timestamp: Time
    sequence: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
  'proj.progress': {
    run_id: string
    last_seq: number
    created_at: Default<Time>
    updated_at: Default<Time>
  }
}
