import { Type } from '@fastify/type-provider-typebox'
import type { Static } from '@fastify/type-provider-typebox'
import type * as contract from './contract.ts'
import { Count, Money, named, nullable, Text, Time, words } from './schema-parts.ts'
import { systemComponents } from './schemas-system.ts'
import { channels } from './stream/limits.ts'

/*
 * The contract's types as schemas, for validation and for the OpenAPI document. `agreed` at the end does not
 * compile when one of them differs from its type.
 */

const ErrorView = Type.Object({ code: Text, says: Text, todo: Text })
const Mode = words('paper', 'live')
const Side = words('buy', 'sell')
const Direction = words('long', 'short')
const Point = Type.Object({ at: Time, pnl: Type.Number() })

/** Schemas by the name they have in the OpenAPI document; other schemas refer to them by that name. */
export const components = {
  Problem: named(
    'Problem',
    Type.Object({
      type: Text,
      title: Text,
      status: Type.Integer(),
      detail: Text,
      instance: Text,
      code: Text,
      todo: Type.Optional(Text),
      errors: Type.Optional(Type.Array(Type.Object({ path: Text, says: Text }))),
    }),
  ),
  Run: named(
    'Run',
    Type.Object({
      id: Text,
      kind: Type.Literal('replay'),
      label: Text,
      recording: Text,
      day: Text,
      state: words('starting', 'running', 'finished', 'halted'),
      clock: nullable(Time),
      sessionOpenAt: nullable(Time),
      sessionCloseAt: nullable(Time),
      progress: Type.Number({ minimum: 0, maximum: 1 }),
      speed: nullable(Type.Number()),
      warmSessions: Count,
      ticks: Type.Object({ fed: Count, lost: Count, quarantined: Count }),
      halt: nullable(ErrorView),
    }),
  ),
  Strategy: named(
    'Strategy',
    Type.Object({
      id: Text,
      type: Text,
      title: Text,
      symbol: Text,
      state: words(
        'starting',
        'running',
        'paused',
        'halted',
        'restarting',
        'quarantined',
        'stopped',
        'removed',
      ),
      because: Text,
      mode: Type.Literal('paper'),
      capital: Money,
      params: Type.Record(Text, Type.Unknown()),
      pnl: Money,
      realised: Money,
      unrealised: Money,
      charges: Money,
      dailyLossLimit: nullable(Money),
      signals: Count,
      orders: Count,
      trades: Count,
      wins: Count,
      openPositions: Count,
      restarts: Count,
      curve: Type.Array(Type.Number()),
    }),
  ),
  StrategyType: named(
    'StrategyType',
    Type.Object({
      type: Text,
      title: Text,
      description: Text,
      bars: Text,
      params: Type.Array(
        Type.Object({
          name: Text,
          kind: words('whole', 'number', 'choice', 'flag', 'text'),
          default: Type.Unknown(),
          min: Type.Optional(Type.Number()),
          max: Type.Optional(Type.Number()),
          choices: Type.Optional(Type.Array(Text)),
          description: Text,
        }),
      ),
    }),
  ),
  Signal: named(
    'Signal',
    Type.Object({
      id: Text,
      strategy: Text,
      symbol: Text,
      timeframe: Text,
      at: Time,
      direction: Direction,
      wants: words('enter', 'exit', 'nothing'),
      strength: Type.Number(),
      entry: Money,
      stop: nullable(Money),
      target: nullable(Money),
      validUntil: Time,
      because: Text,
      conditions: Type.Array(
        Type.Object({
          name: Text,
          holds: Type.Boolean(),
          value: nullable(Type.Number()),
          needs: Text,
        }),
      ),
      indicators: Type.Record(Text, nullable(Type.Number())),
      executed: Type.Boolean(),
      refused: Text,
      refusalCode: nullable(Text),
    }),
  ),
  Order: named(
    'Order',
    Type.Object({
      id: Text,
      strategy: Text,
      mode: Mode,
      symbol: Text,
      side: Side,
      type: Text,
      purpose: words('entry', 'exit'),
      quantity: Count,
      filled: Count,
      averagePrice: nullable(Money),
      state: Text,
      reason: nullable(Text),
      because: Text,
      at: Time,
      events: Type.Array(Type.Object({ state: Text, at: Time, says: Text })),
    }),
  ),
  Trade: named(
    'Trade',
    Type.Object({
      id: Text,
      strategy: Text,
      mode: Mode,
      symbol: Text,
      direction: Direction,
      side: Side,
      quantity: Count,
      entryAt: Time,
      entryPrice: Money,
      exitAt: nullable(Time),
      exitPrice: nullable(Money),
      exitReason: nullable(Text),
      stop: nullable(Money),
      target: nullable(Money),
      watch: nullable(Text),
      charges: Money,
      pnl: nullable(Money),
      because: Text,
    }),
  ),
  Position: named(
    'Position',
    Type.Object({
      id: Text,
      strategy: Text,
      mode: Mode,
      symbol: Text,
      quantity: Type.Integer(),
      averagePrice: Money,
      lastPrice: nullable(Money),
      realised: Money,
      unrealised: nullable(Money),
      charges: Money,
      stop: nullable(Money),
      target: nullable(Money),
    }),
  ),
  Quote: named(
    'Quote',
    Type.Object({
      symbol: Text,
      at: Time,
      price: Money,
      bid: nullable(Money),
      ask: nullable(Money),
      dayVolume: Type.Number(),
      oi: nullable(Type.Number()),
    }),
  ),
  Candle: named(
    'Candle',
    Type.Object({
      id: Text,
      symbol: Text,
      timeframe: Text,
      openAt: Time,
      open: Type.Number(),
      high: Type.Number(),
      low: Type.Number(),
      close: Type.Number(),
      volume: Type.Number(),
      gap: Type.Boolean(),
    }),
  ),
  Pnl: named(
    'Pnl',
    Type.Object({
      pnl: Money,
      realised: Money,
      unrealised: Money,
      charges: Money,
      trades: Count,
      wins: Count,
      openPositions: Count,
      curve: Type.Array(Point),
    }),
  ),
  Performance: named(
    'Performance',
    Type.Object({
      strategy: Text,
      pnl: Money,
      charges: Money,
      trades: Count,
      wins: Count,
      losses: Count,
      winRate: nullable(Type.Number()),
      averageWin: nullable(Money),
      averageLoss: nullable(Money),
      profitFactor: nullable(Type.Number()),
      maxDrawdown: Money,
      curve: Type.Array(Point),
    }),
  ),
  ...systemComponents,
  Instrument: named(
    'Instrument',
    Type.Object({
      symbol: Text,
      kind: words('index', 'future', 'option', 'equity'),
      underlying: Text,
      expiry: nullable(Text),
      strike: nullable(Money),
      optionType: nullable(words('CE', 'PE')),
      lot: nullable(Type.Integer()),
    }),
  ),
}
/** The name of a schema. */
export type Component = keyof typeof components

