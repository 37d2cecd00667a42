import fc from 'fast-check'
import t from 'tap'
import type { Approved, Charges, Fill, Order, Side } from '../domain/order.ts'
import type { BusinessFact, Fact } from '../messages.ts'
import { objection } from './admit.ts'
import { apply, emptyLedger, openTrades, outstanding, owed, positionOf, unplaced, workingOrders } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { averagePrice, flatPosition, settle, unrealised } from './positions.ts'

const at = Date.parse('2022-11-10T10:00:00+05:30')

const order = (over: Partial<Order> = {}): Approved<Order> => {
  const one = {
    id: 'a', strategy: 's', intent: 'i', signal: null, mode: 'paper', symbol: 'NIFTY-I', side: 'buy', type: 'market',
    quantity: 50, purpose: 'entry', trade: 'a', direction: 'long', levels: null, reason: null, because: 'up',
    approvedAt: at, ...over,
  }
  return one as Approved<Order>
}
const exit = (over: Partial<Order> = {}) =>
  order({ id: 'a:exit:1', purpose: 'exit', trade: 'a', side: 'sell', reason: 'SIGNAL', ...over })

const free = { stt: 0, exchange: 0, sebi: 0, stamp: 0, gst: 0 }
const charged = (total: number): Charges => ({ ...free, brokerage: total, total })

const fill = (over: Partial<Fill> = {}): Fill => ({
  id: `${over.order ?? 'a'}:fill:1`, order: 'a', strategy: 's', symbol: 'NIFTY-I', side: 'buy', quantity: 50,
  price: 1_800_000, at, charges: charged(0), quote: { price: 1_800_000, bid: null, ask: null, at }, ...over,
})

const kept = (fact: BusinessFact, when = at): Fact => ({ ...fact, at: when, from: 'executor', cause: null, tick: 0 })
const approved = (one: Approved<Order>): BusinessFact => ({ type: 'orderApproved', order: one })
const placed = (id: string): BusinessFact => ({ type: 'orderPlaced', order: id })
const filled = (one: Fill, done = true): BusinessFact => ({ type: 'orderFilled', fill: one, done })

const ledgerOf = (...facts: BusinessFact[]): Ledger => {
  const ledger = emptyLedger()
  for (const fact of facts) apply(ledger, kept(fact))
  return ledger
}
const sent = (one: Approved<Order>): BusinessFact[] => [approved(one), placed(one.id)]

t.test('positions average, shrink and turn around to the paisa', async (t) => {
  type Row = [what: string, fills: [Side, number, number][], quantity: number, cost: number, realised: number]
  const rows: Row[] = [
    ['bought once', [['buy', 50, 100]], 50, 5000, 0],
    ['bought twice: one average', [['buy', 50, 100], ['buy', 50, 103]], 100, 10150, 0],
    ['sold half', [['buy', 100, 100], ['sell', 50, 110]], 50, 5000, 500],
    ['sold out', [['buy', 50, 100], ['sell', 50, 90]], 0, 0, -500],
    ['sold short', [['sell', 50, 100]], -50, -5000, 0],
    ['bought back', [['sell', 50, 100], ['buy', 50, 90]], 0, 0, 500],
    ['turned from long to short', [['buy', 50, 100], ['sell', 75, 110]], -25, -2750, 500],
    ['turned from short to long', [['sell', 50, 100], ['buy', 75, 110]], 25, 2750, -500],
    ['a cost that does not divide', [['buy', 1, 100], ['buy', 2, 101], ['sell', 1, 101]], 2, 202, 1],
    ['its last units take the rest', [['buy', 1, 100], ['buy', 2, 101], ['sell', 1, 101], ['sell', 2, 101]], 0, 0, 1],
  ]
  for (const [what, fills, quantity, cost, realised] of rows) {
    const end = fills.reduce(
      (position, [side, units, price]) => settle(position, fill({ side, quantity: units, price })),
      flatPosition('s', 'NIFTY-I'),
    )
    t.match(end, { quantity, cost, realised }, what)
  }
  const short = settle(flatPosition('s', 'X'), fill({ side: 'sell', quantity: 3, price: 100 }))
  t.equal(averagePrice(short), 100)
  t.equal(unrealised(short, 90), 30, 'a short gains when the price falls')
})

