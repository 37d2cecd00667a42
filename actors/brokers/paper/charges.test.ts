import fc from 'fast-check'
import t from 'tap'
import type { Charges } from '#actors/domain/order.ts'
import { type Charged, chargesOf, exactCharges, unitsPerPaisa } from './charges.ts'

const parts = ['stt', 'exchange', 'sebi', 'stamp', 'gst', 'brokerage'] as const
const rupees = (units: bigint): number => Number(units) / Number(unitsPerPaisa) / 100

t.test('round trips cost what the worked examples say', async (t) => {
  // Columns: STT, exchange, SEBI, stamp, GST, brokerage, total, in rupees.
  type Trip = Omit<Charged, 'side' | 'price'> & { buy: number; sell: number }
  const rows: readonly [string, Trip, readonly number[]][] = [
    [
      'option in 2026',
      {
        day: '2026-06-01',
        kind: 'option',
        quantity: 65,
        buy: 10_000,
        sell: 11_000,
        brokerage: 2_000,
      },
      [10.725, 4.8498, 0.0137, 0.195, 8.0754, 40, 63.8589],
    ],
    [
      'option in 2025',
      { day: '2025-06-02', kind: 'option', quantity: 75, buy: 10_000, sell: 11_000 },
      [8.25, 5.596, 0.0158, 0.225, 8.2101, 40, 62.2968],
    ],
    [
      'future',
      { day: '2026-06-01', kind: 'future', quantity: 65, buy: 2_500_000, sell: 2_505_000 },
      [814.125, 59.5345, 3.2533, 32.5, 18.5018, 40, 967.9145],
    ],
    [
      'share within the day',
      { day: '2026-06-01', kind: 'equity', quantity: 100, buy: 150_000, sell: 151_000 },
      [37.75, 9.2407, 0.301, 4.5, 8.9175, 40, 100.7092],
    ],
    [
      'share delivered',
      {
        day: '2026-06-01',
        kind: 'equity',
        product: 'delivery',
        quantity: 100,
        buy: 150_000,
        sell: 151_000,
      },
      [301, 9.2407, 0.301, 22.5, 1.7175, 0, 334.7592],
    ],
  ]
  for (const [name, { buy, sell, ...trip }, expected] of rows) {
    const fills: Charged[] = [
      { ...trip, side: 'buy', price: buy },
      { ...trip, side: 'sell', price: sell },
    ]
    const exact = fills.map(exactCharges)
    const sums = parts.map((part) => exact.reduce((sum, one) => sum + one[part], 0n))
    const all = [...sums, sums.reduce((a, b) => a + b)]
    // The examples are printed to four decimals.
    all.forEach((units, i) =>
      t.ok(Math.abs(rupees(units) - expected[i]!) < 0.00006, `${name}: ${[...parts, 'total'][i]}`),
    )
    const charged = fills.map(chargesOf).reduce((sum, { total }) => sum + total, 0)
    t.ok(
      Math.abs(charged - expected.at(-1)! * 100) <= 1,
      `${name}: two roundings are at most a paisa off`,
    )
  }
})

t.test('a fill is charged in whole paise, the remainder with the largest part', async (t) => {
  const sold: Charged = {
    day: '2026-06-01',
    kind: 'option',
    side: 'sell',
    quantity: 65,
    price: 11_000,
  }
  // Exact: 2000 + 1072.5 + 254.0395 + 0.715 + 0 + 405.8558 = 3733.1103; parts rounded one by one give 3734.
  t.same(chargesOf(sold), {
    brokerage: 1999,
    stt: 1073,
    exchange: 254,
    sebi: 1,
    stamp: 0,
    gst: 406,
    total: 3733,
  })
})

t.test('tax on a sale follows the day', async (t) => {
  const stt = (day: string, kind: 'option' | 'future') =>
    chargesOf({ day, kind, side: 'sell', quantity: 100, price: 100_000, brokerage: 0 }).stt
  const rows: readonly [string, number, number][] = [
    ['2022-11-10', 5_000, 1_000],
    ['2023-03-31', 5_000, 1_000],
    ['2023-04-01', 6_250, 1_250],
    ['2024-09-30', 6_250, 1_250],
    ['2024-10-01', 10_000, 2_000],
    ['2026-03-31', 10_000, 2_000],
    ['2026-04-01', 15_000, 5_000],
  ]
  for (const [day, option, future] of rows)
    t.strictSame([stt(day, 'option'), stt(day, 'future')], [option, future], day)
})

t.test('brokerage is the lesser of twenty rupees and its share, or what is given', async (t) => {
  const fill: Charged = {
    day: '2026-06-01',
    kind: 'equity',
    side: 'buy',
    quantity: 1,
    price: 100_000,
  }
  t.equal(chargesOf(fill).brokerage, 30)
  t.equal(chargesOf({ ...fill, kind: 'option' }).brokerage, 2_000)
  t.equal(chargesOf({ ...fill, product: 'delivery' }).brokerage, 0)
  t.equal(chargesOf({ ...fill, kind: 'option', brokerage: 0 }).brokerage, 0)
  t.throws(() => chargesOf({ ...fill, kind: 'index' }), TypeError)
})

const fill: fc.Arbitrary<Charged> = fc.record({
  day: fc.constantFrom('2022-11-10', '2024-01-02', '2025-06-02', '2026-06-01'),
  kind: fc.constantFrom('option', 'future', 'equity'),
  side: fc.constantFrom('buy', 'sell'),
  quantity: fc.integer({ min: 1, max: 1_000_000 }),
  price: fc.integer({ min: 1, max: 10_000_000 }),
  product: fc.constantFrom('intraday', 'delivery'),
})

t.test(
  'parts are never negative, add up to the total, and each is within three paise of exact',
  async () => {
    fc.assert(
      fc.property(fill, (one) => {
        const charges: Charges = chargesOf(one)
        const exact = exactCharges(one)
        const near = parts.every(
          (part) =>
            charges[part] >= 0 &&
            Math.abs(charges[part] - Number(exact[part]) / Number(unitsPerPaisa)) <= 3,
        )
        return near && charges.total === parts.reduce((sum, part) => sum + charges[part], 0)
      }),
    )
  },
)
