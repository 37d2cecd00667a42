import fc from 'fast-check'
import t from 'tap'
import {
  choice, closes, crossedAbove, crossedBelow, defineStrategy, flag, flat, long, move, noted, number, of, on, setup,
    condition,
  short, signal, sma, stay, volumes, whole, type Bar, type Decision, type Timeframe,
} from '../kit.ts'
import { atMinute } from '../calendar/day.ts'
import { minutesOf } from '../domain/candle.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Intent } from '../domain/order.ts'
import { niftyJanuary2013 } from '../strategies/fixtures/bars.ts'
import type { Holding } from './define.ts'
import { express, type Desk } from './express.ts'
import { parseParams } from './params.ts'
import { play } from './play.ts'
import { resample } from './resample.ts'
import { nothing, runner, type Outcome } from './runner.ts'

/** A bar made up for a test: it opens so many minutes after 09:15 on a November morning. */
const bar = (minute: number, close: number, timeframe: Timeframe = '5m', symbol = 'NIFTY-I'): Bar => {
  const openAt = atMinute('2022-11-10', 555 + minute)
  return {
    symbol, timeframe, openAt, closeAt: openAt + minutesOf[timeframe] * 60_000,
    open: close, high: close, low: close, close, volume: 100, oi: 0, gap: false,
  }
}

t.test('parameters', async (t) => {
  const set = {
    length: whole(9, [2, 50], 'bars'),
    width: number(1.5, [0.5, 3], 'ranges'),
    side: choice('both', ['both', 'long'], 'sides'),
    eager: flag(false, 'at once'),
  }
  const defaults = { length: 9, width: 1.5, side: 'both', eager: false }
  const good: readonly [Record<string, unknown>, unknown][] = [
    [{}, defaults],
    [{ length: 50, width: 0.5, side: 'long', eager: true }, { length: 50, width: 0.5, side: 'long', eager: true }],
  ]
  for (const [given, params] of good) t.strictSame(parseParams(set, given), { type: 'ok', params })

  const bad: readonly [Record<string, unknown>, string, string][] = [
    [{ lenght: 9 }, 'lenght', 'lenght is not a parameter of this strategy; it has length, width, side, eager.'],
    [{ toString: 1 }, 'toString', 'toString is not a parameter of this strategy; it has length, width, side, eager.'],
    [{ length: 1 }, 'length', 'length must be a whole number from 2 to 50; it was 1.'],
    [{ length: 9.5 }, 'length', 'length must be a whole number from 2 to 50; it was 9.5.'],
    [{ length: '9' }, 'length', 'length must be a whole number from 2 to 50; it was "9".'],
    [{ length: undefined }, 'length', 'length must be a whole number from 2 to 50; it was nothing.'],
    [{ width: 3.01 }, 'width', 'width must be a number from 0.5 to 3; it was 3.01.'],
    [{ width: Number.NaN }, 'width', 'width must be a number from 0.5 to 3; it was null.'],
    [{ side: 'short' }, 'side', 'side must be one of both, long; it was "short".'],
    [{ eager: 1 }, 'eager', 'eager must be true or false; it was 1.'],
  ]
  for (const [given, path, says] of bad) t.strictSame(parseParams(set, given),
    { type: 'bad', errors: [{ path, says }] })
  const twice = parseParams(set, { length: 0, side: 7 })
  t.equal(twice.type === 'bad' && twice.errors.length, 2, 'every fault is told at once')
})

t.test('crosses are counted once, from the side they came from', async (t) => {
  const line = (before: number, now: number) => ({ before, now })
  const rows: readonly [boolean, boolean][] = [
    [crossedAbove(line(1, 3), line(2, 2)), true],
    [crossedAbove(line(2, 3), line(2, 2)), true], // touching before counts as not yet above
    [crossedAbove(line(3, 4), line(2, 2)), false],
    [crossedAbove(line(1, 2), 2), false],
    [crossedBelow(line(3, 1), line(2, 2)), true],
    [crossedBelow(line(60, 49), 50), true],
    [crossedAbove(line(Number.NaN, 3), line(2, 2)), false],
  ]
  for (const [got, expected] of rows) t.equal(got, expected)
})

