import fc from 'fast-check'
import t from 'tap'
import { Problem } from '#engine/mod.ts'
import type { Entry } from '../domain/order.ts'
import { say } from '../domain/say.ts'
import { limitsFor, strategyLimits } from './limits.ts'
import type { Sizing } from './limits.ts'
import { sizeOf } from './size.ts'

type Over = Partial<Pick<Entry, 'price' | 'entry' | 'tier' | 'side'>> & { stop?: number | null }
const entryOf = (over: Over): Entry => {
  const { price = 1_800_000, entry = 1_800_000, stop = 1_797_000, tier = 1, side = 'buy' } = over
  return {
    kind: 'enter', id: 'i', strategy: 's', signal: 'sig', at: 0, mode: 'paper', symbol: 'X', side, direction: 'long',
    price, entry, tier, holds: 0, levels: { watch: 'X', direction: 'long', stop, target: null, trailing: false },
  }
}
const risk = (percent: number): Sizing => ({ by: 'percent-risk', percent })
const tiered = (percent: number): Sizing => ({ by: 'tiered', percent })
const lakh = 10_000_000

t.test('as many whole lots as lose no more than the budget', async (t) => {
  type Given = Over & { kind?: 'future' | 'option'; capital?: number; sizing?: Sizing; lot?: number; most?: number }
  const rows: [what: string, given: Given, lots: number][] = [
    ['1 % of 10 lakh over a stop of 30 points', {}, 6],
    ['exactly one lot', { capital: 1.5 * lakh }, 1],
    ['a paisa short of one', { capital: 1.5 * lakh - 100 }, 0],
    ['a fraction of a percent', { sizing: risk(0.7) }, 4],
    ['the tier does not count', { tier: 0.5 }, 6],
    ['full tier of 2 %', { sizing: tiered(2) }, 13],
    ['three quarters', { sizing: tiered(2), tier: 0.75 }, 10],
    ['half', { sizing: tiered(2), tier: 0.5 }, 6],
    ['an option by its premium: 20,000 over 80 x 50', { kind: 'option', price: 8_000, sizing: tiered(2) }, 5],
    ['and three quarters of that', { kind: 'option', price: 8_000, sizing: tiered(2), tier: 0.75 }, 3],
    ['an option sold by its stop', { kind: 'option', price: 8_000, side: 'sell' }, 6],
    ['a stop one paisa away, cut by value', { stop: 1_799_999 }, 22],
    ['cut by value', { most: 200 }, 2],
  ]
  for (const [what, given, lots] of rows) {
    const { kind = 'future', capital = 10 * lakh, sizing = risk(1), lot = 50, most = 2000, ...over } = given
    const size = sizeOf(entryOf(over), { kind, lot }, { capital, sizing, maxPositionPercent: most })
    t.equal(size?.lots, lots, what)
    t.equal(size?.quantity, lots * lot, what)
  }
})

t.test('a loss that nobody can know gives no size', async (t) => {
  const limits = { capital: 10 * lakh, sizing: risk(1), maxPositionPercent: 500 }
  t.equal(sizeOf(entryOf({ stop: null }), { kind: 'future', lot: 50 }, limits), undefined)
  t.equal(sizeOf(entryOf({ stop: 1_800_000 }), { kind: 'future', lot: 50 }, limits), undefined)
  t.equal(sizeOf(entryOf({ price: null }), { kind: 'option', lot: 50 }, limits), undefined)
})

t.test('no size risks more than its budget, nor could be one lot larger', async () => {
  const given = fc.record({
    kind: fc.constantFrom('future' as const, 'option' as const),
    price: fc.integer({ min: 5, max: 6_000_000 }),
    distance: fc.integer({ min: 5, max: 100_000 }),
    lot: fc.constantFrom(15, 25, 50, 75),
    capital: fc.integer({ min: lakh / 10, max: 1000 * lakh }),
    percent: fc.integer({ min: 1, max: 1000 }).map((n) => n / 100),
    tier: fc.constantFrom(0.5, 0.75, 1),
    by: fc.constantFrom('percent-risk' as const, 'tiered' as const),
    most: fc.integer({ min: 1, max: 2000 }),
  })
  fc.assert(
    fc.property(given, ({ kind, price, distance, lot, capital, percent, tier, by, most }) => {
      const entry = entryOf({ price, entry: 6_000_000, stop: 6_000_000 - distance, tier })
      const size = sizeOf(entry, { kind, lot }, { capital, sizing: { by, percent }, maxPositionPercent: most })
      if (!size) return false
      const share = by === 'tiered' ? percent * tier : percent
      const perUnit = kind === 'option' ? price : distance
      const budget = (capital * share) / 100 + 1
      const value = (capital * most) / 100 + 1
      const fits = size.quantity * perUnit <= budget && size.quantity * price <= value
      const more = size.quantity + lot
      const largest = more * perUnit > budget - 2 || more * price > value - 2
      return Number.isInteger(size.lots) && size.lots >= 0 && size.quantity === size.lots * lot && fits && largest
    }),
    { numRuns: 500 },
  )
})

