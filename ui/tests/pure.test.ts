import fc from 'fast-check'
import t from 'tap'
import type { ActorView, ParamView, QuoteView, ServerMessage, TradeView } from '#api/contract.ts'
import { consequenceOf, folded, placed } from '#lib/actors.ts'
import { levelsOf, marksOf } from '#lib/charts/marks.ts'
import { foldList } from '#lib/fold.ts'
import * as format from '#lib/format.ts'
import { keyIn } from '#lib/key.ts'
import { octaves } from '#lib/latency.ts'
import { limitUsed, pnlOf } from '#lib/money.ts'
import { draftOf, objectionTo, valuesOf } from '#lib/params.ts'
import { furthest, lostOf } from '#lib/rings.ts'
import { sorted, turned } from '#lib/sort.ts'

t.test('amounts are grouped as in India, signed, and never lose a paisa', async (t) => {
  t.equal(format.rupees('12345678.05'), '₹1,23,45,678.05')
  t.equal(format.rupees('99999999999999.99'), '₹9,99,99,99,99,99,999.99', 'no float between')
  t.equal(format.rupees('-1234.5', 0), '−₹1,235')
  t.equal(format.signedRupees('1234.50'), '+₹1,234.50')
  t.equal(format.signedRupees('-1234.50'), '−₹1,234.50')
  t.equal(format.signedRupees('0.00'), '₹0.00')
  t.equal(format.price('18092.4'), '18,092.40')
  for (const write of [format.rupees, format.price, format.count, format.percent, format.micros])
    t.equal(write(null), format.unknown)
})

t.test('times are India’s, wherever the browser is', async (t) => {
  t.equal(format.clock('2022-11-10T03:45:07.250Z'), '09:15:07')
  t.equal(format.minute('2022-11-10T15:30:00.000+05:30'), '15:30')
  t.equal(format.day('2022-11-09T19:00:00.000Z'), 'Thu, 10 Nov 2022')
  t.equal(format.clock(null), format.unknown)
})

t.test('durations and latencies come in the unit that reads best', async (t) => {
  t.same([0, 999, 1_000, 2_500_000].map(format.micros), ['0 µs', '999 µs', '1.0 ms', '2.5 s'])
  t.same([59, 60, 3_660].map(format.duration), ['59 s', '1 min', '1 h 01 min'])
  t.same([300, 1_400, 12_000].map(format.age), ['now', '1.4 s', '12 s'])
})

t.test('contracts and readings are named for people', async (t) => {
  t.equal(format.instrument('NIFTY22111018300CE'), 'NIFTY 10 Nov 18300 CE')
  t.equal(format.instrument('BANKNIFTY22111041700PE', false), 'BANKNIFTY 41700 PE')
  t.equal(format.instrument('NIFTY-I'), 'NIFTY-I')
  t.equal(format.title('buyVolume'), 'Buy volume')
  t.equal(format.title('vroc'), 'VROC')
  t.equal(format.title('fast above slow'), 'Fast above slow')
})

t.test('a head sorts down, then up, then not at all; what is not known stays last', async (t) => {
  const down = turned(null, 'pnl')
  t.same(down, { by: 'pnl', down: true })
  t.same(turned(down, 'pnl'), { by: 'pnl', down: false })
  t.equal(turned(turned(down, 'pnl'), 'pnl'), null)
  t.same(
    sorted([2, null, 3, 1], (one) => one, true),
    [3, 2, 1, null],
  )
  t.same(
    sorted([2, null, 3, 1], (one) => one, false),
    [1, 2, 3, null],
  )
  t.same(
    sorted(['ema-10', 'ema-9'], (one) => one, false),
    ['ema-9', 'ema-10'],
  )
})

const fast: ParamView = {
  name: 'fast',
  kind: 'whole',
  default: 9,
  min: 2,
  max: 50,
  description: '',
}
const factor: ParamView = {
  name: 'factor',
  kind: 'number',
  default: 1.5,
  min: 0.5,
  description: '',
}
const bars: ParamView = {
  name: 'bars',
  kind: 'choice',
  default: '5m',
  choices: ['1m', '5m'],
  description: '',
}
const trailing: ParamView = { name: 'trailing', kind: 'flag', default: true, description: '' }

