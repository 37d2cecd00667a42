import type { ActorView, Time } from './contract-system.ts'

/**
 * What the API says and hears, as types: the dashboard imports this file and nothing else of the engine.
 * Money is a decimal string in rupees (`"-1234.50"`), times are ISO 8601 with an offset, durations say their unit.
 */
export type Money = string

/** The run: what is replayed, and how far it has come. */
export type RunView = {
  id: string
  kind: 'replay'
  /** What people see: `REPLAY · NSE 10 Nov 2022 · 30x`. */
  label: string
  recording: string
  day: string
  state: 'starting' | 'running' | 'finished' | 'halted'
  /** Event time reached. */
  clock: Time | null
  sessionOpenAt: Time | null
  sessionCloseAt: Time | null
  /** 0 to 1 of the session. */
  progress: number
  /** `30`, or `null` for as fast as possible. */
  speed: number | null
  /** Sessions of minute bars that the indicators were warmed with. */
  warmSessions: number
  ticks: { fed: number; lost: number; quarantined: number }
  /** Set when trading cannot go on. */
  halt: ErrorView | null
}

export type * from './contract-system.ts'

/** What went wrong and what to do, in words for people. */
export type ErrorView = { code: string; says: string; todo: string }

/** How a strategy fares; of several things that are wrong, the one to deal with first. */
export type StrategyState =
  'starting' | 'running' | 'paused' | 'halted' | 'restarting' | 'quarantined' | 'stopped' | 'removed'

/** One running strategy. `pnl` is realised plus unrealised less charges. */
export type StrategyView = {
  id: string
  type: string
  title: string
  symbol: string
  state: StrategyState
  /** Why it is not running, or why the newest state of its file is not; empty otherwise. */
  because: string
  mode: 'paper'
  capital: Money
  params: Record<string, unknown>
  pnl: Money
  realised: Money
  unrealised: Money
  charges: Money
  dailyLossLimit: Money | null
  signals: number
  orders: number
  trades: number
  wins: number
  openPositions: number
  restarts: number
  /** P&L in rupees at each closed minute of the session, oldest first. */
  curve: number[]
}

/** A strategy to be added, as a configuration names it; what is left out takes its default. */
export type NewStrategy = {
  /** Lower case, digits and dashes; names what it does in this run, so it is never used twice. */
  id: string
  type: string
  symbol: string
  /** Rupees. */
  capital?: number
  params?: Record<string, unknown>
  risk?: Record<string, unknown>
}

/** How a clone differs from the strategy it is made of. */
export type CloneOf = {
  id: string
  symbol?: string
  /** Rupees. */
  capital?: number
  params?: Record<string, unknown>
}

/** One parameter: what its form field, its validation and its sweep range are made of. */
export type ParamView = {
  name: string
  kind: 'whole' | 'number' | 'choice' | 'flag' | 'text'
  default: unknown
  min?: number
  max?: number
  choices?: string[]
  description: string
}

/** A kind of strategy, with what each of its instances can be set to. */
export type StrategyTypeView = {
  type: string
  title: string
  description: string
  bars: string
  params: ParamView[]
}

/** One of the things a strategy checked before it signalled. */
export type ConditionView = { name: string; holds: boolean; value: number | null; needs: string }

/** What a strategy saw and concluded at one closed bar, traded or not. */
export type SignalView = {
  id: string
  strategy: string
  symbol: string
  timeframe: string
  at: Time
  direction: 'long' | 'short'
  wants: 'enter' | 'exit' | 'nothing'
  strength: number
  entry: Money
  stop: Money | null
  target: Money | null
  validUntil: Time
  because: string
  conditions: ConditionView[]
  indicators: Record<string, number | null>
  executed: boolean
  /** Why it was not traded; empty when it was, or while it is undecided. */
  refused: string
  refusalCode: string | null
}

/** An order with every step of its life, oldest first. */
export type OrderView = {
  id: string
  strategy: string
  mode: 'paper' | 'live'
  symbol: string
  side: 'buy' | 'sell'
  type: string
  purpose: 'entry' | 'exit'
  quantity: number
  filled: number
  averagePrice: Money | null
  state: string
  reason: string | null
  because: string
  at: Time
  events: { state: string; at: Time; says: string }[]
}

/** A round trip; its exit is `null` while it is open. */
export type TradeView = {
  id: string
  strategy: string
  mode: 'paper' | 'live'
  symbol: string
  direction: 'long' | 'short'
  side: 'buy' | 'sell'
  quantity: number
  entryAt: Time
  entryPrice: Money
  exitAt: Time | null
  exitPrice: Money | null
  exitReason: string | null
  stop: Money | null
  target: Money | null
  /** What stop and target watch: the signal's instrument, which for options is not the one traded. */
  watch: string | null
  charges: Money
  pnl: Money | null
  because: string
}

/** What one strategy holds of one instrument, marked to the last price; quantity 0 once closed. */
export type PositionView = {
  /** `strategy|symbol`. */
  id: string
  strategy: string
  mode: 'paper' | 'live'
  symbol: string
  quantity: number
  averagePrice: Money
  lastPrice: Money | null
  realised: Money
  unrealised: Money | null
  charges: Money
  stop: Money | null
  target: Money | null
}

/** The newest price of an instrument. */
export type QuoteView = {
  symbol: string
  at: Time
  price: Money
  bid: Money | null
  ask: Money | null
  dayVolume: number
  oi: number | null
}

