import fc from 'fast-check'
import t from 'tap'
import type { Quote } from '#actors/domain/instrument.ts'
import type { Fact } from '#actors/messages.ts'
import {
  aCandle,
  aComer,
  aFill,
  aRoundTrip,
  aRun,
  aSignal,
  aTrade,
  anEntry,
  anExit,
  anOrder,
  charges,
  instruments,
  kept,
  levels,
  minute,
  minuteClosed,
  orderFacts,
  sessionOpened,
} from '#api/testing/facts.ts'
import { generatedRun } from '#api/testing/generated-run.ts'
import { emptyBook } from './book.ts'
import { newest } from './newest.ts'
import { allViews, typeView, wantedBy } from './mod.ts'
import type { Views } from './mod.ts'

const types = [{ type: 'cross', title: 'Crossover', description: '', bars: '5m', params: [] }]
const viewsOf = (...facts: Fact[]): Views => {
  const views = allViews({
    run: aRun(),
    instruments,
    types,
    speed: 30,
    dailyLossLimit: () => 2_000_00,
  })
  for (const fact of facts) views.fold(fact)
  return views
}
const strategy = (views: Views, id = 'one') => views.item('strategies', id)!
const aQuote = (over: Partial<Quote> = {}): Quote => ({
  symbol: 'ALPHA-FUT',
  at: minute(6),
  price: 102_00,
  dayVolume: 50,
  ...over,
})

t.test('a run is named, dated and measured by its session', async (t) => {
  const views = viewsOf()
  t.match(views.run(), { state: 'starting', label: 'REPLAY · 30x', clock: null, progress: 0 })
  views.fold(sessionOpened)
  views.fold(minuteClosed(75))
  t.match(views.run(), {
    label: 'REPLAY · NSE 10 Nov 2022 · 30x',
    state: 'running',
    day: '2022-11-10',
    progress: 0.2,
    clock: '2022-11-10T10:30:00.000+05:30',
    sessionOpenAt: '2022-11-10T09:15:00.000+05:30',
    ticks: { fed: 7500 },
  })
  views.observe({ clock: minute(76), fed: 7600, lost: 2 })
  t.match(views.run(), { clock: '2022-11-10T10:31:00.000+05:30', ticks: { fed: 7600, lost: 2 } })
  views.fold(kept({ type: 'runFinished', fed: 9000, lost: 0, quarantined: 4 }))
  t.match(views.run(), {
    state: 'finished',
    progress: 1,
    ticks: { fed: 9000, lost: 0, quarantined: 4 },
  })
  views.observe({
    halt: { code: 'JOURNAL_FULL', says: 'The disk is full.', todo: 'Free some space.' },
  })
  t.match(views.run(), { state: 'halted', halt: { code: 'JOURNAL_FULL' } })
})

t.test('a signal tells whether it was traded, and if not, why', async (t) => {
  const refusal = { code: 'RISK_COOLDOWN', because: 'The cooldown lasts until 09:40.', figures: {} }
  const views = viewsOf(
    ...['one:1', 'one:2', 'one:3', 'one:4'].map((id) =>
      kept({ type: 'signalRaised', signal: aSignal({ id }) }),
    ),
    kept({ type: 'orderApproved', order: anOrder({ signal: 'one:1' }) }),
    kept({ type: 'intentRefused', intent: anEntry({ signal: 'one:2' }), refusal }),
    kept({ type: 'intentRefused', intent: anExit({ signal: 'one:3' }), refusal }),
  )
  const seen = views.lists.signals
    .page({ limit: 9 })
    .items.map(({ id, executed, refusalCode }) => [id, executed, refusalCode])
  t.same(seen, [
    ['one:4', false, null],
    ['one:3', false, 'RISK_COOLDOWN'],
    ['one:2', false, 'RISK_COOLDOWN'],
    ['one:1', true, null],
  ])
  t.match(views.item('signals', 'one:2'), {
    refused: refusal.because,
    entry: '100.50',
    conditions: [{ holds: true }],
  })
  t.equal(strategy(views).signals, 4)
})

