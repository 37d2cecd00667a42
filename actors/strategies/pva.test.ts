import t from 'tap'
import type { Bar, Holding, ParamsOf } from '../kit.ts'
import { atMinute } from '../calendar/day.ts'
import { express, type Desk } from '../strategy/express.ts'
import { parseParams } from '../strategy/params.ts'
import { play } from '../strategy/play.ts'
import { nothing } from '../strategy/runner.ts'
import { niftyJanuary2013 } from './fixtures/bars.ts'
import pva from './pva.ts'

type View = Parameters<typeof pva.decide>[1]
const parsed = parseParams(pva.params, {})
if (parsed.type === 'bad') throw new Error('the defaults must be valid')
const defaults: ParamsOf<typeof pva.params> = parsed.params

const line = <V>(now: V, before: V = now) => ({ now, before })

/** A bar made up for a test: a close 50 points above (or below) 18 000 on three times the average volume. */
const barAt = (sign: 1 | -1): Bar => ({
  symbol: 'NIFTY-I', timeframe: '5m', openAt: atMinute('2022-11-10', 600), closeAt: atMinute('2022-11-10', 605),
  open: 18_000, high: 18_060, low: 17_940, close: 18_000 + sign * 50, volume: 3000, oi: 0, gap: false,
})

/** What `decide` sees at that bar when all five conditions hold. */
const seenAt = (sign: 1 | -1, change: Partial<View> = {}): View => ({
  params: defaults,
  position: nothing,
  memory: { entries: [], dry: 0 },
  minute: 605,
  close: line(18_000 + sign * 50, 18_000),
  breaks: line({
    resistance: sign === 1 ? 18_020 : Number.NaN, support: sign === 1 ? Number.NaN : 17_980,
    high: 18_020, low: 17_980, dayHigh: 18_100, dayLow: 17_900,
  }),
  average: line(1000),
  average50: line(1000),
  vroc: line(260),
  obv: line(0),
  adLine: line(0),
  vwap: line(18_000),
  profile: line(profile(60, 40)),
  divergence: line({ positive: sign === 1, negative: sign === -1 }),
  expanding: line(true),
  stopRange: line(20),
  targetRange: line(34),
  ...change,
})

/** A profile around 18 000 with so much traded on the winning and the losing side, above and below the POC alike. */
const profile = (winning: number, losing: number, poc = 18_000) => ({
  poc, valueHigh: poc + 40, valueLow: poc - 40, days: 30,
  buyAbove: () => winning, sellAbove: () => losing, buyBelow: () => losing, sellBelow: () => winning,
})

const decide = (sign: 1 | -1, change: Partial<View> = {}, bar: Partial<Bar> = {}) => {
  const decided = pva.decide({ ...barAt(sign), ...bar }, seenAt(sign, change))
  return 'type' in decided ? [decided] : decided
}
const types = (decisions: readonly { type: string }[]) => decisions.map(({ type }) => type)
const sides = [['long', 1], ['short', -1]] as const

