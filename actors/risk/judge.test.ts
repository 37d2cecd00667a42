import t from 'tap'
import { tableOf } from '../domain/instrument.ts'
import type { Charges, Entry, Exit, Fill, Levels, Move, Order, Trade } from '../domain/order.ts'
import type { BusinessFact, Fact } from '../messages.ts'
import { bookOf, emptyBook, onFact, openCount } from './book.ts'
import type { Book } from './book.ts'
import { judge, judgeExit, judgeMove, lossBreach } from './judge.ts'
import { limitsFor, strategyLimits } from './limits.ts'
import type { StrategyLimits } from './limits.ts'

const at = Date.parse('2022-11-10T10:00:00+05:30')
const minute = 600
const lakh = 10_000_000

const instruments = tableOf([
  { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5, freeze: 1800 },
  { index: 1, symbol: 'NIFTY2211018000CE', kind: 'option', underlying: 'NIFTY', lot: 50, tickSize: 5 },
  { index: 2, symbol: 'NIFTY', kind: 'index', underlying: 'NIFTY', tickSize: 5 },
  { index: 3, symbol: 'BANKNIFTY-I', kind: 'future', underlying: 'BANKNIFTY', lot: 25, tickSize: 5 },
])

const long: Levels = { watch: 'NIFTY-I', direction: 'long', stop: 1_797_000, target: 1_806_000, trailing: false }

const entry = (over: Partial<Entry> = {}): Entry => ({
  kind: 'enter', id: 'i', strategy: 's', signal: 'sig', at, mode: 'paper', symbol: 'NIFTY-I', side: 'buy',
  direction: 'long', price: 1_800_000, levels: long, entry: 1_800_000, tier: 1, holds: 0, ...over,
})
const exit = (over: Partial<Exit> = {}): Exit => ({
  kind: 'exit', id: 'x', strategy: 's', signal: 'sig2', at, mode: 'paper', symbol: 'NIFTY-I', reason: 'SIGNAL',
  because: 'crossed back', ...over,
})
const move = (over: Partial<Move> = {}): Move => ({
  kind: 'move', id: 'm', strategy: 's', at, symbol: 'NIFTY-I', stop: null, target: null, because: 'trend', ...over,
})

const limitsWith = (over: Partial<StrategyLimits> = {}, account: Record<string, unknown> = {}) => {
  const own = strategyLimits({ id: 's', capital: 5 * lakh, mode: 'paper', configured: { maxPositionPercent: 1000 } })
  return limitsFor({ s: { ...own, ...over }, u: own }, account)
}

const kept = (fact: BusinessFact): Fact => ({ ...fact, at, from: 'executor', cause: null, tick: 0 })
const bookWith = (...facts: BusinessFact[]): Book => {
  const book = emptyBook()
  for (const fact of facts) onFact(book, kept(fact), instruments)
  return book
}

const free: Charges = { brokerage: 0, stt: 0, exchange: 0, sebi: 0, stamp: 0, gst: 0, total: 0 }
const fillOf = (order: Order, quantity = order.quantity): Fill => {
  const { id, strategy, symbol, side } = order
  const quote = { price: 1_800_000, bid: null, ask: null, at }
  return { id: `${id}:fill:1`, order: id, strategy, symbol, side, quantity, price: 1_800_000, at, charges: free, quote }
}
const approved = (intent: Entry): BusinessFact & { type: 'orderApproved' } => {
  const instrument = instruments.of(intent.symbol)
  const verdict = judge(intent, emptyBook(), limitsWith(), { instrument, now: at, minute })
  if (verdict.type === 'refused') throw new Error(verdict.because)
  return { type: 'orderApproved', order: verdict.order }
}
const entered = (over: Partial<Entry> = {}): BusinessFact[] => {
  const fact = approved(entry(over))
  return [fact, { type: 'orderFilled', fill: fillOf(fact.order), done: true }]
}
const exiting = (book: Book, intent = exit()): BusinessFact & { type: 'orderApproved' } => {
  const verdict = judgeExit(intent, book, at)
  if (verdict.type === 'refused') throw new Error(verdict.because)
  return { type: 'orderApproved', order: verdict.order }
}
const closed = (pnl: number, over: Partial<Trade> = {}): BusinessFact => {
  const trade: Trade = {
    id: 'i:entry', strategy: 's', mode: 'paper', symbol: 'NIFTY-I', direction: 'long', side: 'buy', quantity: 150,
    entryAt: at, entryPrice: 1_800_000, levels: long, exitAt: at, exitPrice: 1_800_000, exitReason: 'SIGNAL',
    because: '', charges: 0, pnl, ...over,
  }
  return { type: 'tradeClosed', trade }
}
const halted: BusinessFact = { type: 'strategyHalted', strategy: 's', code: 'DAILY_LOSS', because: 'lost it', pnl: -1 }

