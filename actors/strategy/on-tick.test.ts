import t from 'tap'
import {
  closes, defineStrategy, flag, flat, long, move, noted, stay, type Bar, type Decision, type Tick,
} from '../kit.ts'
import { atMinute } from '../calendar/day.ts'
import type { Fact } from '../messages.ts'
import supertrend from '../strategies/supertrend.ts'
import { askedAgain, askedBy, nothingAsked, unanswered } from './asked.ts'
import { readsTicks, type AnyDefinition } from './define.ts'
import { learn, noHoldings, ordering } from './holdings.ts'
import { play } from './play.ts'
import { runner } from './runner.ts'

const open = atMinute('2022-11-10', 555)
/** A one-minute bar and a tick, so many seconds after 09:15. */
const bar = (second: number, close: number): Bar => ({
  symbol: 'NIFTY-I', timeframe: '1m', openAt: open + second * 1000, closeAt: open + second * 1000 + 60_000,
  open: close, high: close, low: close, close, volume: 100, oi: 0, gap: false,
})
const tick = (second: number, price: number): Tick =>
  ({ at: open + second * 1000, price, quantity: 1, bid: Number.NaN, ask: Number.NaN })

const onTick = (answer: (tick: Tick, seen: any) => Decision | readonly Decision[], rest = {}): AnyDefinition => ({
  ...defineStrategy({
    name: 'on-tick', title: 'On tick', description: 'For tests.', bars: '1m',
    params: { eager: flag(true, 'reads ticks') },
    ticks: ({ eager }) => eager,
    indicators: () => ({ last: closes() }), memory: () => ({ bars: 0 }),
    decide: (_, { memory }) => (memory.bars++, stay),
  }),
  onTick: answer, ...rest,
})

t.test('parameters may switch ticks off', async (t) => {
  const definition = onTick(() => stay)
  t.ok(readsTicks(definition, { eager: true }))
  t.notOk(readsTicks(definition, { eager: false }))
  t.notOk(runner(definition, { eager: false }, { symbol: 'NIFTY-I', tick: 0.05 }).readsTicks)
  t.ok(readsTicks({ ...definition, ticks: undefined as never }, {}))
})

t.test('a tick meets the lines of the last bar, once they are warm, and its own minute', async (t) => {
  const seen: unknown[] = []
  const run = runner(onTick((tick, { last, minute, memory }) => {
    seen.push([tick.price, last.before, last.now, minute, memory.bars])
    return tick.price > 102 ? [noted('long', 'seen'), stay] : stay
  }), { eager: true }, { symbol: 'NIFTY-I', tick: 0.05 })
  const close = (one: Bar) => (run.bar(one), run.close(one.closeAt))
  close(bar(0, 100))
  t.equal(run.tick(tick(61, 100.5)), null, 'one bar is no before and no now')
  close(bar(60, 101))
  t.equal(run.tick(tick(121, 101.5)), null)
  t.match(run.tick(tick(182, 103)), {
    symbol: 'NIFTY-I', timeframe: '1m', at: open + 182_000, price: 103, decisions: [{ type: 'noted' }],
    readings: { last: 101 },
  })
  t.strictSame(seen, [[101.5, 100, 101, 557, 1], [103, 100, 101, 558, 1]])
})

t.test('played over ticks, a decision happens at the next one, and stops are watched tick by tick', async (t) => {
  const bars = [bar(0, 100), bar(60, 100), bar(120, 100), bar(180, 100)]
  const definition = onTick(({ price }, { position }) =>
    position.direction === 'none' && price > 100 ? long('above', { stop: 99.5 })
    : position.direction === 'long' && price > 103 ? flat('enough')
    : position.direction === 'long' && position.stop < 100 && price > 102 ? move('follow', { stop: 101.8 })
    : stay)
  const told = (ticks: readonly Tick[]) => {
    const { atTicks, signals, trades, position } = play(definition, bars, { ticks })
    return {
      steps: atTicks.map((one) => (one.tick.at - open) / 1000), ids: signals.map(({ id }) => id.split(':')[2]),
      trades: trades.map(({ entry, exit, reason }) => `${entry} ${exit} ${reason}`), holds: position.direction,
    }
  }
  t.strictSame(told([tick(121, 101), tick(122, 101.5), tick(123, 104), tick(124, 103.5)]), {
    steps: [121, 123, 124], ids: ['0', '0', '0'], trades: ['101.5 103.5 SIGNAL'], holds: 'none',
  })
  t.strictSame(told([tick(121, 101), tick(122, 101.5), tick(123, 99.4)]), {
    steps: [121], ids: ['0'], trades: ['101.5 99.4 STOP_LOSS'], holds: 'none',
  })
  t.strictSame(told([tick(121, 101), tick(122, 101.5), tick(123, 102.5), tick(124, 102.4), tick(125, 101.7)]), {
    steps: [121, 123, 125], ids: ['0', '0'], trades: ['101.5 101.7 TRAILING'], holds: 'none',
  })
  t.strictSame(told([tick(1, 101), tick(62, 101)]).steps, [], 'nothing before its lines are warm')
})