/** A reference to a named schema. */
export const ref = (name: Component) => Type.Ref(name)

/** `{ items }` of a named schema. */
export const listOf = (name: Component) => Type.Object({ items: Type.Array(ref(name)) })

/** `{ items, next }` of a named schema. */
export const pageOf = (name: Component) =>
  Type.Object({
    items: Type.Array(ref(name)),
    next: nullable(Type.String({ description: 'cursor of the next page' })),
  })

const Key = Type.String({ minLength: 1, maxLength: 100 })
const Channel = words(...channels)

/** Symbols, ids or series that one subscription may name. */
export const keysMax = 200

/** What a client may say over the stream. */
export const ClientMessage = Type.Union([
  Type.Object({ type: Type.Literal('auth'), token: Type.String({ maxLength: 500 }) }),
  Type.Object({
    type: Type.Literal('subscribe'),
    channel: Channel,
    keys: Type.Optional(Type.Array(Key, { maxItems: keysMax })),
    since: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  Type.Object({ type: Type.Literal('unsubscribe'), channel: Channel }),
])

type Same<A, B> = [A, B] extends [B, A] ? true : never
type Schemas = { [K in Component]: Static<(typeof components)[K]> }
type Contract = {
  Problem: contract.ProblemDocument
  Run: contract.RunView
  Strategy: contract.StrategyView
  StrategyType: contract.StrategyTypeView
  Signal: contract.SignalView
  Order: contract.OrderView
  Trade: contract.TradeView
  Position: contract.PositionView
  Quote: contract.QuoteView
  Candle: contract.CandleView
  Pnl: contract.PnlView
  Performance: contract.PerformanceView
  Actor: contract.ActorView
  Latency: contract.LatencyView
  System: contract.SystemView
  Instrument: contract.InstrumentView
}

/** Compiles only while schemas and contract agree. */
export const agreed: { [K in Component]: Same<Schemas[K], Contract[K]> } = {
  Problem: true,
  Run: true,
  Strategy: true,
  StrategyType: true,
  Signal: true,
  Order: true,
  Trade: true,
  Position: true,
  Quote: true,
  Candle: true,
  Pnl: true,
  Performance: true,
  Actor: true,
  Latency: true,
  System: true,
  Instrument: true,
}
