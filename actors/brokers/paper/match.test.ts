import fc from 'fast-check'
import t from 'tap'
import { tableOf } from '../../domain/instrument.ts'
import type { Approved, Charges, Fill, Order, Side } from '../../domain/order.ts'
import type { BrokerEvent } from '../broker.ts'
import { checkBroker } from '../check-broker.ts'
import { paperVenue } from './match.ts'
import { oneTick, slipped } from './slippage.ts'
import type { Slippage } from './slippage.ts'

const instruments = tableOf([
  { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5, freeze: 1800 },
  { index: 1, symbol: 'NIFTY2211018000CE', kind: 'option', underlying: 'NIFTY', lot: 50, tickSize: 5 },
  { index: 2, symbol: 'NIFTY', kind: 'index', underlying: 'NIFTY', tickSize: 5 },
])
const latencyMs = 250
const asked: unknown[] = []
const one: Charges = { brokerage: 1, stt: 0, exchange: 0, sebi: 0, stamp: 0, gst: 0, total: 1 }
const chargesOf = (what: unknown): Charges => (asked.push(what), one)
const none = 0

const order = (id: string, over: Partial<Order> = {}): Approved<Order> => {
  const it = {
    id, strategy: 's', intent: id, signal: null, mode: 'paper', symbol: 'NIFTY-I', side: 'buy', type: 'market',
    quantity: 50, purpose: 'entry', trade: id, direction: 'long', levels: null, reason: null, because: '',
    approvedAt: 0, ...over,
  }
  return it as Approved<Order>
}

const open = () => {
  const venue = paperVenue({ instruments, chargesOf, slippage: oneTick, latencyMs })
  const events: { event: BrokerEvent; at: number }[] = []
  venue.listen((event, at) => void events.push({ event, at }))
  const fills = (): Fill[] => events.flatMap(({ event }) => (event.type === 'orderFilled' ? [event.fill] : []))
  return { venue, events, fills }
}

checkBroker(t, 'the paper venue', () => {
  const broker = paperVenue({ instruments, chargesOf, slippage: oneTick, latencyMs })
  return { broker, order, soon: latencyMs, trade: (at) => broker.tick(0, at, 1_800_000, none, none) }
})

t.test('an order fills on the first tick of its own instrument at or after its latency', async (t) => {
  const { venue, fills } = open()
  venue.place(order('a'), 1000)
  venue.tick(0, 1249, 100, none, none)
  venue.tick(1, 1300, 200, none, none)
  t.strictSame(fills(), [], 'too early, or another instrument')
  venue.tick(0, 1250, 300, none, none)
  venue.tick(0, 1251, 400, none, none)
  t.match(fills(), [{ id: 'a:fill:1', price: 305, at: 1250, quote: { price: 300, bid: null, ask: null, at: 1250 } }])
  t.equal(fills().length, 1)
})

t.test('it pays the spread where the tick has one, and slippage where it has not', async (t) => {
  type Row = [what: string, side: Side, tick: [price: number, bid: number, ask: number], price: number]
  const rows: Row[] = [
    ['a buy at the ask', 'buy', [1000, 990, 1010], 1010],
    ['a sale at the bid', 'sell', [1000, 990, 1010], 990],
    ['a locked market', 'buy', [1000, 1000, 1000], 1000],
    ['no quote', 'buy', [1000, 0, 0], 1005],
    ['no quote, a sale', 'sell', [1000, Number.NaN, Number.NaN], 995],
    ['half a quote', 'buy', [1000, 990, 0], 1005],
    ['a crossed quote', 'sell', [1000, 1010, 990], 995],
  ]
  for (const [what, side, tick, price] of rows) {
    const { venue, fills } = open()
    venue.place(order('a', { side }), 0)
    venue.tick(0, latencyMs, ...tick)
    t.equal(fills()[0]?.price, price, what)
  }
})

t.test('a tick without a price fills nothing', async (t) => {
  for (const price of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const { venue, fills } = open()
    venue.place(order('a'), 0)
    venue.tick(0, latencyMs, price, none, none)
    t.strictSame(fills(), [], String(price))
  }
})

t.test('charges are those of the fill: its kind, side, quantity, price, and day in India', async (t) => {
  const { venue, fills } = open()
  asked.length = 0
  const lateInIndia = Date.parse('2022-11-09T20:00:00Z')
  venue.place(order('a', { symbol: 'NIFTY2211018000CE', side: 'sell', quantity: 100 }), lateInIndia)
  venue.tick(1, lateInIndia + latencyMs, 10_000, 9_995, 10_005)
  t.strictSame(asked, [{ day: '2022-11-10', kind: 'option', side: 'sell', quantity: 100, price: 9_995 }])
  t.strictSame(fills()[0]?.charges, one)
})