t.test('cash + positions at cost + charges is conserved by every fill, whatever the order of things', async () => {
  const anyFill = fc.record({
    strategy: fc.constantFrom('s', 'u'),
    symbol: fc.constantFrom('NIFTY-I', 'BANKNIFTY-I', 'NIFTY2211018000CE'),
    side: fc.constantFrom<Side>('buy', 'sell'),
    quantity: fc.integer({ min: 1, max: 5_000 }),
    price: fc.integer({ min: 5, max: 10_000_000 }),
    charges: fc.integer({ min: 0, max: 100_000 }).map(charged),
    repeated: fc.boolean(),
  })
  const start = 1_000_000_000
  fc.assert(
    fc.property(fc.array(anyFill, { maxLength: 60 }), (fills) => {
      const ledger = emptyLedger()
      let net = 0
      fills.forEach(({ repeated, ...one }, n) => {
        const id = `o${n}`
        const { strategy, symbol, side, quantity } = one
        const facts = [
          ...sent(order({ id, trade: id, strategy, symbol, side, quantity })),
          filled(fill({ ...one, id: `${id}:fill:1`, order: id })),
        ]
        for (const fact of repeated ? [...facts, facts[2]!] : facts) {
          apply(ledger, kept(fact))
          let cash = start
          let cost = 0
          let charges = 0
          let realised = 0
          for (const amount of ledger.cash.values()) cash += amount
          for (const position of ledger.positions.values()) {
            cost += position.cost
            charges += position.charges
            realised += position.realised
            cash -= position.charges
          }
          // What is not in the positions, nor paid away, is profit; and all of it whole paise.
          if (cash + cost + charges !== start + realised) return false
          if (![cash, cost, charges, realised].every(Number.isSafeInteger)) return false
        }
        net += side === 'buy' ? quantity : -quantity
        return true
      })
      const held = [...ledger.positions.values()]
      const units = held.reduce((sum, { quantity }) => sum + quantity, 0)
      return units === net && held.every(({ quantity, cost }) => quantity !== 0 || cost === 0)
    }),
    { numRuns: 200 },
  )
})

t.test('a fill is applied once, whichever channel brings it', async (t) => {
  const once = ledgerOf(...sent(order()), filled(fill()))
  const twice = ledgerOf(...sent(order()), filled(fill()), filled(fill()))
  t.strictSame(twice, once)
})

t.test('a fill that does not belong to the order it names changes nothing and is shown', async (t) => {
  const wrong: [string, Partial<Fill>][] = [
    ['another symbol', { symbol: 'BANKNIFTY-I' }],
    ['the other side', { side: 'sell' }],
    ['another strategy', { strategy: 'u' }],
    ['more than was ordered', { quantity: 75 }],
    ['no price', { price: Number.NaN }],
    ['a price as text', { price: '1800000' as unknown as number }],
    ['no quantity', { quantity: 0 }],
    ['an order nobody made', { order: 'z' }],
  ]
  for (const [what, over] of wrong) {
    const ledger = ledgerOf(...sent(order()), filled(fill(over)))
    t.equal(positionOf(ledger, 's', 'NIFTY-I').quantity, 0, what)
    t.equal(ledger.orders.get('a')?.state, 'SENT', what)
    t.equal(ledger.conflicts.length, 1, what)
  }
})

t.test('a rejected order cannot be resurrected by a late fill without a visible conflict', async (t) => {
  const ledger = ledgerOf(...sent(order()), { type: 'orderRejected', order: 'a', because: 'margin' }, filled(fill()))
  t.equal(ledger.orders.get('a')?.state, 'REJECTED')
  t.match(ledger.conflicts, [{ order: 'a', event: 'complete', because: /REJECTED/ }])
  t.equal(positionOf(ledger, 's', 'NIFTY-I').quantity, 50, 'the money moved all the same, and is managed')
  t.equal(openTrades(ledger).length, 1)
})

