import t from 'tap'
import type { Levels, Order, Trade } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import type { BusinessFact, Fact, SystemFact } from '../messages.ts'
import { holdingOf, learn, noHoldings, pendingOf } from './holdings.ts'
import { nothing } from './runner.ts'

const at = Date.parse('2022-11-10T10:00:00+05:30')
const levels: Levels = { watch: 'NIFTY-I', direction: 'short', stop: 18_250_00, target: null, trailing: false }

// Facts with what this fold looks at, and no more.
const said = (fact: Partial<BusinessFact | SystemFact>) => ({ at, from: 'x', cause: null, tick: 0, ...fact }) as Fact
const signal = (id: string, more: Partial<Signal> = {}) => said({
  type: 'signalRaised', signal: { id, strategy: 's', wants: 'enter', entry: 18_200_00, ...more } as Signal,
})
const approved = (id: string, more: Partial<Order> = {}) => said({
  type: 'orderApproved',
  order: { id, strategy: 's', purpose: 'entry', direction: 'short', ...more } as never,
})
const filled = (order: string, done: boolean) => said({ type: 'orderFilled', fill: { order } as never, done })
const trade = (id: string, more: Partial<Trade> = {}): Trade => ({
  id, strategy: 's', mode: 'paper', symbol: 'NIFTY22N1018200PE', direction: 'short', side: 'buy', quantity: 50,
  entryAt: at, entryPrice: 101_50, levels, exitAt: null, exitPrice: null, exitReason: null, because: '', charges: 0,
  pnl: null, ...more,
})
const opened = (id: string, more: Partial<Trade> = {}) => said({ type: 'tradeOpened', trade: trade(id, more) })
const closed = (id: string) => said({ type: 'tradeClosed', trade: trade(id) })

const after = (...facts: Fact[]) => {
  const own = noHoldings('s')
  for (const fact of facts) learn(own, fact)
  return own
}

t.test('an entry is pending from its approval until it is filled or over', async (t) => {
  type Row = [what: string, facts: Fact[], pending: string | null]
  const rows: Row[] = [
    ['nothing yet', [signal('a')], null],
    ['approved', [approved('a:entry')], 'short'],
    ['partly filled', [approved('a:entry'), filled('a:entry', false)], 'short'],
    ['filled', [approved('a:entry'), filled('a:entry', true)], null],
    ['rejected', [approved('a:entry'), said({ type: 'orderRejected', order: 'a:entry', because: '' })], null],
    ['cancelled', [approved('a:entry'), said({ type: 'orderCancelled', order: 'a:entry', because: '' })], null],
    ['an exit', [approved('a:exit', { purpose: 'exit' })], null],
    ["another strategy's", [approved('b:entry', { strategy: 'other' })], null],
    ['the newest of two', [approved('a:entry'), approved('b:entry', { direction: 'long' })], 'long'],
  ]
  for (const [what, facts, pending] of rows) t.equal(pendingOf(after(...facts)), pending, what)
})

t.test('what is held is told at the prices of what was signalled on', async (t) => {
  const entry = [signal('a'), approved('a:entry'), filled('a:entry', true), opened('a:entry')]
  const held = { direction: 'short', symbol: 'NIFTY22N1018200PE', quantity: 50, entryAt: at, target: null }
  const moved = said({
    type: 'levelsMoved', trade: 'a:entry', strategy: 's', because: '', levels: { ...levels, stop: 18_190_00 },
  })
  type Row = [what: string, facts: Fact[], holding: object]
  const rows: Row[] = [
    ['nothing', [], nothing],
    ['a put bought on a short signal', entry, { ...held, entry: 18_200, stop: 18_250 }],
    ['a sale', [opened('a:entry', { side: 'sell' })], { quantity: -50 }],
    ['without its signal, at the price of its fills', [opened('a:entry')], { entry: 101.5 }],
    ['without levels', [opened('a:entry', { levels: null })], { stop: null, target: null }],
    ['a stop that was moved', [...entry, moved], { ...held, stop: 18_190 }],
    ['a move that comes after the end', [...entry, closed('a:entry'), moved], nothing],
    ['closed', [...entry, closed('a:entry')], nothing],
    ['the newest of two', [...entry, opened('b:entry', { symbol: 'NIFTY-I' })], { symbol: 'NIFTY-I' }],
    ['the one that is left', [...entry, opened('b:entry'), closed('b:entry')], held],
    ["another strategy's", [opened('b:entry', { strategy: 'other' })], nothing],
  ]
  for (const [what, facts, holding] of rows) t.match(holdingOf(after(...facts)), holding, what)
})

t.test('a signal is remembered only while its order may come of it', async (t) => {
  const refused = said({ type: 'intentRefused', intent: { id: 'a' } as never })
  type Row = [what: string, facts: Fact[], kept: number]
  const rows: Row[] = [
    ['raised', [signal('a')], 1],
    ['refused', [signal('a'), refused], 0],
    ['traded', [signal('a'), opened('a:entry')], 0],
    ['one that wants nothing', [signal('a', { wants: 'nothing' })], 0],
    ["another strategy's", [signal('a', { strategy: 'other' })], 0],
  ]
  for (const [what, facts, kept] of rows) t.equal(after(...facts).signals.size, kept, what)
})

t.test('a person pauses one strategy and lets it go on', async (t) => {
  const person = (type: 'strategyPaused' | 'strategyResumed', strategy = 's') =>
    said({ type, strategy, by: 'operator' })
  t.equal(after().paused, false)
  t.equal(after(person('strategyPaused')).paused, true)
  t.equal(after(person('strategyPaused'), person('strategyResumed')).paused, false)
  t.equal(after(person('strategyPaused', 'other')).paused, false)
})