t.test('what an exchange would refuse is rejected with a reason', async (t) => {
  const rows: [Partial<Order>, RegExp][] = [
    [{ symbol: 'NOWHERE' }, /not among this run's instruments/],
    [{ symbol: 'NIFTY' }, /lot size/],
    [{ quantity: 60 }, /not whole lots of 50/],
    [{ quantity: 0 }, /not whole lots/],
    [{ quantity: Number.NaN }, /not whole lots/],
    [{ quantity: 1850 }, /more than the 1800/],
  ]
  for (const [over, because] of rows) {
    const { venue, events } = open()
    venue.place(order('a', over), 7)
    t.match(events, [{ event: { type: 'orderRejected', order: 'a', because }, at: 7 }], JSON.stringify(over))
  }
})

t.test('orders are for the day', async (t) => {
  const { venue, events, fills } = open()
  venue.place(order('a'), 0)
  venue.place(order('b', { symbol: 'NIFTY2211018000CE' }), 0)
  venue.endSession(500)
  t.match(events.slice(2), [
    { event: { type: 'orderCancelled', order: 'a', because: /session ended/ }, at: 500 },
    { event: { type: 'orderCancelled', order: 'b' }, at: 500 },
  ])
  venue.tick(0, 600, 100, none, none)
  t.strictSame(fills(), [])
})

t.test('whoever hears of a fill may place the next order at once', async (t) => {
  const { venue, fills } = open()
  const heard: string[] = []
  venue.listen((event, at) => {
    if (event.type !== 'orderFilled') return
    heard.push(event.fill.order)
    if (event.fill.order === 'a') venue.place(order('c', { side: 'sell' }), at)
  })
  venue.place(order('a'), 0)
  venue.place(order('b'), 0)
  venue.tick(0, latencyMs, 100, none, none)
  t.strictSame(heard, ['a', 'b'])
  venue.tick(0, latencyMs * 2, 100, none, none)
  t.strictSame(heard, ['a', 'b', 'c'])
  t.strictSame(fills(), [])
})

t.test('a venue restored at any moment fills as the one that never stopped', async () => {
  const wait = fc.integer({ min: 0, max: 200 })
  const anyStep = fc.oneof(
    fc.record({ place: fc.constantFrom(0, 1), after: wait }),
    fc.record({ tick: fc.constantFrom(0, 1), price: fc.integer({ min: 5, max: 1000 }), after: wait }),
  )
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 30 }), fc.nat(30), (steps, crash) => {
      const run = (crashes: boolean): string[] => {
        const log: string[] = []
        const placed = new Map<string, { order: Approved<Order>; placedAt: number; accepted: boolean }>()
        const boot = () => {
          const venue = paperVenue({ instruments, chargesOf, slippage: oneTick, latencyMs })
          venue.listen((event, at) => {
            log.push(JSON.stringify([event, at]))
            if (event.type === 'orderAccepted') placed.get(event.order)!.accepted = true
            if (event.type === 'orderFilled') placed.delete(event.fill.order)
          })
          venue.restore([...placed.values()].map((one) => ({ ...one, filled: 0, fills: 0 })))
          return venue
        }
        let venue = boot()
        let now = 0
        steps.forEach((step, n) => {
          if (crashes && n === crash) venue = boot()
          now += step.after
          if ('tick' in step) return venue.tick(step.tick, now, step.price, none, none)
          const it = order(`o${n}`, { symbol: instruments.all[step.place]!.symbol })
          placed.set(it.id, { order: it, placedAt: now, accepted: false })
          venue.place(it, now)
        })
        return log
      }
      return run(true).join() === run(false).join()
    }),
    { numRuns: 200 },
  )
})

t.test('slippage is always against the trader, on the grid, rounded outward', async (t) => {
  const ticks = (n: number): Slippage => ({ by: 'ticks', ticks: n })
  const percent = (n: number): Slippage => ({ by: 'percent', percent: n })
  const rows: [price: number, Side, Slippage, expected: number][] = [
    [1000, 'buy', ticks(0), 1000],
    [1000, 'buy', ticks(1), 1005],
    [1000, 'sell', ticks(2), 990],
    [1002, 'buy', ticks(0), 1005],
    [1002, 'sell', ticks(0), 1000],
    [1002, 'buy', ticks(1), 1010],
    [10_000, 'buy', percent(0.05), 10_005],
    [10_000, 'sell', percent(0.05), 9_995],
    [10_000, 'buy', percent(0.06), 10_010],
    [10_000, 'sell', percent(0.06), 9_990],
    [5, 'sell', ticks(3), 5],
    [5, 'sell', percent(50), 5],
  ]
  for (const [price, side, slippage, expected] of rows)
    t.equal(slipped(price, side, 5, slippage), expected, `${side} at ${price}, ${JSON.stringify(slippage)}`)

  const anyPrice = fc.integer({ min: 5, max: 10_000_000 })
  const anyShare = fc.double({ min: 0, max: 5, noNaN: true })
  fc.assert(
    fc.property(anyPrice, fc.constantFrom<Side>('buy', 'sell'), anyShare, (price, side, share) => {
      const got = slipped(price, side, 5, percent(share))
      return got % 5 === 0 && got >= 5 && (side === 'buy' ? got >= price : got <= price)
    }),
    { numRuns: 300 },
  )
})