t.test('a round trip opens with its entry, closes flat, and earns what both sides’ charges leave', async (t) => {
  const ledger = ledgerOf(...sent(order()), filled(fill({ charges: charged(2000) })))
  const [opened] = owed(ledger)
  const trade = { id: 'a', quantity: 50, entryPrice: 1_800_000, pnl: null, exitAt: null }
  t.match(opened, { type: 'tradeOpened', trade })
  t.equal(owed(ledger).length, 1)
  apply(ledger, kept(opened!))
  t.strictSame(owed(ledger), [], 'told once')

  const later = at + 60_000
  for (const fact of sent(exit())) apply(ledger, kept(fact))
  const sold = fill({ order: 'a:exit:1', side: 'sell', price: 1_801_050, at: later, charges: charged(3000) })
  apply(ledger, kept(filled(sold)))
  const [closed] = owed(ledger)
  t.match(closed, {
    type: 'tradeClosed',
    trade: { id: 'a', exitPrice: 1_801_050, exitAt: later, exitReason: 'SIGNAL', charges: 5000, pnl: 50 * 1050 - 5000 },
  })
  apply(ledger, kept(closed!))
  t.strictSame(owed(ledger), [])
  t.equal(openTrades(ledger).length, 0)
})

t.test('once all is flat, the trades have earned exactly what the cash has grown by', async () => {
  const anyPrice = fc.integer({ min: 5, max: 9_999_999 })
  const anyPart = fc.record({ units: fc.integer({ min: 1, max: 500 }), price: anyPrice })
  const anyTrade = fc.record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    symbol: fc.constantFrom('NIFTY-I', 'BANKNIFTY-I'),
    parts: fc.array(anyPart, { minLength: 1, maxLength: 4 }),
    out: anyPrice,
    charges: fc.integer({ min: 0, max: 10_000 }).map(charged),
  })
  fc.assert(
    fc.property(fc.array(anyTrade, { maxLength: 10 }), (trades) => {
      const ledger = emptyLedger()
      let earned = 0
      const take = (fact: BusinessFact): void => {
        apply(ledger, kept(fact))
        for (const due of owed(ledger)) {
          apply(ledger, kept(due))
          if (due.type === 'tradeClosed') earned += due.trade.pnl!
        }
      }
      trades.forEach(({ side, symbol, parts, charges }, n) => {
        const quantity = parts.reduce((sum, { units }) => sum + units, 0)
        for (const fact of sent(order({ id: `t${n}`, trade: `t${n}`, symbol, side, quantity }))) take(fact)
        parts.forEach(({ units, price }, i) => {
          const part = { id: `t${n}:${i}`, order: `t${n}`, symbol, side, quantity: units, price, charges }
          take(filled(fill(part), false))
        })
      })
      trades.forEach(({ side, symbol, out, charges }, n) => {
        const { quantity } = ledger.trips.get(`t${n}`)!
        const [id, back] = [`t${n}:exit:1`, side === 'buy' ? 'sell' : 'buy'] as const
        for (const fact of sent(exit({ id, trade: `t${n}`, symbol, side: back, quantity }))) take(fact)
        take(filled(fill({ order: id, symbol, side: back, quantity, price: out, charges })))
      })
      const positions = [...ledger.positions.values()]
      const paid = positions.reduce((sum, one) => sum + one.charges, 0)
      const cash = (ledger.cash.get('s') ?? 0) - paid
      const flat = positions.every((one) => one.quantity === 0 && one.cost === 0)
      return flat && ledger.trips.size === 0 && earned === cash
    }),
    { numRuns: 200 },
  )
})

