import type { Test } from 'tap'
import type { Approved, Order } from '../domain/order.ts'
import type { Broker, BrokerEvent } from './broker.ts'

/** What the suite needs of a broker under test. */
export type BrokerUnderTest = {
  readonly broker: Broker
  /** An order that this broker takes, under an id of the suite's choosing. */
  order(id: string, over?: Partial<Order>): Approved<Order>
  /** Lets the market move far enough for every working order to fill; `at` is no earlier than placing + latency. */
  trade(at: number): void
  /** Event time that is after all latency of an order placed at 0. */
  readonly soon: number
}

/** What every broker must do, paper or live: the contract that the executor relies on. */
export const checkBroker = (t: Test, name: string, open: () => BrokerUnderTest): void => {
  const started = () => {
    const given = open()
    const events: BrokerEvent[] = []
    given.broker.listen((event) => void events.push(event))
    return { ...given, events }
  }
  const types = (events: readonly BrokerEvent[]) => events.map(({ type }) => type)

  void t.test(`${name}: an order is accepted, then filled, in that order`, async (t) => {
    const { broker, order, trade, soon, events } = started()
    broker.place(order('a'), 0)
    trade(soon)
    t.strictSame(types(events), ['orderAccepted', 'orderFilled'])
    const last = events[1]
    if (last?.type !== 'orderFilled') return t.fail('no fill')
    const { symbol, side, quantity, strategy } = order('a')
    t.match(last, { done: true, fill: { order: 'a', symbol, side, quantity, strategy } })
    t.ok(Number.isSafeInteger(last.fill.price) && last.fill.price > 0, 'at a whole price')
  })

  void t.test(`${name}: an id sent twice is one order`, async (t) => {
    const { broker, order, trade, soon, events } = started()
    broker.place(order('a'), 0)
    broker.place(order('a'), 0)
    trade(soon)
    broker.place(order('a'), soon)
    trade(soon * 3)
    t.strictSame(types(events), ['orderAccepted', 'orderFilled'])
  })

  void t.test(`${name}: a cancelled order does not fill, and one that is over answers no cancel`, async (t) => {
    const { broker, order, trade, soon, events } = started()
    broker.place(order('a'), 0)
    broker.cancel('a', 'changed its mind', 0)
    trade(soon)
    broker.cancel('a', 'again', soon)
    t.match(events, [{ type: 'orderAccepted' }, { type: 'orderCancelled', order: 'a', because: 'changed its mind' }])
    t.equal(events.length, 2)
  })

  void t.test(`${name}: an order of another mode is rejected`, async (t) => {
    const { broker, order, trade, soon, events } = started()
    broker.place(order('a', { mode: broker.mode === 'paper' ? 'live' : 'paper' }), 0)
    trade(soon)
    t.match(events, [{ type: 'orderRejected', order: 'a' }])
    t.equal(events.length, 1)
  })

  void t.test(`${name}: what was outstanding at a restart is taken up, and nothing is filled twice`, async (t) => {
    const { broker, order, trade, soon, events } = started()
    broker.restore([
      { order: order('a'), placedAt: 0, accepted: true, filled: 0, fills: 0 },
      { order: order('b'), placedAt: 0, accepted: false, filled: 0, fills: 0 },
    ])
    broker.place(order('a'), 0)
    trade(soon)
    t.strictSame(
      events.map((event) => `${event.type} ${event.type === 'orderFilled' ? event.fill.order : event.order}`),
      ['orderAccepted b', 'orderFilled a', 'orderFilled b'],
    )
  })
}