t.test('an order shows every step of its life', async (t) => {
  const fills = [
    aFill({ quantity: 20, price: 100_00 }),
    aFill({ id: 'f2', quantity: 30, price: 101_00 }),
  ] as const
  const views = viewsOf(
    ...orderFacts(anOrder(), fills[0], minute(5)).slice(0, 3),
    kept({ type: 'orderFilled', fill: fills[0], done: false }, minute(5)),
    kept({ type: 'orderFilled', fill: fills[1], done: true }, minute(6)),
    kept({ type: 'orderApproved', order: anOrder({ id: 'o2' }) }),
    kept({ type: 'orderRejected', order: 'o2', because: 'No price to fill at.' }),
    kept({ type: 'orderCancelled', order: 'unknown', because: 'nobody knows it' }),
  )
  const order = views.item('orders', 'o1')!
  t.same(
    order.events.map(({ state }) => state),
    ['NEW', 'SENT', 'OPEN', 'PARTIAL', 'COMPLETE'],
  )
  t.match(order, {
    state: 'COMPLETE',
    filled: 50,
    averagePrice: '100.60',
    at: '2022-11-10T09:20:00.000+05:30',
  })
  t.match(views.item('orders', 'o2'), { state: 'REJECTED', filled: 0, averagePrice: null })
  t.equal(views.lists.orders.page({ limit: 9 }).items.length, 2)
})

t.test(
  'a round trip moves position, strategy, account and performance by the same money',
  async (t) => {
    const views = viewsOf(sessionOpened, ...aRoundTrip(), minuteClosed(9))
    t.match(views.item('positions', 'one|ALPHA-FUT'), {
      quantity: 0,
      realised: '175.00',
      unrealised: '0.00',
      charges: '40.00',
      stop: null,
    })
    t.match(strategy(views), {
      title: 'Crossover',
      pnl: '135.00',
      realised: '175.00',
      charges: '40.00',
      orders: 2,
      trades: 1,
      wins: 1,
      openPositions: 0,
      capital: '100000.00',
      dailyLossLimit: '2000.00',
      curve: [135],
    })
    t.match(views.pnl(), {
      pnl: '135.00',
      trades: 1,
      wins: 1,
      curve: [{ at: '2022-11-10T09:24:00.000+05:30', pnl: 135 }],
    })
    t.match(views.item('trades', 'o1'), {
      exitPrice: '104.00',
      exitReason: 'TARGET',
      pnl: '135.00',
      watch: 'ALPHA-FUT',
    })
    t.match(views.performance('one'), {
      wins: 1,
      losses: 0,
      winRate: 1,
      averageWin: '135.00',
      averageLoss: null,
      profitFactor: null,
      maxDrawdown: '0.00',
    })
    t.equal(views.performance('nobody'), undefined)
  },
)

t.test(
  'an open position is marked by facts at each minute and by quotes between them',
  async (t) => {
    const views = viewsOf(sessionOpened, ...aRoundTrip().slice(0, 6))
    t.match(views.item('positions', 'one|ALPHA-FUT'), {
      lastPrice: '100.50',
      unrealised: '0.00',
      stop: '99.00',
      target: '104.00',
    })
    views.fold(minuteClosed(6, [aCandle({ closeAt: minute(6), close: 101_00 })]))
    t.equal(strategy(views).unrealised, '25.00')
    for (const channel of ['positions', 'strategies', 'pnl', 'ticks'] as const)
      views.changes(channel)
    views.quotes((index) =>
      index === 0 ? aQuote({ at: minute(6) + 1, price: 102_00 }) : undefined,
    )
    t.match(
      strategy(views),
      { unrealised: '75.00', pnl: '55.00', curve: [5] },
      'the curve waits for the next minute',
    )
    t.same(
      ['positions', 'strategies', 'pnl', 'ticks'].map((one) => views.changes(one as 'pnl')),
      [['one|ALPHA-FUT'], ['one'], ['pnl'], ['ALPHA-FUT']],
    )
    views.quotes(() => aQuote({ at: minute(4), price: 1_00 }))
    t.equal(strategy(views).unrealised, '75.00', 'an older quote marks nothing')
    views.fold(
      kept({
        type: 'levelsMoved',
        trade: 'o1',
        strategy: 'one',
        because: 'trails',
        levels: { ...levels, stop: 101_50 },
      }),
    )
    t.match(
      [views.item('positions', 'one|ALPHA-FUT'), views.item('trades', 'o1')],
      [{ stop: '101.50' }, { stop: '101.50' }],
    )
  },
)