t.test('the runner', async (t) => {
  const lines = defineStrategy({
    name: 'lines', title: 'Lines', description: 'Shows what it sees.', bars: '5m', params: {},
    indicators: () => ({
      fast: sma(2), slow: on('15m', closes()), other: of('BANKNIFTY-I', closes()),
        far: of('BANKNIFTY-I', on('15m', volumes())),
    }),
    memory: () => ({ bars: 0 }),
    decide: (_, { memory, fast, slow, other, minute, position }) => {
      memory.bars++
      const lines = `${fast.before}>${fast.now} ${slow.before}>${slow.now} ${other.now}`
      return noted('long', `${memory.bars} ${lines} ${minute} ${position.bars}`)
    },
  })
  const start = () => runner(lines, {}, { symbol: 'NIFTY-I', tick: 0.05 })
  const said = (outcome: Outcome | null) => outcome?.decisions.map((one) => 'because' in one && one.because)

  t.test('says what it watches and how long it warms up', async (t) => {
    const run = start()
    t.strictSame(run.needs(), [
      { symbol: 'NIFTY-I', timeframe: '5m' }, { symbol: 'NIFTY-I', timeframe: '15m' },
      { symbol: 'BANKNIFTY-I', timeframe: '5m' }, { symbol: 'BANKNIFTY-I', timeframe: '15m' },
    ])
    t.equal(run.warmup, 6, 'two bars of 15 minutes')
  })

  t.test('decides once per close of its own bars, when every line has a now and a before', async (t) => {
    const run = start()
    const heard: unknown[] = []
    for (let minute = 0; minute < 45; minute += 5) {
      const at = bar(minute, 0).closeAt
      run.bar(bar(minute, 500 + minute, '5m', 'BANKNIFTY-I'))
      run.bar(bar(minute, 100 + minute))
      if (minute % 15 === 10) {
        run.bar(bar(minute - 10, 1000 + minute, '15m'))
        run.bar(bar(minute - 10, 0, '15m', 'BANKNIFTY-I'))
      }
      heard.push(said(run.close(at)))
      t.equal(run.close(at), null, 'asked twice it answers once')
    }
    const silent = [undefined, undefined, undefined, undefined, undefined]
    t.strictSame(heard, [
      ...silent,
      // The 15-minute lines stand at 09:30 and 09:45 until the next one closes.
      ['1 117.5>122.5 1010>1025 525 585 0'],
      ['2 122.5>127.5 1010>1025 530 590 0'],
      ['3 127.5>132.5 1010>1025 535 595 0'],
      ['4 132.5>137.5 1025>1040 540 600 0'],
    ])
  })

  t.test('lets history warm it without a word', async (t) => {
    const run = start()
    for (const minute of [0, 5, 10]) {
      run.history(bar(minute, 100))
      run.history(bar(minute, 100, '5m', 'BANKNIFTY-I'))
    }
    for (const minute of [0, 15]) for (const symbol of ['NIFTY-I', 'BANKNIFTY-I']) run.history(bar(minute, 100, '15m',
      symbol))
    t.ok(run.warm())
    t.equal(run.close(bar(10, 100).closeAt), null)
    run.bar(bar(30, 100, '5m', 'BANKNIFTY-I'))
    t.equal(run.close(bar(30, 100).closeAt), null, 'another symbol closing is no occasion')
    run.bar(bar(35, 110))
    t.strictSame(said(run.close(bar(35, 0).closeAt)), ['1 100>105 100>100 100 595 0'])
  })

  t.test('counts the bars since entry', async (t) => {
    const counting = defineStrategy({
      name: 'count', title: '', description: '', bars: '5m', params: {}, indicators: () => ({}),
      decide: (_, { position }) => flat(String(position.bars)),
    })
    const run = runner(counting, {}, { symbol: 'NIFTY-I', tick: 0.05 })
    const holding: Holding = { ...nothing, direction: 'long', symbol: 'NIFTY-I', quantity: 50,
      entryAt: bar(0, 1).closeAt }
    const heard = [0, 5, 10].map((minute) => {
      run.bar(bar(minute, 1))
      const outcome = run.close(bar(minute, 1).closeAt)
      run.hold(holding)
      return said(outcome)?.[0]
    })
    t.strictSame(heard, ['0', '1', '2'])
  })

  t.test('records readings by name, several of one indicator each under its own', async (t) => {
    const run = runner(
      defineStrategy({
        name: 'r', title: '', description: '', bars: '5m', params: {},
        indicators: () => ({ band: { needs: 1, push: () => ({ lower: 1, up: true, poc: Number.NaN, find: () => 1 }) },
          close: closes() }),
        decide: () => [stay, noted('long', 'seen')],
      }), {}, { symbol: 'NIFTY-I', tick: 0.05 })
    run.history(bar(0, 7))
    run.bar(bar(5, 8))
    t.strictSame(run.close(bar(5, 8).closeAt), {
      symbol: 'NIFTY-I', timeframe: '5m', at: bar(5, 8).closeAt, price: 8, decisions: [noted('long', 'seen')],
        readings: { 'band.lower': 1, 'band.up': 1, 'band.poc': null, 'close': 8 },
    })
  })

  t.test('refuses a line that hides what decide calls something else', async (t) => {
    const clash = defineStrategy({
      name: 'clash', title: '', description: '', bars: '5m', params: {}, indicators: () => ({ memory: closes() }),
        decide: () => stay,
    })
    t.throws(() => runner(clash, {}, { symbol: 'X', tick: 0.05 }), { code: 'STRATEGY_LINE_NAME' })
  })

  t.test('gives the same decisions to the bit, wherever history ends', async (t) => {
    const mean = defineStrategy({
      name: 'mean', title: '', description: '', bars: '5m', params: {}, indicators: () =>
        ({ mean: sma(5), far: on('15m', sma(3)) }),
      decide: (_, { mean, far }) => noted('long', `${mean.now} ${far.now}`),
    })
    const real = niftyJanuary2013()
    const whole = play(mean, real).steps.slice(-20)
    fc.assert(fc.property(fc.integer({ min: 20, max: 129 }), (from) => {
      t.strictSame(play(mean, real, { from: real[from]!.closeAt }).steps.slice(-20), whole)
    }), { numRuns: 20 })
  })
})

