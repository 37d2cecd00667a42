import fc from 'fast-check'
import t from 'tap'
import { limitsAfter, limitsFor, strategyLimits } from './risk/limits.ts'
import type { FleetChange } from './journal/past.ts'
import type { StrategyInfo } from './messages.ts'
import { seatsFor, seatsOf } from './seats.ts'

const info = (id: string): StrategyInfo => ({ id, type: 'ema-cross', symbol: 'NIFTY-I', params: {}, capital: 100_000 })
const limits = strategyLimits({ id: 'any', capital: 100_000, mode: 'paper' })
const kept = { at: 0, from: 'supervisor', cause: null, tick: -1, by: 'owner' }
const added = (id: string): FleetChange => ({ ...kept, type: 'strategyAdded', info: info(id), limits })
const removed = (id: string): FleetChange => ({ ...kept, type: 'strategyRemoved', strategy: id })

t.test('there is room for more than began, as far as there is room for actors', async (t) => {
  t.same([1, 20, 200, 400, 1000].map((fleet) => seatsFor(fleet).count), [256, 256, 264, 448, 448])
  const seats = seatsFor(2)
  for (let n = 0; n < seats.count; n++) seats.take(info(`s${n}`), limits)
  t.throws(() => seats.take(info('one-more'), limits), { code: 'FLEET_FULL' })
  seats.leave('s3')
  t.equal(seats.take(info('one-more'), limits).seat, 3, 'a seat that was given back is given to the next')
})

t.test('an id is given once', async (t) => {
  const seats = seatsFor(1)
  seats.take(info('a'), limits)
  t.throws(() => seats.check('a'), { code: 'FLEET_ID_TAKEN' })
  seats.leave('a')
  t.throws(() => seats.check('a'), { code: 'FLEET_ID_TAKEN' })
  t.equal(seats.find('a'), undefined)
  t.equal(seats.recall('a')?.info.id, 'a')
})

t.test('the journal gives back the seats that were taken, whoever came and went', () => {
  const moves = fc.array(fc.record({ come: fc.boolean(), pick: fc.nat() }), { maxLength: 60 })
  fc.assert(fc.property(moves, (list) => {
    const live = seatsFor(2)
    const fleet = [info('a'), info('b')]
    for (const one of fleet) live.take(one, limits)
    const changes: FleetChange[] = []
    for (const [n, { come, pick }] of list.entries()) {
      const here = live.all()
      const out = here[pick % Math.max(1, here.length)]
      if (come || !out) {
        live.take(info(`n${n}`), limits)
        changes.push(added(`n${n}`))
      } else {
        live.leave(out.info.id)
        changes.push(removed(out.info.id))
      }
    }
    const read = seatsOf(fleet, { a: limits, b: limits }, { changes, configured: new Map() })
    return JSON.stringify(read.all()) === JSON.stringify(live.all())
  }))
  return Promise.resolve()
})

t.test('one whose coming is on record twice sits once, as it was asked for last', async (t) => {
  const changes = [added('a'), added('b'), added('a'), removed('nobody')]
  const seats = seatsOf([], {}, { changes, configured: new Map([['a', { fast: 3 }]]) })
  t.same(seats.all().map(({ info: { id, params } }) => [id, params]), [['b', {}], ['a', { fast: 3 }]])
})

t.test('limits come and go with their strategies, and the account has what they have', async (t) => {
  const before = limitsFor({ a: limits, b: limits }, { maxOpenTrades: 7 })
  const more = limitsAfter(before, added('c'))
  t.equal(more.account.capital, 300_000)
  t.equal(more.account.maxOpenTrades, 7)
  t.same(Object.keys(more.strategies), ['a', 'b', 'c'])
  t.same(limitsAfter(more, removed('c')), before)
})
