import { join } from 'node:path'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { atMinute, minute } from '#actors/calendar/mod.ts'
import type { Fill, Order, OrderState, Position } from '#actors/domain/order.ts'
import { apply, emptyLedger } from '#actors/executor/ledger.ts'
import { step } from '#actors/executor/order-machine.ts'
import { cashOf, flatPosition, settle } from '#actors/executor/positions.ts'
import type { Fact } from '#actors/messages.ts'
import { emptyBook, onFact } from '#actors/risk/book.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { openGround, startSession, type Session } from './open.ts'
import { business, factsOf, only, plain, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const dir = t.testdir()
const day = playInline({ data: join(dir, 'day') })
const facts = async (): Promise<Fact[]> => business((await day).facts)
const squareOff = atMinute('2022-11-10', minute('15:15'))

t.test('cash, positions at cost and charges add up after every fact of the day', async (t) => {
  const positions = new Map<string, Position>()
  const of = ({ strategy, symbol }: Fill): Position =>
    positions.get(`${strategy} ${symbol}`) ?? flatPosition(strategy, symbol)
  let [cash, charges, fills] = [0, 0, 0]
  const wrong: string[] = []
  for (const fact of await facts()) {
    if (fact.type === 'orderFilled') {
      const { fill } = fact
      positions.set(`${fill.strategy} ${fill.symbol}`, settle(of(fill), fill))
      const { total, ...parts } = fill.charges
      if (sum(Object.values(parts)) !== total) wrong.push(`charges of ${fill.id}`)
      if (fill.quantity <= 0 || fill.price <= 0 || total <= 0) wrong.push(`figures of ${fill.id}`)
      cash += cashOf(fill) - total
      charges += total
      fills++
    }
    const held = [...positions.values()]
    const invested = sum(held.map(({ cost }) => cost))
    const gained = sum(held.map(({ realised }) => realised))
    if (cash + invested + charges !== gained) wrong.push(`${fact.type} at ${fact.at}`)
  }
  t.same(wrong, [])
  t.ok(fills > 100, `${fills} fills`)
})

t.test('a closed trade earned what its fills brought, and all of them what the account did', async (t) => {
  const all = await facts()
  const fills = only(all, 'orderFilled').map(({ fill }) => fill)
  const tradeOf = new Map(only(all, 'orderApproved').map(({ order }) => [order.id, order.trade]))
  const closed = only(all, 'tradeClosed').map(({ trade }) => trade)
  const wrong = closed.filter(({ id, pnl, charges }) => {
    const own = fills.filter(({ order }) => tradeOf.get(order) === id)
    const paid = sum(own.map((fill) => fill.charges.total))
    return pnl !== sum(own.map(cashOf)) - paid || charges !== paid
  })
  t.same(wrong, [])
  const account = sum(fills.map((fill) => cashOf(fill) - fill.charges.total))
  t.equal(sum(closed.map(({ pnl }) => pnl!)), account, 'nothing is open at the end of the day')
  const { strategies } = (await day).report
  t.equal(sum(strategies.map(({ pnlPaise }) => pnlPaise)), account, 'the report says the same')
})

t.test('orders are approved once, placed once after that, and filled as ordered, each fill once', async (t) => {
  const orders = new Map<string, { readonly order: Order; state: OrderState; filled: number }>()
  const known = new Set<string>()
  const wrong: string[] = []
  const move = (id: string, event: Parameters<typeof step>[1], what: string): void => {
    const record = orders.get(id)
    const next = record && step(record.state, event)
    if (next?.type === 'moved') record!.state = next.to
    else wrong.push(`${what} of ${id}: ${next?.because ?? 'it was not approved'}`)
  }
  const once = (what: string, id: string): void => {
    if (known.has(`${what} ${id}`)) wrong.push(`${what} ${id} twice`)
    known.add(`${what} ${id}`)
  }
  for (const fact of await facts())
    if (fact.type === 'signalRaised') once('signal', fact.signal.id)
    else if (fact.type === 'orderApproved') {
      const { order } = fact
      once('order', order.id)
      orders.set(order.id, { order, state: 'NEW', filled: 0 })
      if (order.signal !== null && !known.has(`signal ${order.signal}`)) wrong.push(`${order.id} has no signal`)
      const entry = orders.get(order.trade)
      if (order.purpose === 'exit' && entry?.order.side === order.side) wrong.push(`${order.id} adds`)
      if (order.purpose === 'exit' && order.quantity > (entry?.filled ?? 0)) wrong.push(`${order.id} turns around`)
    } else if (fact.type === 'orderPlaced') move(fact.order, 'send', fact.type)
    else if (fact.type === 'orderAccepted') move(fact.order, 'accept', fact.type)
    else if (fact.type === 'orderRejected') move(fact.order, 'reject', fact.type)
    else if (fact.type === 'orderCancelled') move(fact.order, 'cancel', fact.type)
    else if (fact.type === 'orderFilled') {
      const { fill, done } = fact
      once('fill', fill.id)
      move(fill.order, done ? 'complete' : 'fill', fact.type)
      const record = orders.get(fill.order)
      if (!record) continue
      const { order } = record
      record.filled += fill.quantity
      if (done !== (record.filled === order.quantity)) wrong.push(`${fill.id} leaves ${order.id} in doubt`)
      if (fill.side !== order.side || fill.symbol !== order.symbol || fill.strategy !== order.strategy)
        wrong.push(`${fill.id} is not of ${order.id}`)
      if (fill.quote.at <= order.approvedAt) wrong.push(`${fill.id} was made from a price before its order`)
    }
  t.same(wrong, [])
  t.ok(orders.size > 100, `${orders.size} orders`)
})

t.test('facts come in the order of their time, and nothing is held after the end of the day', async (t) => {
  const all = await facts()
  t.ok(all.every((fact, i) => i === 0 || fact.at >= all[i - 1]!.at), 'time never runs backwards')
  t.ok(all.every((fact, i) => i === 0 || fact.tick >= all[i - 1]!.tick), 'nor does the place in the stream')
  const held = new Map<string, number>()
  for (const { fill } of only(all, 'orderFilled')) {
    const key = `${fill.strategy} ${fill.symbol}`
    held.set(key, (held.get(key) ?? 0) + (fill.side === 'buy' ? fill.quantity : -fill.quantity))
  }
  const late = only(all, 'orderFilled').filter(({ fill }) => fill.at > squareOff + 60_000)
  t.same(late, [], 'the last fill comes within a minute of the end')
  t.ok([...held.values()].every((quantity) => quantity === 0))
  const entries = only(all, 'orderApproved').filter(({ order }) => order.purpose === 'entry')
  t.ok(entries.every(({ at }) => at < squareOff), 'nothing is begun at the end of the day')
})

t.test('what runs knows what its journal says, before a restart and after it', async (t) => {
  const options = { ...plain, data: join(dir, 'warm'), recording: cutDay(join(dir, 'hour'), '10:15') }
  const session = await startSession(await openGround(options), options)
  t.teardown(() => session.stop())
  await session.finished
  const { journal, instruments } = session.ground.run
  const ledger = emptyLedger()
  const book = emptyBook()
  for (const fact of factsOf(journal)) {
    apply(ledger, fact)
    onFact(book, fact, instruments)
  }
  t.ok(ledger.trips.size > 0, 'trades are open where the hour breaks off')
  const executor = { orders: ledger.orders.size, open: ledger.trips.size, conflicts: ledger.conflicts, halt: null }
  t.match(await session.system.inspect('executor'), executor)
  t.strictSame(await session.system.inspect('risk'), structuredClone(book))
  session.system.kill('risk')
  await back(session, 'trading')
  t.match(await session.system.inspect('executor'), executor)
  t.strictSame(await session.system.inspect('risk'), structuredClone(book))
})

const back = async ({ system }: Session, id: string): Promise<void> => {
  const restarted = () => system.actors().some((one) => one.id === id && one.restarts === 1 && one.state === 'running')
  for (let waited = 0; !restarted(); waited += 20) {
    if (waited > 20_000) throw new Error(`waited in vain for ${id}`)
    await pause(20)
  }
  await pause(500) // for it to read what it must know
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