t.test('the curve is the same whatever quotes were seen between its minutes', async (t) => {
  const facts = [
    sessionOpened,
    ...aRoundTrip().slice(0, 6),
    minuteClosed(6, [aCandle({ closeAt: minute(6), close: 101_00 })]),
    minuteClosed(7),
  ]
  const plain = viewsOf(...facts)
  const live = viewsOf()
  for (const fact of facts) {
    live.fold(fact)
    live.quotes(() => aQuote({ at: fact.at + 1, price: 90_00 }))
  }
  t.same(live.pnl().curve, plain.pnl().curve)
})

t.test('a strategy shows the state that a person has to deal with first', async (t) => {
  const by = 'you'
  const down: Fact = kept({ type: 'actorDown', actor: 'strategy/one', reason: 'hung', error: null })
  const steps: [Fact, string, string][] = [
    [sessionOpened, 'running', ''],
    [kept({ type: 'strategyPaused', strategy: 'one', by }), 'paused', 'Paused by you.'],
    [
      kept({
        type: 'strategyHalted',
        strategy: 'one',
        code: 'X',
        because: 'Lost 2,000.00 today.',
        pnl: -1,
      }),
      'halted',
      'Lost 2,000.00 today.',
    ],
    [down, 'restarting', 'Its thread stopped answering.'],
    [
      kept({ type: 'actorRestarted', actor: 'strategy/one', restarts: 3, tookMs: 34 }),
      'halted',
      'Lost 2,000.00 today.',
    ],
    [
      kept({ type: 'sessionOpened', day: '2022-11-11', openAt: 1, closeAt: 2 }),
      'paused',
      'Paused by you.',
    ],
    [kept({ type: 'strategyResumed', strategy: 'one', by }), 'running', ''],
    [
      kept({
        type: 'actorQuarantined',
        actor: 'strategy/one',
        because: 'Five failures in a minute.',
      }),
      'quarantined',
      'Five failures in a minute.',
    ],
    [kept({ type: 'strategyStarted', strategy: 'one', by }), 'running', ''],
    [kept({ type: 'strategyStopped', strategy: 'one', by }), 'stopped', 'Stopped by you.'],
  ]
  const views = viewsOf()
  t.equal(strategy(views).state, 'starting')
  for (const [fact, state, because] of steps) {
    views.fold(fact)
    t.match(strategy(views), { state, because }, `after ${fact.type}`)
  }
  views.fold(kept({ type: 'strategyConfigured', strategy: 'one', params: { fast: 12 }, by }))
  t.match(strategy(views), { restarts: 3, params: { fast: 12 } })
  t.match(strategy(views, 'two'), { state: 'running', restarts: 0 })
})