t.test('a form objects in words, and hands over values of the declared kinds', async (t) => {
  const cases: [ParamView, string, string][] = [
    [fast, '9', ''],
    [fast, '9.5', 'Enter a whole number.'],
    [fast, '', 'Enter a number.'],
    [fast, 'nine', 'Enter a number.'],
    [fast, '51', 'Must be 2 to 50.'],
    [factor, '0.4', 'Must be at least 0.5.'],
    [bars, '3m', 'Choose one of the list.'],
  ]
  for (const [param, entry, says] of cases)
    t.equal(objectionTo(param, entry), says, `${param.name} ${entry}`)
  const params = [fast, factor, bars, trailing]
  const draft = draftOf(params, { fast: 12, trailing: false })
  t.same(draft, { fast: '12', factor: '1.5', bars: '5m', trailing: false })
  t.same(valuesOf(params, draft), { fast: 12, factor: 1.5, bars: '5m', trailing: false })
})

t.test('a list folded from snapshots and deltas holds the newest of each item', async (t) => {
  const quote = fc.record({ symbol: fc.constantFrom('A', 'B', 'C'), price: fc.nat(9).map(String) })
  const message = fc.record({
    type: fc.constantFrom('snapshot', 'delta'),
    items: fc.array(quote, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const naive: Record<string, string> = {}
      for (const { type, items } of messages) {
        if (type === 'snapshot') for (const symbol in naive) delete naive[symbol]
        for (const { symbol, price } of items) naive[symbol] = price
      }
      const told = messages as unknown as Extract<ServerMessage, { items: unknown }>[]
      const list = foldList<QuoteView>(new Map(), told)
      return (
        list.size === Object.keys(naive).length &&
        [...list].every(([symbol, { price }]) => naive[symbol] === price)
      )
    }),
  )
  t.pass('for any messages')
})

t.test(
  'a list that grows without end keeps the newest, whatever order a snapshot came in',
  async (t) => {
    const items = ['03', '01', '02'].map((at) => ({ symbol: at, at }))
    const snapshot = { type: 'snapshot', channel: 'ticks', sequence: 1, items } as never
    t.same([...foldList<QuoteView>(new Map(), [snapshot], 2).keys()], ['02', '03'])
  },
)

const trade: TradeView = {
  id: '1',
  strategy: 's',
  mode: 'paper',
  symbol: 'F',
  direction: 'short',
  side: 'sell',
  quantity: 50,
  entryAt: '2022-11-10T10:00:00.000+05:30',
  entryPrice: '100.00',
  exitAt: null,
  exitPrice: null,
  exitReason: null,
  stop: '101.00',
  target: '98.00',
  watch: null,
  charges: '20.00',
  pnl: null,
  because: '',
}

t.test(
  'an open trade is worth what its last price says, less charges; a closed one what was booked',
  async (t) => {
    const quote = { price: '99.00' } as QuoteView
    t.equal(pnlOf(trade, quote), 30)
    t.equal(pnlOf({ ...trade, side: 'buy' }, quote), -70)
    t.equal(pnlOf(trade, undefined), null)
    t.equal(pnlOf({ ...trade, pnl: '12.50' }, quote), 12.5)
    t.equal(limitUsed('-250.00', '1000.00'), 0.25)
    t.equal(limitUsed('250.00', '1000.00'), 0)
    t.equal(limitUsed('-250.00', null), null)
  },
)

t.test('a chart marks entries and exits, and draws levels where they are watched', async (t) => {
  t.same(
    marksOf([trade]).map(({ kind }) => kind),
    ['entry'],
  )
  const closed = { ...trade, exitAt: '2022-11-10T10:30:00.000+05:30', pnl: '-80.00' }
  t.match(marksOf([closed])[1], { kind: 'exit', won: false, text: '−₹80' })
  t.same(
    levelsOf([trade], 'F').map(({ name }) => name),
    ['Entry', 'Stop', 'Target'],
  )
  const option = { ...trade, symbol: 'O', watch: 'F' }
  t.same(
    levelsOf([option], 'F').map(({ name }) => name),
    ['Stop', 'Target'],
  )
  t.same(
    levelsOf([option], 'O').map(({ name }) => name),
    ['Entry'],
  )
})

