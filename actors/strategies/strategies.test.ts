import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { atr, defineStrategy, on, stay, type Bar, type Decision } from '../kit.ts'
import { atMinute } from '../calendar/day.ts'
import type { AnyDefinition } from '../strategy/define.ts'
import { parseParams } from '../strategy/params.ts'
import { play } from '../strategy/play.ts'
import { resample } from '../strategy/resample.ts'
import { nothing } from '../strategy/runner.ts'
import bollinger from './bollinger.ts'
import breakout from './breakout.ts'
import emaCross from './ema-cross.ts'
import { barsOf, niftyJanuary2013 } from './fixtures/bars.ts'
import { describe, strategyTypes } from './mod.ts'
import pva from './pva.ts'
import rsiReversal from './rsi-reversal.ts'
import supertrend from './supertrend.ts'

const line = <V>(now: V, before: V = now) => ({ now, before })
const held = (direction: 'long' | 'short' | 'none') => ({ ...nothing, direction })
const paramsOf = (definition: AnyDefinition, given = {}) => {
  const parsed = parseParams(definition.params, given)
  if (parsed.type === 'bad') throw new Error(parsed.errors[0]!.says)
  return parsed.params
}

/** A bar made up for a test. */
const bar = (close: number, part: Partial<Bar> = {}): Bar => ({
  symbol: 'NIFTY-I', timeframe: '5m', openAt: atMinute('2022-11-10', 600), closeAt: atMinute('2022-11-10', 605),
  open: close, high: close, low: close, close, volume: 1000, oi: 0, gap: false, ...part,
})

/** What a decision comes to: `long 90` is to enter long with a stop at 90, `long?` is only noted. */
const told = (decided: Decision | readonly Decision[]): string =>
  ('type' in decided ? [decided] : decided)
    .map((one) =>
      one.type === 'enter' ? `${one.direction} ${one.stop ?? 'without stop'}`
      : one.type === 'noted' ? `${one.direction}?`
      : one.type === 'exit' ? `out ${one.reason}`
      : one.type)
    .join(', ')

t.test('EMA crossover turns with each cross', async (t) => {
  const check = (fast: [number, number], position: 'long' | 'short' | 'none', given = {}) =>
    told(emaCross.decide(bar(100), {
    params: paramsOf(emaCross, given), position: held(position), memory: {}, minute: 605,
    fast: line(fast[1], fast[0]), slow: line(100), range: line(5),
  } as never))
  const rows: readonly [string, string, string][] = [
    ['crosses above', check([99, 101], 'none'), 'long 90'],
    ['crosses below', check([101, 99], 'none'), 'short 110'],
    ['the opposite cross is the exit, and the next entry', check([101, 99], 'long'), 'short 110'],
    ['stays above', check([101, 102], 'long'), 'stay'],
    ['the stop is optional', check([99, 101], 'none', { stopAtr: 0 }), 'long without stop'],
  ]
  for (const [name, got, expected] of rows) t.equal(got, expected, name)
})

t.test('RSI reversal enters as RSI leaves its zone and leaves at 50', async (t) => {
  const check = (before: number, now: number, position: 'long' | 'short' | 'none' = 'none') =>
    told(rsiReversal.decide(bar(100), {
    params: paramsOf(rsiReversal), position: held(position), memory: {}, minute: 605, rsi: line(now, before),
      range: line(5),
  } as never))
  const rows: readonly [string, string, string][] = [
    ['leaves the zone below 30', check(29, 31), 'long 90'],
    ['by reaching its edge', check(29, 30), 'long 90'],
    ['was at the edge, not in the zone', check(30, 31), 'stay'],
    ['is still in it', check(25, 29), 'stay'],
    ['leaves the zone above 70', check(71, 70), 'short 110'],
    ['comes down through 30', check(31, 29), 'stay'],
    ['long, crosses 50', check(49, 51, 'long'), 'out SIGNAL'],
    ['long, falls back below 50', check(51, 49, 'long'), 'out SIGNAL'],
    ['short, crosses 50', check(51, 49, 'short'), 'out SIGNAL'],
    ['flat, crosses 50', check(49, 51), 'stay'],
    ['long, reaches 50', check(49, 50, 'long'), 'stay'],
  ]
  for (const [name, got, expected] of rows) t.equal(got, expected, name)
})