const codeOf = (
  intent: Entry,
  book = emptyBook(),
  limits = limitsWith(),
  around: { now?: number; minute?: number } = {},
): string => {
  const verdict = judge(intent, book, limits, { instrument: instruments.of(intent.symbol), now: at, minute, ...around })
  if (verdict.type === 'approved') return 'approved'
  t.match(verdict.because, /^.*[.:].*$/, `a sentence: ${verdict.because}`)
  t.notMatch(verdict.because, /undefined|NaN paise|null|object/)
  t.strictSame(JSON.parse(JSON.stringify(verdict.figures)), verdict.figures, 'plain figures')
  return verdict.code
}

t.test('an entry that passes every rule becomes an order that says what it risks', async (t) => {
  const around = { instrument: instruments.of('NIFTY-I'), now: at + 250, minute, because: 'fast above slow' }
  const verdict = judge(entry(), emptyBook(), limitsWith(), around)
  t.match(verdict, {
    type: 'approved',
    order: {
      id: 'i:entry', trade: 'i:entry', intent: 'i', signal: 'sig', strategy: 's', side: 'buy', quantity: 150,
      purpose: 'entry', type: 'market', levels: long, approvedAt: at + 250,
      because: 'fast above slow (3 lots, risking ₹ 4,500.00 of at most ₹ 5,000.00)',
    },
  })
  t.strictSame(judge(entry(), emptyBook(), limitsWith(), around), verdict, 'the same order in every replay')
})

t.test('each rule objects to what it is there for, and to nothing less', async (t) => {
  const withLevels = (over: Partial<Levels>, more: Partial<Entry> = {}) =>
    entry({ levels: { ...long, ...over }, ...more })
  const limited = (over: Partial<StrategyLimits>, one = entry(), around = {}) =>
    codeOf(one, emptyBook(), limitsWith(over), around)
  const inHours = (minute: number) => limited({ hours: [560, 900] }, entry(), { minute })
  const atTwo = (over: Partial<Levels>) => limited({ minRewardToRisk: 2 }, withLevels(over))
  const option = { symbol: 'NIFTY2211018000CE', price: 8_000 }
  const atMost = (maxOrderQuantity: number) => codeOf(entry(), emptyBook(), limitsWith({}, { maxOrderQuantity }))
  const rows: [what: string, got: string, code: string][] = [
    ['another mode', codeOf(entry({ mode: 'live' })), 'MODE_MISMATCH'],
    ['a strategy without limits', codeOf(entry({ strategy: 'z' })), 'STRATEGY_UNKNOWN'],
    ['a signal a minute old', codeOf(entry(), emptyBook(), limitsWith(), { now: at + 60_000 }), 'approved'],
    ['an older one', codeOf(entry(), emptyBook(), limitsWith(), { now: at + 60_001 }), 'STALE'],
    ['a price that is none', codeOf(entry({ price: Number.NaN })), 'NOT_A_PRICE'],
    ['a price below zero', codeOf(entry({ price: -1 })), 'NOT_A_PRICE'],
    ['an infinite stop', codeOf(withLevels({ stop: Number.NEGATIVE_INFINITY })), 'NOT_A_PRICE'],
    ['a price as text', codeOf(entry({ entry: '1800000' as unknown as number })), 'NOT_A_PRICE'],
    ['no tier', codeOf(entry({ tier: 0 })), 'NOT_A_TIER'],
    ['a tier above full', codeOf(entry({ tier: 1.1 })), 'NOT_A_TIER'],
    ['an unknown symbol', codeOf(entry({ symbol: 'NOWHERE' })), 'SYMBOL_UNKNOWN'],
    ['an index', codeOf(entry({ symbol: 'NIFTY' })), 'LOT_UNKNOWN'],
    ['nothing traded yet', codeOf(entry({ price: null })), 'NO_PRICE'],
    ['a halted strategy', codeOf(entry(), bookWith(halted)), 'HALTED'],
    ['another one halted', codeOf(entry({ strategy: 'u' }), bookWith(halted)), 'approved'],
    ['a strategy that believes it holds', codeOf(entry({ holds: 50 })), 'POSITION_DISAGREES'],
    ['one that forgot', codeOf(entry(), bookWith(...entered())), 'POSITION_DISAGREES'],
    ['what is held already', codeOf(entry({ holds: 150 }), bookWith(...entered())), 'ALREADY_HELD'],
    ['an entry under way', codeOf(entry(), bookWith(approved(entry()))), 'ALREADY_ENTERING'],
    ['before hours', inHours(559), 'OUTSIDE_HOURS'],
    ['at the first minute', inHours(560), 'approved'],
    ['at the last minute', inHours(900), 'approved'],
    ['after hours', inHours(901), 'OUTSIDE_HOURS'],
    ['at 15:14', codeOf(entry(), emptyBook(), limitsWith(), { minute: 914 }), 'approved'],
    ['at 15:15', codeOf(entry(), emptyBook(), limitsWith(), { minute: 915 }), 'AFTER_LAST_ENTRY'],
    ['a stop above a long', codeOf(withLevels({ stop: 1_800_000 })), 'LEVEL_WRONG_SIDE'],
    ['a target below a long', codeOf(withLevels({ target: 1_799_000 })), 'LEVEL_WRONG_SIDE'],
    ['no stop', codeOf(withLevels({ stop: null })), 'NO_STOP'],
    ['an option bought without a stop', codeOf(withLevels({ stop: null }, option)), 'approved'],
    ['reward of 2 : 1', atTwo({}), 'approved'],
    ['2 : 1 but for a paisa', atTwo({ target: 1_805_999 }), 'approved'],
    ['less', atTwo({ target: 1_805_900 }), 'REWARD_TOO_SMALL'],
    ['no target to measure', atTwo({ target: null }), 'REWARD_UNKNOWN'],
    ['no target, no minimum', codeOf(withLevels({ target: null })), 'approved'],
    ['a lot too dear', limited({ capital: lakh }), 'CAPITAL_TOO_SMALL'],
    ['a position too large', limited({ maxPositionPercent: 100 }), 'POSITION_TOO_LARGE'],
    ['more than an order may carry', limited({ capital: 100 * lakh }), 'OVER_FREEZE'],
    ['the account’s own maximum', atMost(100), 'OVER_FREEZE'],
  ]
  for (const [what, got, code] of rows) t.equal(got, code, what)
})

