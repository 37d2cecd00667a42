import fc from 'fast-check'
import t from 'tap'
import { minutesOf, timeframes } from './candle.ts'
import { tableOf } from './instrument.ts'
import { decimal, fromDecimal, paise, rupees, snap } from './money.ts'

const whole = fc.integer({ min: -1e12, max: 1e12 })

t.test('rupees become whole paise', async (t) => {
  const rows: readonly [number, number][] = [
    [18144, 1_814_400],
    [18144.05, 1_814_405],
    [0.29, 29],
    [1.145, 115],
    [-1.145, -115],
    [0, 0],
    [-0.05, -5],
  ]
  for (const [given, expected] of rows) t.equal(paise(given), expected, `${given}`)
})

t.test('paise are written with two places', async (t) => {
  const rows: readonly [number, string][] = [
    [0, '0.00'],
    [5, '0.05'],
    [-5, '-0.05'],
    [123_450, '1234.50'],
    [-123_450, '-1234.50'],
  ]
  for (const [given, expected] of rows) t.equal(decimal(given), expected)
})

t.test('money survives being written and read', async () => {
  fc.assert(fc.property(whole, (amount) => fromDecimal(decimal(amount)) === amount))
  fc.assert(fc.property(whole, (amount) => paise(rupees(amount)) === amount))
})

t.test('a snapped price is the nearest step', async (t) => {
  t.strictSame(
    [snap(1_812, 5), snap(1_813, 5), snap(1_815, 10), snap(1_814, 10)],
    [1_810, 1_815, 1_820, 1_810],
  )
  fc.assert(
    fc.property(whole, fc.constantFrom(1, 5, 10, 20, 100), (price, step) => {
      const snapped = snap(price, step)
      return snapped % step === 0 && Math.abs(snapped - price) * 2 <= step
    }),
  )
})

t.test('a table finds instruments by place and by name', async (t) => {
  const table = tableOf([
    { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', tickSize: 5 },
    { index: 1, symbol: 'RELIANCE', kind: 'equity', underlying: 'RELIANCE', tickSize: 5 },
  ])
  t.equal(table.of('RELIANCE'), table.all[1])
  t.equal(table.of('GOLD'), undefined)
})

t.test('timeframes come shortest first, each a whole number of the one before', async (t) => {
  const minutes = timeframes.map((timeframe) => minutesOf[timeframe])
  for (const [i, length] of minutes.entries()) if (i > 0) t.equal(length % minutes[i - 1]!, 0)
  t.strictSame(
    minutes,
    minutes.toSorted((a, b) => a - b),
  )
})