t.test('Breakout follows a close beyond 20 bars on volume until the opposite 10 bars', async (t) => {
  const check = (close: number, volume: number, position: 'long' | 'short' | 'none' = 'none') =>
    told(breakout.decide(bar(close, { volume }), {
    params: paramsOf(breakout), position: held(position), memory: {}, minute: 605,
    wide: line({ upper: 110, lower: 90 }), narrow: line({ upper: 105, lower: 95 }), average: line(1000),
  } as never))
  const rows: readonly [string, string, string][] = [
    ['closes above the channel on volume', check(111, 1201), 'long 95'],
    ['closes below it', check(89, 1201), 'short 105'],
    ['closes at its edge', check(110, 1201), 'stay'],
    ['120 % of the average is not more than it', check(111, 1200), 'long?'],
    ['long, closes below 10 bars', check(94, 1000, 'long'), 'out SIGNAL'],
    ['long, closes at their low', check(95, 1000, 'long'), 'stay'],
    ['short, closes above 10 bars', check(106, 1000, 'short'), 'out SIGNAL'],
    ['long already, breaks again', check(111, 1201, 'long'), 'stay'],
  ]
  for (const [name, got, expected] of rows) t.equal(got, expected, name)
})

t.test('Bollinger bets on the way back, with the stop beyond the extreme', async (t) => {
  const check = (bars: readonly Bar[], position: 'long' | 'short' | 'none' = 'none') => {
    const memory = bollinger.memory!()
    return bars.map((one) => told(bollinger.decide(one, {
      params: paramsOf(bollinger, { beyond: 0.5 }), position: held(position), memory, minute: 605,
      band: line({ lower: 90, middle: 100, upper: 110 }), range: line(4),
    } as never)))
  }
  const rows: readonly [string, string[], string[]][] = [
    ['back inside from below, the low of the bar outside', check([bar(89, { low: 87 }), bar(91)]), ['stay', 'long 85']],
    ['the lowest of several', check([bar(89, { low: 87 }), bar(88, { low: 84 }), bar(89, { low: 88 }), bar(91)]),
      ['stay', 'stay', 'stay', 'long 82']],
    ['the bar that comes back may be the lowest', check([bar(89), bar(91, { low: 80 })]), ['stay', 'long 78']],
    ['back inside from above', check([bar(111, { high: 115 }), bar(109)]), ['stay', 'short 117']],
    ['at the edge is inside', check([bar(89), bar(90)]), ['stay', 'long 87']],
    ['from one side to the other is not back inside', check([bar(89), bar(111, { high: 112 }), bar(109)]),
      ['stay', 'stay', 'short 114']],
    ['inside all along', check([bar(95), bar(96)]), ['stay', 'stay']],
    ['long, at the middle', check([bar(99), bar(100)], 'long'), ['stay', 'out SIGNAL']],
    ['short, at the middle', check([bar(101), bar(100)], 'short'), ['stay', 'out SIGNAL']],
  ]
  for (const [name, got, expected] of rows) t.strictSame(got, expected, name)
})

t.test('Supertrend turns with each flip', async (t) => {
  const check = (before: boolean, now: boolean) => told(supertrend.decide(bar(100), {
    params: paramsOf(supertrend), position: nothing, memory: {}, minute: 605,
      trend: line({ line: now ? 95 : 105, up: now }, { line: 0, up: before }),
  } as never))
  t.strictSame([check(false, true), check(true, false), check(true, true), check(false, false)],
    ['long 95', 'short 105', 'stay', 'stay'])
})