for (const [direction, sign] of sides) {
  t.test(`${direction}: enters when all five conditions hold`, async (t) => {
    const [decision] = decide(sign)
    t.match(decision, {
      type: 'enter', direction, tier: 1, strength: 100,
      stop: 18_000 + sign * (50 - 1.5 * 20), // entry -/+ 1.5 x ATR of 5m
      target: 18_000 + sign * (50 + 2 * 34), // entry +/- 2 x ATR of 15m
    })
    t.match(decision, { conditions: new Array(5).fill({ holds: true }) })
  })

  t.test(`${direction}: a condition that fails alone is recorded with the other four, and nothing is traded`,
    async (t) => {
    const against = { positive: sign === -1, negative: sign === 1 }
    const rows: readonly [number, string, Partial<View>][] = [
      [2, 'no divergence', { divergence: line({ positive: false, negative: false }) }],
      [2, 'the other divergence', { divergence: line(against) }],
      [3, 'the other side traded more beyond the POC', { profile: line(profile(40, 60)) }],
      [3, 'both sides traded the same', { profile: line(profile(50, 50)) }],
      [3, 'the close is not beyond the POC', { profile: line(profile(60, 40, 18_000 + sign * 50)) }],
      [4, 'VROC at 200', { vroc: line(200) }],
      [4, 'VROC undefined', { vroc: line(Number.NaN) }],
      [5, 'the close is not beyond VWAP', { vwap: line(18_000 + sign * 50) }],
      [5, 'volume does not expand', { expanding: line(false) }],
    ]
    for (const [which, name, change] of rows) {
      const [decision] = decide(sign, change)
      t.match(decision, { type: 'noted', direction, strength: 80 }, name)
      const conditions = decision?.type === 'noted' ? decision.conditions : undefined
      t.strictSame(conditions?.map(({ holds }) => holds), [1, 2, 3, 4, 5].map((n) => n !== which), name)
      t.ok(conditions?.every(({ value }) => value === null || Number.isFinite(value)), `${name}: every value on record`)
    }
  })

  t.test(`${direction}: without condition 1 there is nothing to record`, async (t) => {
    const none = { resistance: Number.NaN, support: Number.NaN, high: 18_020, low: 17_980, dayHigh: 0, dayLow: 0 }
    const rows: readonly [string, Partial<View>, Partial<Bar>][] = [
      ['no level broken', { breaks: line(none) }, {}],
      ['150 % of the average volume is not more than it', {}, { volume: 1500 }],
    ]
    for (const [name, change, bar] of rows) t.strictSame(types(decide(sign, change, bar)), ['stay'], name)
    t.strictSame(types(decide(sign, {}, { volume: 1501 })), ['enter'])
  })

  t.test(`${direction}: exits, the first that holds`, async (t) => {
    const entryAt = atMinute('2022-11-10', 590)
    const position: Holding = {
      ...nothing, direction, symbol: 'NIFTY-I', quantity: sign * 50, entry: 18_000, entryAt, stop: 0, target: 0,
        bars: 3,
    }
    const quiet: Partial<View> = {
      position, vroc: line(0), divergence: line({ positive: false, negative: false }),
      memory: { entries: [{ at: entryAt, volume: 1000 }], dry: 0 },
    }
    const against = line({ positive: sign === -1, negative: sign === 1 })
    const with3 = (dry: number) => ({ entries: quiet.memory!.entries, dry })
    const calm: Partial<Bar> = { volume: 900 } // below 150 % of the average: no setup
    const rows: readonly [string, Partial<View>, Partial<Bar>, string | null][] = [
      ['nothing holds', {}, calm, null],
      ['a volume climax in its favour', { vroc: line(301) }, calm, 'VOLUME'],
      ['VROC at 300 is none', { vroc: line(300) }, calm, null],
      ['nor is one against it', { vroc: line(301), close: line(18_000 + sign * 50, 18_000 + sign * 60) }, calm, null],
      ['OBV divergence against it', { divergence: against }, calm, 'SIGNAL'],
      ['OBV divergence in its favour', { divergence: line({ positive: sign === 1, negative: sign === -1 }) }, calm,
        null],
      ['volume below 80 % of the entry bar\'s in profit', {}, { volume: 799 }, 'VOLUME'],
      ['at 80 %', {}, { volume: 800 }, null],
      ['below 80 % at a loss', {}, { volume: 799, close: 18_000 - sign * 10 }, null],
      ['below 80 % at the entry price', {}, { volume: 799, close: 18_000 }, null],
      ['the third dry bar in a row', { memory: with3(2) }, { volume: 499, close: 18_000 }, 'VOLUME'],
      ['the second', { memory: with3(1) }, { volume: 499, close: 18_000 }, null],
      ['half the average is not dry', { memory: with3(2) }, { volume: 500, close: 18_000 }, null],
      ['the climax is named before the divergence', { vroc: line(301), divergence: against }, calm, 'VOLUME'],
      ['the divergence before the fading volume', { divergence: against }, { volume: 799 }, 'SIGNAL'],
    ]
    for (const [name, change, bar, reason] of rows) {
      const [decision] = decide(sign, { ...quiet, ...change }, bar)
      t.equal(decision?.type === 'exit' ? decision.reason : null, reason, name)
    }
    const both = decide(sign, { ...quiet, divergence: against }, {})
    t.strictSame(types(both), ['exit', 'noted'], 'a break on the bar that is left on is still on record')
    const again = decide(sign, { position, vroc: line(260), memory: quiet.memory! })
    t.strictSame(types(again), ['noted'], 'a second setup of the same side is recorded, not traded')
  })
}

t.test('the entry bar is known by its time, also when others asked in between', async (t) => {
  const entryAt = atMinute('2022-11-10', 590)
  const position: Holding = { ...nothing, direction: 'long', symbol: 'NIFTY-I', quantity: 50, entry: 18_000, entryAt }
  const memory = { entries: [{ at: entryAt, volume: 1000 }, { at: entryAt + 300_000, volume: 9000 }], dry: 0 }
  const quiet = { position, memory, vroc: line(0), divergence: line({ positive: false, negative: false }) }
  t.strictSame(types(decide(1, quiet, { volume: 900 })), ['stay'], '900 is 90 % of 1000')
})

t.test('the size follows VROC in three tiers', async (t) => {
  const lenient = { ...defaults, breakVroc: 100 }
  const rows: readonly [number, number][] = [[251, 1], [250, 0.75], [150, 0.75], [149, 0.5]]
  for (const [vroc, tier] of rows) t.match(decide(1, { params: lenient, vroc: line(vroc) }),
    [{ type: 'enter', tier }], `VROC ${vroc}`)
})

t.test('asks risk for the figures of its rules', async (t) => {
  t.strictSame(typeof pva.risk === 'function' && pva.risk(defaults), {
    sizing: { by: 'tiered', percent: 2 }, maxOpenTrades: 3, dailyLossPercent: 6, minRewardToRisk: 2,
      cooldownMinutes: 30, hours: [555, 915],
  })
  t.strictSame(pva.via?.(defaults), { buy: 'option', thetaDays: 1, thetaMinute: 780 })
  t.equal(pva.via?.({ ...defaults, trade: 'underlying' }), null)
})

