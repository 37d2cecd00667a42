import t from 'tap'
import type { Bar, Holding, ParamsOf } from '../kit.ts'
import { atMinute } from '../calendar/day.ts'
import { parseParams } from '../strategy/params.ts'
import { play } from '../strategy/play.ts'
import { nothing } from '../strategy/runner.ts'
import { niftyJanuary2013 } from './fixtures/bars.ts'
import rocket from './volume-rocket.ts'

type View = Parameters<typeof rocket.decide>[1]
const parsed = parseParams(rocket.params, {})
if (parsed.type === 'bad') throw new Error('the defaults must be valid')
const defaults: ParamsOf<typeof rocket.params> = parsed.params

const line = <V>(now: V, before: V = now) => ({ now, before })
const sides = [['long', 1], ['short', -1]] as const

/** A bar made up for a test, at 18 000 on twice the average volume. */
const bar: Bar = {
  symbol: 'NIFTY-I', timeframe: '5m', openAt: atMinute('2022-11-10', 600), closeAt: atMinute('2022-11-10', 605),
  open: 18_000, high: 18_000, low: 18_000, close: 18_000, volume: 2000, oi: 0, gap: false,
}

/** What `decide` sees at that bar when the averages cross and everything confirms. */
const seenAt = (sign: 1 | -1, change: Partial<View> = {}): View => ({
  params: defaults,
  position: nothing,
  memory: { trails: 0, risks: [] },
  minute: 605,
  fast: line(18_000 + sign * 5, 18_000 - sign),
  slow: line(18_000),
  trend: line({ line: 18_000 - sign * 30, up: sign === 1 }),
  rsi: line(50 + sign * 10),
  average: line(1000),
  range: line(20),
  ...change,
})
const decide = (sign: 1 | -1, change: Partial<View> = {}, part: Partial<Bar> = {}) =>
  rocket.decide({ ...bar, ...part }, seenAt(sign, change))

for (const [direction, sign] of sides) {
  t.test(`${direction}: enters on a cross that trend, momentum and volume confirm`, async (t) => {
    t.match(decide(sign), {
      type: 'enter', direction, validBars: 2,
      stop: 18_000 - sign * 30, // the Supertrend line
      target: 18_000 + sign * 60, // twice as far
      // Margins: 5 of 20 apart, 30 of 60 from the line, 10 of 50 from the middle, 2000 against 1500.
      strength: (100 * (5 / 20 + 30 / 60 + 10 / 50 + 2000 / 1500 - 1)) / 4,
    })
    t.match(decide(sign), { conditions: new Array(4).fill({ holds: true }) })
  })

  t.test(`${direction}: the stop is at most 2 ATR away`, async (t) => {
    const far = { trend: line({ line: 18_000 - sign * 50, up: sign === 1 }) }
    t.match(decide(sign, far), { type: 'enter', stop: 18_000 - sign * 40, target: 18_000 + sign * 80 })
  })

  t.test(`${direction}: a cross that is not confirmed goes on record`, async (t) => {
    const rows: readonly [number, string, Partial<View>, Partial<Bar>][] = [
      [2, 'Supertrend against it', { trend: line({ line: 18_000 + sign * 30, up: sign === -1 }) }, {}],
      [3, 'RSI at 50', { rsi: line(50) }, {}],
      [3, 'RSI on the other side', { rsi: line(50 - sign) }, {}],
      [4, '150 % of the average volume is not more than it', {}, { volume: 1500 }],
    ]
    for (const [which, name, change, part] of rows) {
      const decision = decide(sign, change, part)
      t.match(decision, { type: 'noted', direction, conditions: [1, 2, 3, 4].map((n) => ({ holds: n !== which })) },
        name)
    }
  })

  t.test(`${direction}: without a cross there is nothing`, async (t) => {
    t.match(decide(sign, { fast: line(18_000 + sign * 5, 18_000 + sign) }), { type: 'stay' })
    t.match(decide(sign, { fast: line(18_000, 18_000 - sign) }), { type: 'stay' }, 'touching is not crossing')
  })

  t.test(`${direction}: the stop follows Supertrend from 1 x risk in profit, never back`, async (t) => {
    const entryAt = bar.closeAt - 900_000
    const position: Holding = {
      ...nothing, direction, symbol: 'NIFTY-I', quantity: sign * 50, entry: 18_000, entryAt, stop: 18_000 - sign * 30,
        target: null,
    }
    const uncrossed = line(18_000)
    const trailing = (close: number, line_: number, change: Partial<View> = {}, trails = 0) =>
      rocket.decide({ ...bar, close: 18_000 + sign * close }, seenAt(sign, {
        position, fast: uncrossed, memory: { trails, risks: [{ at: entryAt, risk: 30 }] },
        trend: line({ line: 18_000 + sign * line_, up: sign === 1 }), ...change,
      }))
    const moved = (to: number) => ({ type: 'move', stop: 18_000 + sign * to })
    t.match(trailing(29.95, -10), { type: 'stay' }, 'not yet 30 in profit')
    t.match(trailing(30, -10), moved(-10))
    t.match(trailing(30, -30), { type: 'stay' }, 'the line is where the stop is')
    t.match(trailing(10, 5, {}, entryAt), moved(5), 'once it trails it goes on, also below that profit')
    t.match(trailing(10, -40, {}, entryAt), { type: 'stay' }, 'never back')
    t.match(trailing(10, 5, {}, entryAt - 1), { type: 'stay' }, 'the trade before trailed, this one does not yet')
    const flipped = { trend: line({ line: 18_000 + sign * 90, up: sign === -1 }) }
    t.match(trailing(40, 0, flipped), { type: 'stay' }, 'a line on the wrong side is no stop')
  })

  t.test(`${direction}: a confirmed cross the other way turns the position`, async (t) => {
    const position: Holding = { ...nothing, direction: sign === 1 ? 'short' : 'long', symbol: 'NIFTY-I',
      quantity: -sign * 50, entryAt: 1 }
    t.match(decide(sign, { position }), { type: 'enter', direction })
  })
}

