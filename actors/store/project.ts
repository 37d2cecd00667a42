import type { OrderState } from '../domain/order.ts'
import type { Fact, FactOf } from '../messages.ts'
import { patch, put, type Change } from './change.ts'
import type { Ids } from './ids.ts'
import * as rows from './rows.ts'
import { iso, type Scope } from './rows.ts'

/** A fact and its place in the journal. */
export type Sequenced<F extends Fact = Fact> = { readonly sequence: number; readonly fact: F }

/** What a fact does to the database. Sums over several facts are left to derive.ts. */
export const project = (ids: Ids, { sequence, fact }: Sequenced): Change[] => {
  // Each handler is typed by its own fact; that `fact.type` picks the right one is beyond the compiler.
  const handler = handlers[fact.type] as (scope: Scope, fact: Fact) => Change[]
  return handler({ ids, sequence, base: { account_id: ids.account, run_id: ids.run } }, fact)
}

type Handlers = { readonly [T in Fact['type']]: (scope: Scope, fact: FactOf<T>) => Change[] }

const handlers: Handlers = {
  // The run and its fleet.
  runStarted: (scope, { run }) => [
    put('runs', rows.runRow(scope, run)),
    ...run.strategies.map((one) => put('strategies', rows.strategyRow(scope, one))),
  ],
  runResumed: ({ ids }, { at }) => [patch('runs', { id: ids.run, state: 'running', resumed_at: iso(at) })],
  runFinished: ({ ids }, { fed, lost, quarantined, at }) => {
    const ticks = { ticks_fed: fed, ticks_lost: lost, ticks_quarantined: quarantined }
    return [patch('runs', { id: ids.run, state: 'finished', finished_at: iso(at), ...ticks })]
  },

  // The market.
  sessionOpened: (_, fact) => [put('calendar', rows.dayRow(fact))],
  sessionClosed: () => [],
  minuteClosed: (scope, { candles }) => candles.map((one) => put('ohlcv_data', rows.candleRow(scope, one))),

  // From signal to trade.
  signalRaised: (scope, { signal }) => [put('trading_signals', rows.signalRow(scope, signal))],
  intentRefused: (scope, fact) => {
    const event = put('risk_events', rows.refusalRow(scope, fact))
    const signal = rows.signalOf(fact.intent)
    if (signal === null) return [event]
    const { code, because } = fact.refusal
    const id = scope.ids.of('signal', signal)
    return [event, patch('trading_signals', { id, rejected_code: code, rejected_reason: because })]
  },
  orderApproved: (scope, { order, at }) => {
    const approved = [put('orders', rows.orderRow(scope, order)), event(scope, order.id, 'NEW', at, {})]
    if (order.signal === null) return approved
    const id = scope.ids.of('signal', order.signal)
    return [...approved, patch('trading_signals', { id, ...rows.executedColumns(order.mode) })]
  },
  orderPlaced: (scope, { order, at }) => moved(scope, order, 'SENT', at, {}),
  orderAccepted: (scope, { order, venueId, at }) =>
    moved(scope, order, 'OPEN', at, { venueId }, { broker_order_id: venueId }),
  orderFilled: (scope, { fill, done, at }) => [
    ...moved(scope, fill.order, done ? 'COMPLETE' : 'PARTIAL', at, fill),
    put('fills', rows.fillRow(scope, fill)),
  ],
  orderRejected: (scope, { order, because, at }) =>
    moved(scope, order, 'REJECTED', at, { because }, { ended_because: because }),
  orderCancelled: (scope, { order, because, at }) =>
    moved(scope, order, 'CANCELLED', at, { because }, { ended_because: because }),
  levelsMoved: ({ ids }, { trade, levels }) => [
    patch('trades', { id: ids.of('trade', trade), ...rows.levelColumns(levels) }),
  ],
  tradeOpened: (scope, { trade }) => [put('trades', rows.tradeRow(scope, trade))],
  tradeClosed: (scope, { trade }) => [put('trades', rows.tradeRow(scope, trade))],

  // What stopped a strategy, and who.
  strategyHalted: (scope, fact) => [
    became(scope, fact.strategy, 'halted', fact.because),
    put('risk_events', rows.haltRow(scope, fact)),
  ],
  strategyPaused: (scope, fact) => commanded(scope, fact, 'paused'),
  strategyResumed: (scope, fact) => commanded(scope, fact, 'running'),
  strategyStopped: (scope, fact) => commanded(scope, fact, 'stopped'),
  strategyStarted: (scope, fact) => commanded(scope, fact, 'running'),
  strategyConfigured: (scope, fact) => [
    patch('strategies', { id: scope.ids.of('strategy', fact.strategy), config: fact.params }),
    put('audit_events', rows.auditRow(scope, fact, fact.params)),
  ],
  strategyAdded: (scope, fact) => [
    put('strategies', { ...rows.strategyRow(scope, fact.info), risk: fact.limits }),
    put('audit_events', rows.auditRow(scope, { ...fact, strategy: fact.info.id }, { ...fact.info, risk: fact.limits })),
  ],
  strategyRemoved: (scope, fact) => commanded(scope, fact, 'removed'),
  strategyLoaded: () => [], // the journal says which code ran when; nothing is asked of the database about it
  strategyRefused: (scope, { strategy, running, errors: [first] }) =>
    (running ? [] : [became(scope, strategy, 'quarantined', first?.says ?? '')]),

  // The machinery.
  actorDown: (scope, { actor, reason, error, at }) => [
    put('actor_events', rows.actorRow(scope, actor, at, { kind: 'DOWN', reason, error })),
  ],
  actorRestarted: (scope, { actor, restarts, tookMs, at }) => [
    put('actor_events', rows.actorRow(scope, actor, at, { kind: 'RESTARTED', restarts, took_ms: tookMs })),
  ],
  actorQuarantined: (scope, { actor, because, at }) => {
    const event = put('actor_events', rows.actorRow(scope, actor, at, { kind: 'QUARANTINED', reason: because }))
    const [, strategy] = /^strategy\/(.+)$/.exec(actor) ?? []
    return strategy ? [event, became(scope, strategy, 'quarantined', because)] : [event]
  },
}

type Ended = { readonly broker_order_id?: string; readonly ended_because?: string }

const moved = (
  scope: Scope, order: string, state: OrderState, at: number, payload: object, more: Ended = {},
): Change[] => [
  patch('orders', { id: scope.ids.of('order', order), state, [`${state.toLowerCase()}_at`]: iso(at), ...more }),
  event(scope, order, state, at, payload),
]

const event = (scope: Scope, order: string, state: OrderState, at: number, payload: object) =>
  put('order_events', rows.orderEventRow(scope, { order, state, at, payload }))

const commanded = (scope: Scope, fact: rows.Command, status: string): Change[] => [
  became(scope, fact.strategy, status, `by ${fact.by}`),
  put('audit_events', rows.auditRow(scope, fact, { status })),
]

const became = ({ ids }: Scope, strategy: string, status: string, because: string) =>
  patch('strategies', { id: ids.of('strategy', strategy), status, status_because: because })