t.test('a strategy that comes later is counted from then on; one that goes stays in the sums', async (t) => {
  const views = viewsOf(sessionOpened, ...aRoundTrip(), minuteClosed(100))
  const before = views.pnl().pnl
  const { trades } = strategy(views)
  views.fold(aComer('late'))
  t.match(strategy(views, 'late'), {
    state: 'running',
    title: 'Crossover',
    capital: '100000.00',
    dailyLossLimit: '5000.00',
    curve: [],
  })
  t.same(views.changes('strategies').includes('late'), true)
  views.fold(minuteClosed(200))
  const { curve } = views.performance('late')!
  t.equal(curve.length, 1)
  t.equal(curve[0]!.at, views.performance('one')!.curve.at(-1)!.at, 'it stands on its own minute')
  views.fold(kept({ type: 'strategyRemoved', strategy: 'one', by: 'owner' }))
  t.match(strategy(views), { state: 'removed', because: 'Removed by owner.', trades })
  t.equal(views.pnl().pnl, before)
  views.fold(kept({ type: 'strategyStarted', strategy: 'one', by: 'owner' }))
  t.equal(strategy(views).state, 'removed', 'for good')
})

t.test('a file that may not run says so on its page; what runs goes on', async (t) => {
  const views = viewsOf(sessionOpened)
  const errors = [{ code: 'STRATEGY_SYNTAX', says: 'mine.ts:3:1 is wrong.', todo: 'Mend it.', stack: '' }]
  const refused = (running: boolean) =>
    views.fold(kept({ type: 'strategyRefused', strategy: 'one', running, errors }))
  const loaded = kept({
    type: 'strategyLoaded',
    strategy: 'one',
    hash: 'abc',
    form: { title: 'Anew', description: '', bars: '5m', params: {} },
  })
  refused(true)
  t.match(strategy(views), { state: 'running', because: /STRATEGY_SYNTAX: mine\.ts:3:1 .* Mend it\./ })
  views.fold(loaded)
  t.match(strategy(views), { state: 'running', because: '', title: 'Anew' })
  refused(false)
  t.match(strategy(views), { state: 'quarantined', because: /^STRATEGY_SYNTAX/ })
  views.fold(loaded)
  t.match(strategy(views), { state: 'running', because: '' })
})

t.test('wins, losses and falls add up to a performance', async (t) => {
  const closed = (id: string, pnl: number) =>
    kept({ type: 'tradeClosed', trade: aTrade({ id, pnl }) })
  const views = viewsOf(
    sessionOpened,
    closed('a', 300_00),
    closed('b', -100_00),
    closed('c', -50_00),
    closed('d', 0),
  )
  t.match(views.performance('one'), {
    wins: 1,
    losses: 2,
    winRate: 0.25,
    averageWin: '300.00',
    averageLoss: '-75.00',
    profitFactor: 2,
  })
  const falling = viewsOf(sessionOpened, ...aRoundTrip().slice(0, 6))
  for (const [n, close] of [103_00, 101_00, 102_00].entries())
    falling.fold(minuteClosed(6 + n, [aCandle({ closeAt: minute(6 + n), close })]))
  t.equal(falling.performance('one')!.maxDrawdown, '100.00')
})

t.test(
  'bars are kept per series, oldest first, and a re-issued bar replaces the one it corrects',
  async (t) => {
    const bars = [1, 2, 3].map((n) => aCandle({ closeAt: minute(n), close: 100_00 + n }))
    const views = viewsOf(
      minuteClosed(3, [...bars, aCandle({ timeframe: '5m', closeAt: minute(5) })]),
    )
    views.fold(minuteClosed(4, [{ ...bars[1]!, close: 99_00, gap: true, revision: 1 }]))
    t.match(views.candles('ALPHA-FUT', '1m'), [
      { close: 100.01 },
      { close: 99, gap: true },
      { close: 100.03 },
    ])
    t.same(views.candles('BETA-FUT', '1m'), [])
    const only = wantedBy(new Set(['ALPHA-FUT|5m']))
    t.match(views.items('candles', only), [{ id: 'ALPHA-FUT|5m|2022-11-10T09:15:00.000+05:30' }])
    t.equal(views.item('candles', 'ALPHA-FUT|1m|2022-11-10T09:15:00.000+05:30', only), undefined)
  },
)