t.test('every strategy', async (t) => {
  const real = niftyJanuary2013()
  for (const [name, definition] of Object.entries(strategyTypes)) {
    const view = describe(definition)
    t.equal(view.type, name)
    t.match(view, { title: /./, description: /\.$/, bars: '5m' })
    for (const param of view.params) t.match(param, { name: /./, description: /./ }, `${name}: ${param.name}`)
    const { signals } = play(definition, real)
    t.ok(signals.length > 0, `${name} has something to say on two recorded days`)
    t.ok(signals.every(({ conditions, wants }) => wants === 'exit' || conditions.length > 0),
      `${name} says what it checked`)
    t.equal(new Set(signals.map(({ id }) => id)).size, signals.length, `${name} names each signal once`)
  }
})

/*
 * Four years of recorded bars, against an independent sketch of the same rules: condition 1 on about 2170 long and 2120
 * short bars, with 4 on 1340 and 1370, with 4 and 5 on 1110 and 1160, with the divergence as well on 380 and 430; the
 * reward-to-risk rule passes 92 % of all bars. Swings and sessions may be counted a little differently, so a twentieth
 * of difference is let pass.
 */
const shared = process.env['RINGMASTER_SHARED'] ?? new URL('../../../shared', import.meta.url).pathname
const fourYears = `${shared}/data/bars/NIFTY-I_fut_1m_2013_2016.csv.gz`
const skip = existsSync(fourYears)
  ? false
  : `needs the recorded bars of 2013-2016 at ${fourYears}; set RINGMASTER_SHARED to their folder`

t.test('PVA finds as many setups in four years as an independent count', { skip }, async (t) => {
  const fiveMinutes = resample(recorded(), '5m')
  const { signals } = play(pva, fiveMinutes, { params: { trade: 'underlying' } })
  const setups = signals.filter(({ conditions }) => conditions.length > 0)
  const count = (direction: string, ...which: number[]) =>
    setups.filter((one) => one.direction === direction && which.every((n) => one.conditions[n - 1]!.holds)).length
  const rows: readonly [number[], number, number][] = [
    [[1], 2170, 2120],
    [[1, 4], 1340, 1370],
    [[1, 4, 5], 1110, 1160],
    [[1, 2, 4, 5], 380, 430],
  ]
  for (const [which, longs, shorts] of rows) {
    near(count('long', ...which), longs, `${which} long`)
    near(count('short', ...which), shorts, `${which} short`)
  }
  near(rewardingShare(fiveMinutes), 0.92, 'reward to risk of all bars')

  function near(got: number, expected: number, name: string) {
    t.ok(Math.abs(got / expected - 1) <= 0.05, `${name}: ${got}, expected about ${expected}`)
  }
})

t.test('the fixture is what was recorded', { skip }, async (t) => {
  const [from, to] = [atMinute('2013-01-14', 0), atMinute('2013-01-16', 0)]
  const two = recorded().filter(({ openAt }) => openAt >= from && openAt < to)
  t.strictSame(resample(two, '5m'), niftyJanuary2013())
})

let minutes: Bar[] | undefined
function recorded(): Bar[] {
  return (minutes ??= barsOf(gunzipSync(readFileSync(fourYears)).toString(), '1m'))
}

/** Share of all bars at which a target of 2 x ATR on 15m is twice as far as a stop of 1.5 x ATR on 5m. */
function rewardingShare(bars: readonly Bar[]): number {
  const passed: boolean[] = []
  play(defineStrategy({
    name: 'reward', title: '', description: '', bars: '5m', params: {},
    indicators: () => ({ near: atr(14), far: on('15m', atr(14)) }),
    decide: (_, { near, far }) => {
      passed.push(2 * far.now >= 2 * 1.5 * near.now)
      return stay
    },
  }), bars)
  return passed.filter(Boolean).length / passed.length
}
