import type { Test } from 'tap'
import type { Problem } from '#engine/mod.ts'
import { projected } from '../change.ts'
import { idsOf, type Ids } from '../ids.ts'
import { migrate } from '../migrate.ts'
import { projector } from '../projector.ts'
import type { Database, Sql } from '../sql.ts'
import { ensureAccount } from '../store.ts'
import { attack, count } from './attack.ts'
import { at, numbered, scriptedDay, signal } from './facts.ts'

/** What any PostgreSQL must do to be the store's: one suite for all of them. Wants an empty database. */
export const checkStore = async (t: Test, db: Database): Promise<void> => {
  const ours = idsOf('ours', 'run')
  const theirs = idsOf('theirs', 'run')

  await t.test('migrations apply once', async (t) => {
    t.equal((await migrate(db)).length, 6)
    t.same(await migrate(db), [])
    t.equal(await count(db, 'supabase_migrations.schema_migrations'), 6)
    await ensureAccount(db, ours.account, 'ours')
    await ensureAccount(db, theirs.account, 'theirs')
  })

  await t.test('facts become the same rows however they are cut into batches', async (t) => {
    const script = scriptedDay()
    const fives = idsOf('fives', 'run')
    await ensureAccount(db, fives.account, 'fives')
    await projector(db, ours).apply(script)
    for (const [ids, size] of [
      [theirs, 1],
      [fives, 5],
    ] as const) {
      const slow = projector(db, ids)
      for (let n = 0; n < script.length; n += size) await slow.apply(script.slice(n, n + size))
      t.same(await contents(db, ids), await contents(db, ours), `batches of ${size}`)
      t.equal(await slow.lastSequence(), script.length)
    }
  })

  await t.test('the rows say what the facts said, to the paisa', (t) => checkValues(t, db, ours))

  await t.test('facts that come again change nothing', async (t) => {
    const before = await contents(db, ours, 'with times')
    await projector(db, ours).apply(scriptedDay())
    t.same(await contents(db, ours, 'with times'), before)
  })

  await t.test('a projection that forgot where it was ends up the same', async (t) => {
    const before = await contents(db, ours)
    await db.query('delete from proj.progress where run_id = $1', [ours.run])
    for (const one of scriptedDay()) await projector(db, ours).apply([one])
    t.same(await contents(db, ours), before)
  })

  await t.test('a batch that cannot be written leaves nothing behind', async (t) => {
    const before = await contents(db, ours, 'with times')
    const last = scriptedDay().length
    const batch = numbered(
      [1, 2].map((n) =>
        at(400, { type: 'signalRaised', signal: signal(400 + n, n === 2 ? { strategy: 'nobody' } : {}) }),
      ),
      last,
    )
    const failure = await refusal(projector(db, ours).apply(batch))
    t.equal(failure.code, 'STORE_PROJECTION_FAILED')
    t.match(failure.message, `Facts ${last + 1} to ${last + 2}`)
    t.same(await contents(db, ours, 'with times'), before)
    t.equal(await projector(db, ours).lastSequence(), last)
    t.equal((await refusal(projector(db, ours).apply(batch.toReversed()))).code, 'STORE_OUT_OF_ORDER')
  })

  await t.test('nobody sees or changes what is not theirs', (t) => attack(t, db, ours, theirs))
}