t.test('the newest records are kept, found and paged, whatever came before', async () => {
  const ids = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 })
  fc.assert(
    fc.property(
      ids,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 5 }),
      (puts, max, limit) => {
        const forgotten: string[] = []
        const list = newest<{ id: string; strategy: string; symbol: string; n: number }>(
          max,
          (id) => forgotten.push(id),
        )
        let oracle: { id: string; n: number }[] = [] // oldest first
        for (const [n, put] of puts.entries()) {
          const id = String(put)
          const known = oracle.find((one) => one.id === id)
          if (known) known.n = n
          else oracle = [...oracle, { id, n }].slice(-max)
          list.put({ id, strategy: '', symbol: '', n })
        }
        const seen: number[] = []
        let next: number | null | undefined
        do {
          const page = list.page(() => true, limit, next ?? undefined)
          seen.push(...page.items.map(({ n }) => n))
          next = page.next
        } while (next !== null)
        const expected = oracle.toReversed().map(({ n }) => n)
        return (
          JSON.stringify(seen) === JSON.stringify(expected) &&
          oracle.every(({ id, n }) => list.get(id)?.n === n) &&
          forgotten.every((id) => id.length > 0)
        )
      },
    ),
  )
})

t.test('a list that outgrew its bound forgets the oldest items, not the counts', async (t) => {
  const views = viewsOf()
  for (let n = 0; n < 5_100; n += 1)
    views.fold(kept({ type: 'signalRaised', signal: aSignal({ id: `one:${n}` }) }))
  t.equal(strategy(views).signals, 5_100)
  t.equal(views.item('signals', 'one:99'), undefined)
  t.ok(views.item('signals', 'one:100'))
  t.equal(views.changes('signals').length, 5_000, 'what was forgotten is no change any more')
})

t.test('cash, cost and charges agree after any fills', async () => {
  const fill = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.integer({ min: 1, max: 500 }),
    price: fc.integer({ min: 1, max: 5_000_000 }),
    fee: fc.integer({ min: 0, max: 10_000 }),
  })
  fc.assert(
    fc.property(
      fc.array(fill, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5_000_000 }),
      (fills, last) => {
        const book = emptyBook()
        let cash = 0
        let held = 0
        for (const [n, { side, quantity, price, fee }] of fills.entries()) {
          book.fill(aFill({ id: `${n}`, side, quantity, price, at: n, charges: charges(fee) }))
          cash += (side === 'buy' ? -1 : 1) * quantity * price - fee
          held += (side === 'buy' ? 1 : -1) * quantity
        }
        book.see('ALPHA-FUT', last, fills.length + 1)
        const { pnl } = book.profitOf('one', 'latest')
        return fills.length === 0 || pnl === cash + held * last
      },
    ),
  )
})

t.test('a generated day ends with an account that is the sum of its strategies', async (t) => {
  const market = generatedRun(3)
  const views = allViews({ run: market.run, instruments: market.instruments, types, speed: null })
  for (
    let facts = market.step(20_000);
    views.run().state !== 'finished';
    facts = market.step(20_000)
  )
    for (const fact of facts) views.fold(fact)
  const sum = views
    .items('strategies')
    .reduce((total, { pnl }) => total + Math.round(Number(pnl) * 100), 0)
  t.equal(Math.round(Number(views.pnl().pnl) * 100), sum)
  t.equal(views.pnl().curve.length, 375)
  t.equal(views.candles('ALPHA-FUT', '1m').length, 375)
})

t.test('a declaration becomes the form of its parameters', async (t) => {
  const view = typeView({
    name: 'cross',
    title: 'Crossover',
    description: 'Follows.',
    bars: ({ bars }) => bars as '5m',
    params: {
      fast: { kind: 'whole', default: 9, min: 2, max: 50, description: 'bars' },
      bars: { kind: 'choice', default: '5m', choices: ['1m', '5m'], description: 'timeframe' },
    },
    indicators: () => ({}),
    decide: () => ({ type: 'stay' }),
  })
  t.match(view, {
    type: 'cross',
    bars: '5m',
    params: [{ name: 'fast', min: 2, max: 50 }, { choices: ['1m', '5m'] }],
  })
})