t.test('a strategy that takes notes of ticks does not pass its test', async (t) => {
  const greedy = onTick((_, { memory }) => (memory.bars++, stay))
  const bars = [bar(0, 100), bar(60, 100), bar(120, 100)]
  t.throws(() => play(greedy, bars, { ticks: [tick(121, 101)] }), { code: 'STRATEGY_MEMORY_AT_TICK' })
})

t.test('an answer at a tick is checked as one at a bar', async (t) => {
  const run = runner(onTick(() => ({ type: 'enter', direction: 'up' }) as never), { eager: true },
    { symbol: 'NIFTY-I', tick: 0.05 })
  for (const one of [bar(0, 100), bar(60, 100)]) run.history(one)
  t.throws(() => run.tick(tick(121, 101)), { code: 'STRATEGY_ANSWER' })
})

t.test('supertrend leaves on the tick that crosses its line, if it is told to', async (t) => {
  const onTick = supertrend.onTick as NonNullable<AnyDefinition['onTick']>
  const answer = (direction: string, price: number) =>
    onTick(tick(0, price), { trend: { now: { line: 100, up: direction === 'long' } }, position: { direction } })
  for (const [direction, price, type] of [
    ['long', 99.95, 'exit'], ['long', 100, 'stay'], ['short', 100.05, 'exit'], ['short', 100, 'stay'],
    ['none', 1, 'stay'],
  ] as const) t.match(answer(direction, price), { type }, `${direction} at ${price}`)
  t.notOk(readsTicks(supertrend, { leaveOn: 'close' }))
  t.ok(readsTicks(supertrend, { leaveOn: 'tick' }))
})

t.test('what is asked for is not asked for again until its answer is known', async (t) => {
  const own = noHoldings('one')
  let asked = nothingAsked
  t.notOk(unanswered(asked, own.answered, 0))
  asked = askedAgain(asked, 1000, 2)
  t.ok(unanswered(asked, own.answered, 1100))
  learn(own, fact('signalRaised', { signal: { strategy: 'other', at: 1000, wants: 'enter', id: 'x' } }))
  t.ok(unanswered(asked, own.answered, 1100), 'others are answered too')
  learn(own, fact('intentRefused', { intent: { strategy: 'one', at: 1000, kind: 'move', id: 'one:1000:1' } }))
  t.notOk(unanswered(asked, own.answered, 1200))
  t.notOk(unanswered(askedAgain(asked, 5000, 1), own.answered, 65_000), 'nor for ever')

  learn(own, fact('orderApproved', { order: { strategy: 'one', id: 'a', purpose: 'exit' } }))
  t.ok(ordering(own), 'an exit works')
  learn(own, fact('orderFilled', { fill: { order: 'a' }, done: true }))
  t.notOk(ordering(own))
})

t.test('who comes back finds out what it asked for last', async (t) => {
  const facts = [
    fact('signalRaised', { signal: { strategy: 'one', at: 1000 } }),
    fact('signalRaised', { signal: { strategy: 'one', at: 1000 } }),
    fact('intentRefused', { intent: { strategy: 'one', at: 1000, kind: 'enter' } }),
    fact('signalRaised', { signal: { strategy: 'two', at: 9000 } }),
  ]
  const after = (more: readonly Fact[]) =>
    [...facts, ...more].reduce((asked, one) => askedBy(asked, one, 'one', 100), nothingAsked)
  t.strictSame(after([]), { at: 1000, count: 2 }, 'a refused entry was told with its signal')
  t.strictSame(after([fact('levelsMoved', { strategy: 'one', at: 2100 })]), { at: 2000, count: 1 })
  t.strictSame(after([fact('levelsMoved', { strategy: 'one', at: 2100, from: 'executor' })]).at, 1000)
})

/** A fact of which only what is looked at is there. */
const fact = (type: Fact['type'], rest: object): Fact => ({ type, at: 0, from: 'risk', tick: 1, ...rest }) as never