t.test('open trades are limited by strategy and by account, entries under way included', async (t) => {
  const levels = { ...long, stop: 4_190_000, target: null }
  const other = entered({ symbol: 'BANKNIFTY-I', price: 4_200_000, entry: 4_200_000, levels })
  const limits = limitsWith({ maxOpenTrades: 1 })
  t.equal(codeOf(entry(), bookWith(...other), limits), 'TOO_MANY_OPEN')
  t.equal(codeOf(entry(), bookWith(other[0]!), limits), 'TOO_MANY_OPEN', 'approved and not yet filled')
  t.equal(codeOf(entry({ strategy: 'u' }), bookWith(...other), limits), 'approved', 'another strategy has its own')
  const account = limitsWith({}, { maxOpenTrades: 1 })
  t.equal(codeOf(entry({ strategy: 'u' }), bookWith(...other), account), 'ACCOUNT_TOO_MANY_OPEN')
})

t.test('a position may be turned around once all of it is being left', async (t) => {
  const short: Levels = { ...long, direction: 'short', stop: 1_803_000, target: 1_794_000 }
  const turn = entry({ id: 'i2', side: 'sell', direction: 'short', levels: short, holds: 150 })
  const book = bookWith(...entered())
  const limits = limitsWith({ maxOpenTrades: 1 })
  t.equal(codeOf(turn, book, limits), 'ALREADY_HELD')
  onFact(book, kept(exiting(book)), instruments)
  t.equal(codeOf(turn, book, limits), 'approved')
  t.equal(codeOf(entry({ holds: 150 }), book, limits), 'STILL_LEAVING', 'but not entered the same way again')
})

t.test('the same direction on the same underlying waits out the cooldown, whatever the contract', async (t) => {
  const book = bookWith(...entered())
  const leaving = exiting(book)
  for (const fact of [leaving, { type: 'orderFilled', fill: fillOf(leaving.order), done: true } as const, closed(0)])
    onFact(book, kept(fact), instruments)
  const limits = limitsWith({ cooldownMinutes: 30 })
  const option = entry({ symbol: 'NIFTY2211018000CE', price: 8_000, at: at + 29 * 60_000, holds: 0 })
  const after = (minutes: number) => ({ now: at + minutes * 60_000 })
  t.equal(codeOf(option, book, limits, after(29)), 'COOLDOWN')
  t.equal(codeOf({ ...option, at: at + 30 * 60_000 }, book, limits, after(30)), 'approved')
  t.equal(codeOf({ ...option, direction: 'short' }, book, limits, after(29)), 'approved', 'the other direction')
  t.equal(codeOf({ ...option, strategy: 'u' }, book, limits, after(29)), 'approved', 'another strategy')
})