t.test('a cross that confirms the position held changes nothing but is no reason to stop trailing', async (t) => {
  const position: Holding = { ...nothing, direction: 'long', symbol: 'NIFTY-I', quantity: 50, entry: 17_900,
    entryAt: 7, stop: 17_900 }
  t.match(decide(1, { position, memory: { trails: 0, risks: [{ at: 7, risk: 50 }] } }), { type: 'move', stop: 17_970 })
})

t.test('trades from 09:20 to 15:00', async (t) => {
  t.strictSame(typeof rocket.risk === 'function' && rocket.risk(defaults), { hours: [560, 900] })
})

/*
 * A recorded trade, by hand: NIFTY-I on 15 January 2013, figures worked out from the fixture's rows alone.
 *
 * At 14:00 the close is 6063.60.
 *    VWMA(9) goes from 6045.87 to 6053.85, VWMA(21) from 6047.03 to 6050.59: crossed above.
 *    Supertrend(10, 3) turns up on this bar, its line at 6041.02. RSI(14) is 66.79.
 *    336 850 units are 573 % of the 20 bars' average of 58 777.5.
 *    ATR(14) is 5.29123: the line is 22.58 away, more than 2 x 5.29123 = 10.58246, so the stop is at
 *    6063.60 - 10.58246 = 6053.02, on the price step 6053.00, and the target at 6063.60 + 2 x 10.58246 = 6084.76, on
 *    the price step 6084.75.
 * Strength: (6053.852 - 6050.593) / 5.29123 = 0.616; 22.581 / (3 x 5.29123) = 1.42, counted as 1;
 *    (66.786 - 50) / 50 = 0.336; 573.09 / 150 - 1 = 2.8, counted as 1; the mean is 0.738: 74.
 * In at the next open, 6065.00. The close of 14:05, 6080.00, is 16.40 in profit, more than the risk of 10.58: the stop
 *    trails Supertrend, which at 6052.70 is still below it; at 14:10 it is 6058.65 and the stop moves there.
 * The bar 14:10-14:15 reaches 6085.60, past the target.
 */
t.test('a recorded trade agrees with its arithmetic', async (t) => {
  const { steps, signals, trades } = play(rocket, niftyJanuary2013())
  const at = (minute: number) => atMinute('2013-01-15', minute)
  const signal = signals.find((one) => one.wants === 'enter' && one.at === at(840))!
  t.match(signal, {
    direction: 'long', entry: 606_360, stop: 605_300, target: 608_475, strength: 74, validUntil: at(850),
  })
  t.strictSame(signal.conditions.map(({ holds, value }) => [holds, value?.toFixed(2)]),
    [[true, '3.26'], [true, '22.58'], [true, '66.79'], [true, '573.09']])
  const moves = steps.flatMap(({ bar, decisions }) => decisions.map((one) => ({ at: bar.closeAt, one })))
    .filter(({ at: when, one }) => when > at(840) && one.type === 'move')
  t.match(moves[0], { at: at(850), one: { stop: 6058.654587686515 } })
  t.strictSame(trades.at(-1), { direction: 'long', entryAt: at(840), entry: 6065, exitAt: at(855), exit: 6084.75,
    reason: 'TARGET' })
})
