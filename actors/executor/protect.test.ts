import t from 'tap'
import { tableOf } from '../domain/instrument.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Approved, Charges, Levels, Order } from '../domain/order.ts'
import type { BusinessFact, Fact } from '../messages.ts'
import { apply, emptyLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { endOfDay, guard, reached } from './protect.ts'

const at = Date.parse('2022-11-10T10:00:00+05:30')
const instrument = (index: number, symbol: string): Instrument =>
  ({ index, symbol, kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5 })
const option = 'NIFTY2211018000CE'
const instruments = tableOf([instrument(0, 'NIFTY-I'), instrument(1, option), instrument(2, 'BANKNIFTY-I')])
const levels: Levels = { watch: 'NIFTY-I', direction: 'long', stop: 1_790_000, target: 1_820_000, trailing: false }

const free: Charges = { brokerage: 0, stt: 0, exchange: 0, sebi: 0, stamp: 0, gst: 0, total: 0 }
const take = (ledger: Ledger, ...facts: BusinessFact[]): void => {
  for (const fact of facts) apply(ledger, { ...fact, at, from: 'executor', cause: null, tick: 0 } as Fact)
}
const entry = (id: string, over: Partial<Order> = {}): Approved<Order> => {
  const one = {
    id, strategy: 's', intent: id, signal: null, mode: 'paper', symbol: 'NIFTY2211018000CE', side: 'buy',
    type: 'market', quantity: 50, purpose: 'entry', trade: id, direction: 'long', levels, reason: null, because: '',
    approvedAt: at, ...over,
  }
  return one as Approved<Order>
}
const enter = (ledger: Ledger, order: Approved<Order>): void => {
  const { id, strategy, symbol, side, quantity } = order
  const price = 10_000
  const quote = { price, bid: null, ask: null, at }
  const fill = { id: `${id}:fill:1`, order: id, strategy, symbol, side, quantity, price, at, charges: free, quote }
  take(ledger, { type: 'orderApproved', order }, { type: 'orderPlaced', order: id })
  take(ledger, { type: 'orderFilled', fill, done: true })
}

t.test('a level is reached at its price and beyond, and the stop comes first', async (t) => {
  const short: Levels = { ...levels, direction: 'short', stop: 1_820_000, target: 1_790_000 }
  const rows: [Levels, number, string | null][] = [
    [levels, 1_790_005, null],
    [levels, 1_790_000, 'STOP_LOSS'],
    [levels, 1_700_000, 'STOP_LOSS'],
    [levels, 1_819_995, null],
    [levels, 1_820_000, 'TARGET'],
    [short, 1_819_995, null],
    [short, 1_820_000, 'STOP_LOSS'],
    [short, 1_790_000, 'TARGET'],
    [{ ...levels, trailing: true }, 1_790_000, 'TRAILING'],
    [{ ...levels, stop: 1_820_000 }, 1_820_000, 'STOP_LOSS'],
    [{ ...levels, stop: null, target: null }, 1, null],
    [levels, Number.NaN, null],
  ]
  for (const [given, price, expected] of rows)
    t.equal(reached(given, price), expected, `${given.direction} at ${price}`)
})

t.test('an option is left by the levels of the future it was bought on', async (t) => {
  const ledger = emptyLedger()
  const watch = guard(ledger, instruments)
  t.strictSame(watch.onTick(0, 1_700_000, at), [], 'nothing is held yet')
  enter(ledger, entry('a'))
  t.strictSame(watch.onTick(1, 1, at), [], 'its own price is not watched')
  t.strictSame(watch.onTick(2, 1, at), [], 'nor is another instrument')
  const [exit] = watch.onTick(0, 1_789_995, at + 5)
  t.match(exit, {
    id: 'a:exit:1', purpose: 'exit', trade: 'a', symbol: 'NIFTY2211018000CE', side: 'sell', quantity: 50,
    reason: 'STOP_LOSS', approvedAt: at + 5,
    because: 'NIFTY-I traded at ₹ 17,899.95, at or below the stop ₹ 17,900.00.',
  })
})

t.test('no trade is left twice while an exit is pending, and it is guarded again when that exit fails', async (t) => {
  const ledger = emptyLedger()
  const watch = guard(ledger, instruments)
  enter(ledger, entry('a'))
  const [order] = watch.onTick(0, 1_780_000, at)
  take(ledger, { type: 'orderApproved', order: order! })
  t.strictSame(watch.onTick(0, 1_770_000, at), [], 'claimed')
  t.strictSame(endOfDay(ledger, at).exits, [], 'also for the end of the day')
  take(ledger, { type: 'orderPlaced', order: order!.id }, { type: 'orderRejected', order: order!.id, because: 'no' })
  t.match(watch.onTick(0, 1_770_000, at), [{ id: 'a:exit:2' }])
})

t.test('moved levels count from the next tick on', async (t) => {
  const ledger = emptyLedger()
  const watch = guard(ledger, instruments)
  enter(ledger, entry('a'))
  t.strictSame(watch.onTick(0, 1_800_000, at), [])
  const moved = { ...levels, stop: 1_805_000, trailing: true }
  take(ledger, { type: 'levelsMoved', trade: 'a', strategy: 's', levels: moved, because: 'trend' })
  t.match(watch.onTick(0, 1_800_000, at), [{ reason: 'TRAILING' }])
})

t.test('the end of the day leaves all that is held and cancels entries under way', async (t) => {
  const ledger = emptyLedger()
  enter(ledger, entry('long'))
  enter(ledger, entry('short', { symbol: 'NIFTY-I', side: 'sell', direction: 'short', levels: null }))
  take(ledger, { type: 'orderApproved', order: entry('late') }, { type: 'orderPlaced', order: 'late' })
  const { exits, cancels } = endOfDay(ledger, at)
  t.match(exits, [
    { trade: 'long', side: 'sell', quantity: 50, reason: 'EOD' },
    { trade: 'short', side: 'buy', quantity: 50, reason: 'EOD' },
  ])
  t.strictSame(cancels, ['late'])
  take(ledger, ...exits.map((order) => ({ type: 'orderApproved', order }) as const))
  t.strictSame(endOfDay(ledger, at).exits, [], 'asked again, it repeats nothing')
})