/** What the run watches or trades. */
export type InstrumentView = {
  symbol: string
  kind: 'index' | 'future' | 'option' | 'equity'
  underlying: string
  /** `YYYY-MM-DD`, of options. */
  expiry: string | null
  strike: Money | null
  optionType: 'CE' | 'PE' | null
  /** Units to a lot; `null` for what can be watched but not traded. */
  lot: number | null
}

/** A closed bar, prices in rupees. */
export type CandleView = {
  /** `symbol|timeframe|openAt`. */
  id: string
  symbol: string
  timeframe: string
  openAt: Time
  open: number
  high: number
  low: number
  close: number
  volume: number
  gap: boolean
}

/** P&L of the whole account. `pnl` is realised plus unrealised less charges. */
export type PnlView = {
  pnl: Money
  realised: Money
  unrealised: Money
  charges: Money
  trades: number
  wins: number
  openPositions: number
  /** Whole-account P&L in rupees at each closed minute. */
  curve: { at: Time; pnl: number }[]
}

/** How one strategy did, over its closed trades after charges. */
export type PerformanceView = {
  strategy: string
  pnl: Money
  charges: Money
  trades: number
  wins: number
  losses: number
  winRate: number | null
  averageWin: Money | null
  averageLoss: Money | null
  profitFactor: number | null
  maxDrawdown: Money
  curve: { at: Time; pnl: number }[]
}

/** What each channel of the stream carries, one item at a time; every item replaces the one with its id. */
export type Channels = {
  run: RunView
  pnl: PnlView
  strategies: StrategyView
  signals: SignalView
  orders: OrderView
  trades: TradeView
  positions: PositionView
  ticks: QuoteView
  candles: CandleView
  system: ActorView
}
/** A channel of the stream. */
export type Channel = keyof Channels

/** Client to server over the stream. The first message must be `auth`. */
export type ClientMessage =
  | { type: 'auth'; token: string }
  /**
   * `since`: resume after this sequence; a snapshot is sent when that is too long ago.
   * `keys`: ids, symbols or strategies, or `SYMBOL|5m` for candles; none of them for everything.
   */
  | { type: 'subscribe'; channel: Channel; keys?: string[]; since?: number }
  | { type: 'unsubscribe'; channel: Channel }

/**
 * Server to client. `items` of a snapshot are all there is (newest 500 for lists that grow, newest first); of a
 * delta, what changed. A number is never used twice, also not by a process that was started later.
 */
export type ServerMessage =
  | { type: 'ready' }
  | { type: 'snapshot'; channel: Channel; sequence: number; items: Channels[Channel][] }
  | { type: 'delta'; channel: Channel; sequence: number; items: Channels[Channel][] }
  | { type: 'heartbeat'; at: Time }
  /** This client was too slow: deltas were merged or replaced by a snapshot that follows. */
  | { type: 'gap'; channel: Channel }
  | { type: 'error'; code: string; says: string; todo: string }

/** RFC 9457 problem document. */
export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: string
  todo?: string
  errors?: { path: string; says: string }[]
}

/** One page of a list; `next` is the cursor of the page after it. */
export type Page<T> = { items: T[]; next: string | null }

/*
 * Routes under /api; all but health, openapi.json and docs want `Authorization: Bearer <token>`.
 *   GET  /health                         { status: 'ok', version }
 *   GET  /health/ready                   { ready, run: RunView['state'] }
 *   GET  /run                            RunView
 *   GET  /system/actors                  { items: ActorView[] }
 *   POST /system/actors/{id}/kill        202 { id }          id is URL-encoded: strategy%2Fema-nifty
 *   POST /system/actors/{id}/restart     202 { id }
 *   GET  /system                         SystemView
 *   GET  /system/actors/{id}/latency     LatencyView
 *   POST /system/actors/{id}/profile     body { seconds } -> a .cpuprofile; owner
 *   POST /system/actors/{id}/heap-snapshot  -> a .heapsnapshot; owner; its thread stands still meanwhile
 *   GET  /strategies                     { items: StrategyView[] }
 *   GET  /strategies/types               { items: StrategyTypeView[] }
 *   GET  /strategies/{id}                StrategyView
 *   POST /strategies                     body NewStrategy -> 202 StrategyView; added to the running fleet
 *   POST /strategies/{id}/clone          body CloneOf -> 202 StrategyView: the new one
 *   DELETE /strategies/{id}?flatten=     202 StrategyView; while it holds something only with flatten=true
 *   PUT  /strategies/{id}                body { params } -> 202 StrategyView; restarts its thread alone
 *   POST /strategies/{id}/start|stop|pause|resume|reload   202 StrategyView
 *   GET  /strategies/{id}/performance    PerformanceView
 *   GET  /strategies/{id}/signals|trades Page
 *   GET  /signals /trades /orders        Page   ?strategy= &symbol= &cursor= &limit= (at most 500)
 *   GET  /orders/{id}                    OrderView
 *   GET  /positions                      { items: PositionView[] }
 *   GET  /pnl                            PnlView          (alias: /dashboard/pnl)
 *   GET  /quotes                         { items: QuoteView[] }
 *   GET  /instruments                    { items: InstrumentView[] }
 *   GET  /candles?symbol=&timeframe=     { items: CandleView[] }, oldest first
 *   WS   /stream
 */