t.test('a daily loss at its limit halts until the next session, also when nothing is held any more', async (t) => {
  const limits = limitsWith() // 5 % of five lakh rupees' worth of paise
  const limit = 2_500_000
  t.equal(lossBreach(bookWith(...entered(), closed(-limit + 1)), 's', limits), undefined)
  const book = bookWith(...entered(), closed(-limit))
  t.match(lossBreach(book, 's', limits), {
    code: 'DAILY_LOSS',
    pnl: -limit,
    because: 'This strategy has lost ₹ 25,000.00 today; the limit is ₹ 25,000.00, 5 % of ₹ 5,00,000.00.',
  })
  t.equal(lossBreach(book, 'u', limits), undefined, 'the other strategy goes on')
  t.equal(codeOf(entry({ holds: 150 }), book, limits), 'ALREADY_HELD', 'cheaper rules speak first')
  onFact(book, kept(halted), instruments)
  t.equal(lossBreach(book, 's', limits), undefined, 'halted once')
  onFact(book, kept({ type: 'sessionOpened', day: '2022-11-11', openAt: at, closeAt: at }), instruments)
  t.match(bookOf(book, 's'), { halted: null, realised: 0 })

  const account = limitsWith({ dailyLossPercent: 100 }, { dailyLossPercent: 2.5 })
  const lost = bookWith(...entered(), closed(-limit))
  t.match(lossBreach(lost, 'u', account), { code: 'ACCOUNT_DAILY_LOSS', pnl: -limit }, 'the account’s limit halts all')
  t.equal(codeOf(entry({ strategy: 'u' }), lost, account), 'ACCOUNT_DAILY_LOSS')
})

t.test('an exit is approved for all that is held, on the other side, and once', async (t) => {
  const book = bookWith(...entered())
  const first = exiting(book)
  t.match(first.order, {
    id: 'i:entry:exit:1', trade: 'i:entry', side: 'sell', quantity: 150, purpose: 'exit', reason: 'SIGNAL',
    because: 'crossed back', intent: 'x', signal: 'sig2', levels: null,
  })
  onFact(book, kept(first), instruments)
  t.match(judgeExit(exit(), book, at), { type: 'refused', code: 'EXIT_PENDING' })
  onFact(book, kept({ type: 'orderCancelled', order: first.order.id, because: 'no' }), instruments)
  t.match(judgeExit(exit(), book, at), { order: { id: 'i:entry:exit:2', quantity: 150 } }, 'again, after it failed')
  t.match(judgeExit(exit(), emptyBook(), at), { type: 'refused', code: 'NOTHING_HELD' })
  t.match(judgeExit(exit({ symbol: 'BANKNIFTY-I' }), book, at), { code: 'NOTHING_HELD' }, 'of that symbol')
  onFact(book, kept(halted), instruments)
  t.equal(judgeExit(exit(), book, at).type, 'approved', 'no limit keeps anyone in')
})

t.test('a position is resized to what filled, not to what was asked', async (t) => {
  const order = approved(entry())
  const book = bookWith(order, { type: 'orderFilled', fill: fillOf(order.order, 50), done: false })
  t.match(judgeExit(exit(), book, at), { order: { quantity: 50 } })
})

t.test('stops move in the trade’s favour only, and are trailing from then on', async (t) => {
  const book = bookWith(...entered())
  const tighter = { stop: 1_798_000, target: 1_806_000, trailing: true }
  t.match(judgeMove(move({ stop: 1_798_000 }), book), { type: 'moved', trade: 'i:entry', levels: tighter })
  const wider = { stop: 1_797_000, target: 1_810_000, trailing: false }
  t.match(judgeMove(move({ target: 1_810_000 }), book), { levels: wider })
  t.match(judgeMove(move({ stop: 1_796_000 }), book), { type: 'refused', code: 'STOP_LOOSENED' })
  t.match(judgeMove(move({ stop: Number.NaN }), book), { type: 'refused', code: 'NOT_A_PRICE' })
  t.match(judgeMove(move({ stop: 1_798_000 }), emptyBook()), { type: 'refused', code: 'NOTHING_HELD' })
})

t.test('the book counts every fact once and comes back whole from plain data', async (t) => {
  const facts = [
    { type: 'sessionOpened', day: '2022-11-10', openAt: at, closeAt: at } as const,
    ...entered(),
    closed(-500),
    halted,
  ]
  const once = bookWith(...facts)
  t.strictSame(bookWith(...facts.flatMap((fact) => [fact, fact])), once)
  t.strictSame(JSON.parse(JSON.stringify(once)), once)
  t.equal(bookOf(once, 's').realised, -500)
  t.equal(openCount(bookOf(once, 's')), 0)
})