const checkValues = async (t: Test, db: Sql, ids: Ids) => {
  const row = async (query: string) => (await db.query<object>(query, [ids.run])).rows
  t.same(
    await row(`select client_order_id as id, state, filled_quantity::int as filled, average_price::text as price,
      ended_because
      from orders where run_id = $1 order by 1`),
    [
      { id: 'o1', state: 'COMPLETE', filled: 50, price: '18200.0700', ended_because: null },
      { id: 'o2', state: 'COMPLETE', filled: 50, price: '18230.0000', ended_because: null },
      { id: 'o3', state: 'COMPLETE', filled: 50, price: '18230.0000', ended_because: null },
      { id: 'o4', state: 'COMPLETE', filled: 50, price: '18200.0000', ended_because: null },
      { id: 'o5', state: 'REJECTED', filled: 0, price: null, ended_because: 'outside the price band' },
      { id: 'o6', state: 'CANCELLED', filled: 0, price: null, ended_because: 'end of day' },
    ],
    'orders',
  )
  t.same(
    await row(`select string_agg(state, ' ' order by order_events.sequence) as states from order_events
      where order_id = (select id from orders where client_order_id = 'o1' and run_id = $1)`),
    [{ states: 'NEW SENT OPEN PARTIAL COMPLETE' }],
    'every state of an order',
  )
  t.same(
    await row(`select key as id, status, outcome, pnl::text, stop_loss::text as stop, trailed, timeframe,
      broker_order_id as broker, holding_seconds::int as held, trading_day::text as day
      from trades where run_id = $1 order by key`),
    [
      {
        id: 'o1',
        status: 'CLOSED',
        outcome: 'WIN',
        pnl: '1493.17',
        stop: '18150.00',
        trailed: false,
        timeframe: '5m',
        broker: 'paper-o1',
        held: 360,
        day: '2022-11-10',
      },
      {
        id: 'o3',
        status: 'CLOSED',
        outcome: 'LOSS',
        pnl: '-1502.22',
        stop: '18150.00',
        trailed: false,
        timeframe: null,
        broker: 'paper-o3',
        held: 60,
        day: '2022-11-10',
      },
    ],
    'trades',
  )
  t.same(
    await row(`select quantity::int, cost::text, realised_pnl::text as realised, charges::text, average_price, stop
      from positions where run_id = $1`),
    [{ quantity: 0, cost: '0.00', realised: '-3.50', charges: '5.55', average_price: null, stop: null }],
    'positions: 50 x 29.93 earned, 50 x 30.00 lost',
  )
  t.same(
    await row(`select date::text as day, virtual_pnl::text as pnl, virtual_trades as trades, wins, losses,
      win_rate::text as rate, max_drawdown::text as drawdown, charges::text
      from strategy_performance where run_id = $1`),
    [
      {
        day: '2022-11-10',
        pnl: '-9.05',
        trades: 2,
        wins: 1,
        losses: 1,
        rate: '0.5000',
        drawdown: '1502.22',
        charges: '4.44',
      },
    ],
    'performance',
  )
  t.same(
    await row(`select executed, execution_mode as mode, rejected_code as code, conditions->0->>'value' as value
      from trading_signals where run_id = $1 order by "timestamp"`),
    [
      { executed: true, mode: 'VIRTUAL', code: null, value: '1.25' },
      { executed: false, mode: null, code: 'RISK_OPEN_TRADES', value: '1.25' },
    ],
    'signals, executed and not',
  )
  t.same(
    await row(`select symbol, close::text, revision, volume::text, gap from ohlcv_data where run_id = $1
      order by "timestamp", symbol`),
    [
      { symbol: 'BANKNIFTY-I', close: '18200.10', revision: 0, volume: '9007199254740991', gap: true },
      { symbol: 'NIFTY-I', close: '18201.00', revision: 1, volume: '4500', gap: false },
      { symbol: 'NIFTY-I', close: '18200.10', revision: 0, volume: '4500', gap: false },
      { symbol: 'NIFTY-I', close: '18200.10', revision: 0, volume: '4500', gap: false },
    ],
    'candles: a revision stays',
  )
  t.same(
    await row(`select key as id, status, config::text from strategies where run_id = $1 order by key`),
    [
      { id: 'ema-nifty', status: 'running', config: '{"fast": 9}' },
      { id: 'late', status: 'removed', config: '{"fast": 5}' },
      { id: 'pva-bank', status: 'halted', config: '{"tier": 2}' },
    ],
    'strategies: a new session ends a halt of the day before; one that came and went is kept',
  )
  t.same(
    await row(
      `select string_agg(kind || ' ' || code, ', ' order by sequence) as events from risk_events where run_id = $1`,
    ),
    [{ events: 'REFUSAL RISK_OPEN_TRADES, BREACH RISK_DAILY_LOSS, BREACH RISK_DAILY_LOSS' }],
    'risk events',
  )
  t.same(
    await row(
      `select count(*)::int as count, min(actor) as actor, min(subject) as subject from audit_events where run_id = $1`,
    ),
    [{ count: 7, actor: 'anita', subject: 'strategy/late' }],
    'audit events',
  )
  t.same(
    await row(`select string_agg(kind, ' ' order by sequence) as kinds from actor_events where run_id = $1`),
    [{ kinds: 'DOWN RESTARTED QUARANTINED' }],
    'actor events',
  )
  t.same(
    await row(
      `select state, recording, ticks_fed::int as fed, ticks_quarantined::int as quarantined from runs where id = $1`,
    ),
    [{ state: 'finished', recording: 'nse-20221110', fed: 1_000, quarantined: 3 }],
    'runs',
  )
}

const refusal = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => Promise.reject(new Error('it was accepted')),
    (thrown: Problem) => thrown,
  )

const varying = ['id', 'account_id', 'run_id', 'strategy_id', 'order_id', 'signal_id', 'trade_id']
const times = ['created_at', 'updated_at']

/** All rows of a run, without the ids that differ from account to account. */
const contents = async (db: Sql, ids: Ids, kind?: 'with times') => {
  const leftOut = `{${(kind ? varying : [...varying, ...times]).join(',')}}`
  const all: Record<string, string[]> = {}
  for (const table of projected.filter((name) => name !== 'calendar')) {
    const { rows } = await db.query<{ row: string }>(
      `select (to_jsonb(one) - $2::text[])::text as row from public.${table} as one
       where one.${table === 'runs' ? 'id' : 'run_id'} = $1 order by 1`,
      [ids.run, leftOut],
    )
    all[table] = rows.map(({ row }) => row)
  }
  return all
}