t.test('a held option is left with reason THETA when its window opens, after any exit rule of its own', async (t) => {
  const bar = barAt(1)
  const position: Holding = { ...nothing, direction: 'long', symbol: 'NIFTY22111018000CE', quantity: 50,
    entry: 18_000, entryAt: bar.closeAt - 900_000 }
  const quiet = { position, vroc: line(0), divergence: line({ positive: false, negative: false }) }
  const desk: Desk = {
    strategy: 'pva', mode: 'paper', holding: position, pending: null, via: pva.via!(defaults), priceOf: () => null,
    instrument: { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', tickSize: 5 },
    chooseOption: () => ({ type: 'none', because: 'not asked' }), inThetaWindow: () => true,
  }
  const reason = (change: Partial<View>) => {
    const decisions = decide(1, { ...quiet, ...change }, { volume: 900 }).filter(({ type }) => type !== 'stay')
    const { symbol, timeframe, closeAt: at, close: price } = bar
    const { intent } = express({ symbol, timeframe, at, price, decisions, readings: {} }, desk)[0] ?? {}
    return intent?.kind === 'exit' ? intent.reason : null
  }
  t.equal(reason({}), 'THETA')
  t.equal(reason({ vroc: line(301) }), 'VOLUME')
})

/*
 * A recorded trade, by hand: NIFTY-I on 15 January 2013, figures worked out from the fixture's rows alone.
 *
 * The bar 13:55-14:00 closes at 6063.60 on 336 850 units.
 *  1  The 20 bars before it reach 6054.70; so did the 20 before the last bar, whose close (6051.65) had not passed
 *     them: broken. They traded 58 777.5 on average: 336 850 is 573 %, more than 150 %.
 *  2  Swing lows: 6048.00 at 11:25 with OBV 4 539 350, and 6036.55 at 13:10 with OBV 4 795 650. A lower low on a higher
 *     OBV, confirmed at 13:25; until 14:00 nothing trades below 6036.55 and only 7 of 20 bars pass.
 *  3  In bins of 5 points the fullest is 6050-6055 (POC 6052.50). Above it 1 681 234 were bought, 736 649 sold.
 *  4  Fourteen bars earlier 37 350 were traded: (336 850 - 37 350) / 37 350 = 802 %.
 *  5  VWAP is 6050.12. The bar before traded 50 750, and the 5-bar average rises since 69 300 drops out of it.
 *  ATR(14) is 5.29123 on 5m and 9.37440 at the 15m close of 14:00:
 *     stop 6063.60 - 1.5 x 5.29123 = 6055.66, target 6063.60 + 2 x 9.37440 = 6082.35: 18.75 to gain, 7.94 to lose.
 *  The next bar opens at 6065.00 and reaches 6083.05, past the target.
 *
 * At 14:05 the close, 6080.00, passes the day before's high of 6067.25, on 1400 % of the volume. Flat again, it enters
 * at 6080.00; at 14:15 VROC is (282 250 - 44 850) / 44 850 = 529 % on a rising bar: a climax, out at the next open.
 *
 * At 14:35 it breaks 6085.60 on 388 200 units (254 %) and enters at 6090.60; at 14:45, in profit (6092.00 above
 * 6090.50), the volume of 130 000 is below 80 % of 388 200: out at the next open.
 */
t.test('a recorded trade agrees with its arithmetic', async (t) => {
  const { signals, trades } = play(pva, niftyJanuary2013(), { params: { trade: 'underlying' } })
  const at = (minute: number) => atMinute('2013-01-15', minute)

  const first = signals.find(({ wants }) => wants === 'enter')!
  t.match(first, { at: at(840), direction: 'long', strength: 100, entry: 606_360, stop: 605_565, target: 608_235 })
  t.strictSame(first.conditions.map(({ value }) => value?.toFixed(1)), ['573.1', '1.0', '69.5', '801.9', '13.5'])
  t.strictSame(trades, [
    { direction: 'long', entryAt: at(840), entry: 6065, exitAt: at(845), exit: 6082.35, reason: 'TARGET' },
    { direction: 'long', entryAt: at(845), entry: 6080, exitAt: at(855), exit: 6081.05, reason: 'VOLUME' },
    { direction: 'long', entryAt: at(875), entry: 6090.6, exitAt: at(885), exit: 6092, reason: 'VOLUME' },
  ])
  const recorded = signals.filter(({ wants }) => wants === 'nothing').map(({ because }) => because)
  t.strictSame(recorded, [
    'Broke resistance at 6045.00 on volume, but not: positive OBV divergence; above the POC with buyers ahead',
    'Broke resistance at 6057.00 on volume, but not: positive OBV divergence',
    'Broke support at 6043.30 on volume, but not: negative OBV divergence; below the POC with sellers ahead',
  ])
})