t.test('parts of an entry average, and the trade is told of again as it grows', async (t) => {
  const part = (n: number, quantity: number, price: number) => fill({ id: `a:fill:${n}`, quantity, price })
  const ledger = ledgerOf(...sent(order({ quantity: 100 })), filled(part(1, 25, 100), false))
  t.equal(ledger.orders.get('a')?.state, 'PARTIAL')
  const first = owed(ledger)
  t.match(first, [{ type: 'tradeOpened', trade: { quantity: 25, entryPrice: 100 } }])
  for (const fact of first) apply(ledger, kept(fact))
  apply(ledger, kept(filled(part(2, 75, 104))))
  t.match(owed(ledger), [{ type: 'tradeOpened', trade: { id: 'a', quantity: 100, entryPrice: 103 } }])
  t.equal(ledger.orders.get('a')?.state, 'COMPLETE')
})

t.test('a trade whose entry still works is not closed by an exit of what came so far', async (t) => {
  const ledger = ledgerOf(
    ...sent(order({ quantity: 100 })), filled(fill({ quantity: 50 }), false),
    ...sent(exit()), filled(fill({ order: 'a:exit:1', side: 'sell' })),
  )
  t.strictSame(owed(ledger).map(({ type }) => type), ['tradeOpened'])
  apply(ledger, kept({ type: 'orderCancelled', order: 'a', because: 'end of day' }))
  t.strictSame(owed(ledger).map(({ type }) => type), ['tradeOpened', 'tradeClosed'])
})

t.test('a refused exit leaves the trade held, managed, and free to be left again', async (t) => {
  for (const type of ['orderRejected', 'orderCancelled'] as const) {
    const ended = { type, order: 'a:exit:1', because: 'no' } as const
    const ledger = ledgerOf(...sent(order()), filled(fill()), ...sent(exit()), ended)
    t.match(openTrades(ledger), [{ id: 'a', quantity: 50, exiting: null, exits: 1 }], type)
    t.equal(objection(ledger, exit({ id: 'a:exit:2' }), 'paper'), undefined, type)
  }
})

t.test('an approved order gets a last look before it leaves', async (t) => {
  const entered = [...sent(order()), filled(fill())]
  type Row = [what: string, facts: BusinessFact[], order: Approved<Order>, code: string | undefined]
  const rows: Row[] = [
    ['a first entry', [], order(), undefined],
    ['the same order again', sent(order()), order(), 'ORDER_KNOWN'],
    ['an order of another mode', [], order({ mode: 'live' }), 'MODE_MISMATCH'],
    ['an exit of what is held', entered, exit(), undefined],
    ['an exit of nothing', [], exit(), 'NOTHING_HELD'],
    ['a second exit while one works', [...entered, ...sent(exit())], exit({ id: 'x' }), 'EXIT_PENDING'],
    ['an exit on the held side', entered, exit({ side: 'buy' }), 'EXIT_ADDS'],
    ['an exit of more than is held', entered, exit({ quantity: 75 }), 'EXIT_TOO_LARGE'],
  ]
  for (const [what, facts, one, code] of rows) t.equal(objection(ledgerOf(...facts), one, 'paper')?.code, code, what)
})

t.test('after a restart the ledger knows what to place and what the venue had', async (t) => {
  const ledger = ledgerOf(
    { type: 'sessionOpened', day: '2022-11-10', openAt: at, closeAt: at },
    approved(order({ id: 'new', trade: 'new' })),
    ...sent(order({ id: 'sent', trade: 'sent' })),
    ...sent(order({ id: 'open', trade: 'open' })), { type: 'orderAccepted', order: 'open', venueId: 'v' },
    ...sent(order()), filled(fill()),
  )
  t.strictSame(unplaced(ledger).map((one) => one.order.id), ['new'])
  t.match(outstanding(ledger), [
    { order: { id: 'sent' }, placedAt: at, accepted: false, filled: 0, fills: 0 },
    { order: { id: 'open' }, placedAt: at, accepted: true },
  ])
  t.equal(outstanding(ledger).length, 2)
  apply(ledger, kept({ type: 'sessionOpened', day: '2022-11-11', openAt: at, closeAt: at }))
  const working = workingOrders(ledger).map((one) => one.order.id)
  t.strictSame(working, ['new', 'sent', 'open'], 'a new day forgets what is over')
  t.equal(ledger.orders.has('a'), false)
  t.equal(openTrades(ledger).length, 1, 'and keeps what is held')
})