t.test('the capital that one lot would take does buy one lot', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 100_000 }), fc.integer({ min: 1, max: 1000 }), (distance, hundredths) => {
      const entry = entryOf({ stop: 1_800_000 - distance })
      const limits = { capital: 1, sizing: risk(hundredths / 100), maxPositionPercent: 2000 }
      const capital = sizeOf(entry, { kind: 'future', lot: 50 }, limits)!.capitalForOneLot
      const size = sizeOf(entry, { kind: 'future', lot: 50 }, { ...limits, capital })!
      return size.budget >= size.riskPerLot
    }),
    { numRuns: 300 },
  )
})

t.test('limits are the house’s, then the strategy file’s, then the instance’s', async (t) => {
  const limits = strategyLimits({
    id: 's', capital: lakh, mode: 'paper',
    declared: { sizing: { by: 'tiered', percent: 2 }, maxOpenTrades: 3, dailyLossPercent: 6, minRewardToRisk: 2 },
    configured: { maxOpenTrades: 2, minRewardToRisk: null },
  })
  t.match(limits, { sizing: { by: 'tiered', percent: 2 }, maxOpenTrades: 2, dailyLossPercent: 6 })
  t.match(limits, { minRewardToRisk: null, hours: [555, 915] })
  const { account } = limitsFor({ s: limits, u: limits }, { maxOpenTrades: 7 })
  t.match(account, { capital: 2 * lakh, maxOpenTrades: 7 })
})

t.test('a limit that is unknown or out of bounds is refused by name, with what it must be', async (t) => {
  const rows: [configured: unknown, code: string, says: RegExp][] = [
    [[], 'RISK_LIMITS_NOT_AN_OBJECT', /strategy s/],
    ['none', 'RISK_LIMITS_NOT_AN_OBJECT', /strategy s/],
    [{ maxTrades: 3 }, 'RISK_LIMIT_UNKNOWN', /maxTrades. Known: sizing, maxOpenTrades/],
    [{ capital: 3 }, 'RISK_LIMIT_UNKNOWN', /capital/],
    [{ maxOpenTrades: 0 }, 'RISK_LIMIT_OUT_OF_BOUNDS', /maxOpenTrades of strategy s is 0; it must be a whole number/],
    [{ maxOpenTrades: '3' }, 'RISK_LIMIT_OUT_OF_BOUNDS', /"3"/],
    [{ dailyLossPercent: Number.NaN }, 'RISK_LIMIT_OUT_OF_BOUNDS', /dailyLossPercent/],
    [{ dailyLossPercent: null }, 'RISK_LIMIT_OUT_OF_BOUNDS', /dailyLossPercent/],
    [{ hours: [900, 600] }, 'RISK_LIMIT_OUT_OF_BOUNDS', /the earlier first/],
    [{ sizing: { by: 'kelly', percent: 1 } }, 'RISK_LIMIT_OUT_OF_BOUNDS', /"percent-risk" or "tiered"/],
    [{ sizing: { by: 'tiered', percent: 1, more: 1 } }, 'RISK_LIMIT_OUT_OF_BOUNDS', /sizing/],
  ]
  for (const [configured, code, says] of rows) {
    try {
      strategyLimits({ id: 's', capital: lakh, mode: 'paper', configured })
      t.fail(`took ${JSON.stringify(configured)}`)
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      t.equal(thrown.code, code)
      t.match(thrown.message, says)
    }
  }
  t.throws(() => strategyLimits({ id: 's', capital: 0, mode: 'paper' }), { code: 'RISK_LIMIT_OUT_OF_BOUNDS' })
  t.throws(() => limitsFor({}, { staleAfterMs: 0 }), { code: 'RISK_LIMIT_OUT_OF_BOUNDS' })
})

t.test('money is said as people in India write it', async (t) => {
  const rows: [number, string][] = [
    [0, '₹ 0.00'], [5, '₹ 0.05'], [99_999, '₹ 999.99'], [100_000, '₹ 1,000.00'], [1_234_567, '₹ 12,345.67'],
    [12_345_678, '₹ 1,23,456.78'], [1_234_567_890, '₹ 1,23,45,678.90'], [-12_345, '−₹ 123.45'],
  ]
  for (const [amount, text] of rows) t.equal(say(amount), text)
})