t.test('expressing decisions', async (t) => {
  const future: Instrument = { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5 }
  const call: Instrument = { index: 1, symbol: 'NIFTY22111018300CE', kind: 'option', underlying: 'NIFTY', lot: 50,
    tickSize: 5 }
  const via = { buy: 'option', thetaDays: 1, thetaMinute: 780 } as const
  const desk: Desk = {
    strategy: 'one', mode: 'paper', instrument: future, holding: nothing, pending: null, via: null,
    priceOf: () => null, chooseOption: () => ({ type: 'chosen', instrument: call }), inThetaWindow: () => false,
  }
  const held = (direction: 'long' | 'short', symbol = 'NIFTY-I'): Partial<Desk> => ({
    holding: { ...nothing, direction, symbol, quantity: direction === 'long' || symbol !== 'NIFTY-I' ? 50 : -50 },
  })
  const close = bar(0, 18300).closeAt
  const from = (decisions: readonly Decision[], change: Partial<Desk> = {}) =>
    express({
      symbol: 'NIFTY-I', timeframe: '5m', at: close, price: 18300, decisions, readings: { rsi: 61.5 },
    }, { ...desk, ...change })
  /** What was asked for, in short: what the signal wants, then the intent with its side or reason. */
  const told = (decisions: readonly Decision[], change: Partial<Desk> = {}) =>
    from(decisions, change).map(({ signal, intent }) => `${signal?.wants ?? '-'}: ${inShort(intent)}`)
  const inShort = (intent: Intent | null) => {
    if (intent === null) return '-'
    const { kind, symbol } = intent
    if (intent.kind === 'move') return `${kind} ${symbol}`
    return `${kind} ${symbol} ${intent.kind === 'enter' ? intent.side : intent.reason}`
  }

  t.test('names a desired state', async (t) => {
    const rows: readonly [string, readonly Decision[], Partial<Desk>, readonly string[]][] = [
      ['flat, long', [long('up')], {}, ['enter: enter NIFTY-I buy']],
      ['flat, short', [short('down')], {}, ['enter: enter NIFTY-I sell']],
      ['long, long again', [long('up')], held('long'), []],
      ['an entry on its way, the same again', [long('up')], { pending: 'long' }, []],
      ['an entry on its way, the other side', [short('down')], { pending: 'long' }, ['enter: enter NIFTY-I sell']],
      ['long, short', [short('down')], held('long'), ['exit: exit NIFTY-I SIGNAL', 'enter: enter NIFTY-I sell']],
      ['short, flat', [flat('done', 'VOLUME')], held('short'), ['exit: exit NIFTY-I VOLUME']],
      ['flat already', [flat('done')], {}, []],
      ['two reasons to leave', [flat('one', 'VOLUME'), flat('two')], held('long'), ['exit: exit NIFTY-I VOLUME']],
      ['leave, then the other side', [flat('one', 'VOLUME'), short('down')], held('long'),
        ['exit: exit NIFTY-I VOLUME', 'enter: enter NIFTY-I sell']],
      ['move a stop', [move('trail', { stop: 18250 })], held('long'), ['-: move NIFTY-I']],
      ['nothing to move', [move('trail', { stop: 18250 })], {}, []],
      ['noted', [noted('long', 'almost')], held('long'), ['nothing: -']],
      ['an option for a short signal is bought', [short('down')], { via }, ['enter: enter NIFTY22111018300CE buy']],
      ['no option to be had', [long('up')], { via, chooseOption: () => ({ type: 'none', because: 'none listed' }) },
        ['nothing: -']],
      ['its theta window opens', [], { via, ...held('long', call.symbol), inThetaWindow: () => true },
        ['exit: exit NIFTY22111018300CE THETA']],
      ['a reason of its own comes first', [flat('climax', 'VOLUME')],
        { via, ...held('long', call.symbol), inThetaWindow: () => true },
        ['exit: exit NIFTY22111018300CE VOLUME']],
      ['nothing is bought on that bar', [short('down')],
        { via, ...held('long', call.symbol), inThetaWindow: () => true },
        ['exit: exit NIFTY22111018300CE THETA', 'nothing: -']],
      ['a future has no theta window', [], { ...held('long'), inThetaWindow: () => true }, []],
    ]
    for (const [name, decisions, change, expected] of rows) t.strictSame(told(decisions, change), expected, name)
  })

  t.test('writes the whole record', async (t) => {
    const rest = { stop: 18250.123, target: 18400.01, strength: 81.6, tier: 0.75, validBars: 2,
      conditions: [condition('x', true, Number.NaN, 'y')] }
    const [proposal] = from([long('up', rest)], { priceOf: () => 1_830_500 })
    const signal = {
      id: `one:${close}:0`, strategy: 'one', symbol: 'NIFTY-I', timeframe: '5m', at: close, direction: 'long',
        wants: 'enter',
      strength: 82, entry: 1_830_000, stop: 1_825_010, target: 1_840_000, validUntil: close + 600_000, because: 'up',
      conditions: [{ name: 'x', holds: true, value: null, needs: 'y' }], indicators: { rsi: 61.5 },
    }
    const levels = { watch: 'NIFTY-I', direction: 'long', stop: 1_825_010, target: 1_840_000, trailing: false }
    t.strictSame(proposal, {
      signal,
      intent: {
        kind: 'enter', id: signal.id, strategy: 'one', signal: signal.id, at: close, mode: 'paper', symbol: 'NIFTY-I',
          side: 'buy',
        direction: 'long', price: 1_830_500, levels, entry: 1_830_000, tier: 0.75, holds: 0,
      },
    })
  })

  t.test('an option is priced by its own last trade, and watched through the signal\'s instrument', async (t) => {
    const [proposal] = from([short('down', { stop: 18350 })],
      { via, priceOf: (symbol) => (symbol === call.symbol ? 12_345 : 1) })
    const intent = proposal?.intent
    t.match(intent, { price: 12_345, entry: 1_830_000, side: 'buy', direction: 'short',
      levels: { watch: 'NIFTY-I', direction: 'short', stop: 1_835_000 } })
    t.match(from([short('down')], { via })[0]?.intent, { price: null }, 'which may never have traded')
  })

  t.test('numbers the proposals of one bar', async (t) => {
    const ids = from([noted('long', 'a'), short('b')], held('long')).map(({ signal }) => signal?.id)
    t.strictSame(ids, [0, 1, 2].map((n) => `one:${close}:${n}`))
  })

  t.test('does not let a level pass that is not a price', async (t) => {
    for (const stop of [Number.NaN, 0, -5, Number.POSITIVE_INFINITY])
      t.throws(() => from([long('up', { stop })]), { code: 'STRATEGY_LEVEL' }, String(stop))
  })
})