t.test(
  'the tree puts children under their parents, and orphans where they can be seen',
  async (t) => {
    const actor = (id: string, parent: string | null) => ({ id, parent }) as ActorView
    const tree = placed([
      actor('feed', 'trading'),
      actor('trading', 'root'),
      actor('root', null),
      actor('x', 'gone'),
    ])
    t.same(
      tree.map(({ actor: { id }, depth }) => `${depth} ${id}`),
      ['0 root', '1 trading', '2 feed', '0 x'],
    )
    t.match(consequenceOf('strategy/ema').safe, /Other strategies/)
    t.match(consequenceOf('candles/0').happens, /restart together/)
  },
)

t.test('a key is found in whatever was pasted', async (t) => {
  for (const pasted of [
    ' abc ',
    'key=abc',
    'http://127.0.0.1:4600/#key=abc',
    'http://x/strategies#key=abc&y=1',
  ])
    t.equal(keyIn(pasted), 'abc', pasted)
})

t.test('latencies are shown on a doubling scale with nothing left out between', async (t) => {
  t.same(octaves([]), [])
  t.same(
    octaves([
      { upTo: 2 ** (17 / 4), count: 1 },
      { upTo: 32, count: 2 },
      { upTo: 2 ** (27 / 4), count: 4 },
    ]),
    [
      { upTo: 32, count: 3 },
      { upTo: 64, count: 0 },
      { upTo: 128, count: 4 },
    ],
  )
  t.same(octaves([{ upTo: 1, count: 5 }]), [{ upTo: 1, count: 5 }])
})

const anActor = (over: Partial<ActorView>): ActorView =>
  ({
    kind: 'actor',
    parent: null,
    state: 'running',
    restarts: 0,
    cpuPercent: null,
    ...blank,
    ...over,
  }) as ActorView
const blank = {
  heapMb: null,
  handledPerSecond: null,
  ringLag: null,
  mailbox: null,
  latencyP99: null,
}

t.test(
  'a large group is folded into one line with what it comes to; a turned one is not',
  async (t) => {
    const rows = placed([
      anActor({ id: 'root', kind: 'supervisor' }),
      anActor({ id: 'risk', parent: 'root' }),
      anActor({ id: 'fleet', kind: 'supervisor', parent: 'root' }),
      ...Array.from({ length: 25 }, (_, n) =>
        anActor({
          id: `one-${n}`,
          parent: 'fleet',
          state: n === 3 ? 'quarantined' : 'running',
          restarts: n === 3 ? 5 : 0,
          cpuPercent: n === 0 ? null : 2,
          ringLag: n,
        }),
      ),
      anActor({ id: 'api', parent: 'root' }),
    ])
    const ids = (turned: string[]) => folded(rows, new Set(turned)).map(({ actor }) => actor.id)
    t.same(ids([]), ['root', 'risk', 'fleet', 'api'])
    t.same(ids(['fleet']).length, 29)
    t.same(ids(['root']), ['root'])
    t.match(folded(rows, new Set())[2], {
      closed: true,
      below: { all: 25, running: 24, restarts: 5, cpuPercent: 48, ringLag: 24, heapMb: null },
    })
    t.match(folded(rows, new Set())[1], { closed: false, below: null })
  },
)

t.test(
  'who is furthest behind in a ring stands first, and who does not read stands last',
  async (t) => {
    const reader = (actor: string, lag: number, active = true) => ({ actor, active, lag, lost: 1 })
    const ring = {
      id: 'ticks',
      capacity: 8,
      lossless: false,
      head: 9,
      readers: [reader('a', 1), reader('b', 9, false), reader('c', 3)],
    }
    t.same(
      furthest(ring).map(({ actor }) => actor),
      ['c', 'a', 'b'],
    )
    t.equal(lostOf(ring), 3)
  },
)