t.test('a setup enters when all its conditions hold, and is noted with those that failed', async (t) => {
  const held = condition('a', true, 1, '')
  t.strictSame(setup('long', 'why', [held], { tier: 0.5 }),
    { type: 'enter', direction: 'long', because: 'why', conditions: [held], tier: 0.5 })
  const failed = [held, condition('b', false, 2, ''), condition('c', false, 3, '')]
  t.strictSame(setup('long', 'why', failed, { stop: 9 }),
    { type: 'noted', direction: 'long', because: 'why, but not: b; c', conditions: failed, stop: 9 })
})

t.test('play', async (t) => {
  const buyAt = (minute: number, levels = {}) => signal('5m', ({ close }, { minute: now, position }) =>
    now === 555 + minute && position.direction === 'none' ? long('now', levels) : close === 90 ? flat('low') : stay)
  const at = (minute: number, open: number, low: number, high: number, close: number): Bar =>
    ({ ...bar(minute, close), open, low, high })
  const calm = (minute: number) => at(minute, 100, 99, 101, 100)
  const rows: readonly [string, object, readonly Bar[], unknown][] = [
    ['enters and leaves at the next open', {}, [at(5, 100, 90, 100, 90), at(10, 91, 91, 91, 91)], [100, 91, 'SIGNAL']],
    ['leaves at a stop that a bar touches', { stop: 95 }, [at(5, 100, 94, 100, 98)], [100, 95, 'STOP_LOSS']],
    ['or at the open when it opens beyond it', { stop: 95 }, [calm(5), at(10, 93, 92, 93, 93)], [100, 93, 'STOP_LOSS']],
    ['leaves at a target', { stop: 95, target: 105 }, [at(5, 100, 96, 106, 98)], [100, 105, 'TARGET']],
    ['takes the stop first where a bar touches both', { stop: 95, target: 105 }, [at(5, 100, 94, 106, 98)],
      [100, 95, 'STOP_LOSS']],
  ]
  for (const [name, levels, bars, [entry, exit, reason]] of rows as readonly [string, object, readonly Bar[],
    [number, number, string]][])
    t.match(play(buyAt(5, levels), [calm(0), ...bars]).trades, [{ direction: 'long', entry, exit, reason }], name)

  t.throws(() => play(buyAt(5), [calm(0)], { params: { x: 1 } }), { code: 'STRATEGY_PARAMS' })
})

t.test('longer bars are made from shorter ones, counted from the open', async (t) => {
  const real = niftyJanuary2013()
  const quarter = resample(real, '15m')
  t.equal(quarter.length, 50)
  const [a, b, c] = real as [Bar, Bar, Bar]
  t.strictSame(quarter[0], {
    symbol: 'NIFTY-I', timeframe: '15m', openAt: a.openAt, closeAt: c.closeAt, open: a.open, close: c.close,
    high: Math.max(a.high, b.high, c.high), low: Math.min(a.low, b.low, c.low),
      volume: a.volume + b.volume + c.volume, oi: c.oi, gap: false,
  })
  const days = resample(real, '1d')
  t.strictSame(days.map(({ openAt, closeAt }) => [openAt, closeAt]),
    ['2013-01-14', '2013-01-15'].map((day) => [atMinute(day, 555), atMinute(day, 930)]))
})
