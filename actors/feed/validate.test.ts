import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { atMinute, dayOf, minuteOfDay, nseCalendar } from '#actors/calendar/mod.ts'
import { paise } from '#actors/domain/money.ts'
import { instrumentsFor } from '#actors/instruments/mod.ts'
import { type RowBatch, rowBatch } from './source.ts'
import { Validator, type Verdict } from './validate.ts'

type Row = {
  readonly symbol?: string
  readonly at?: number
  readonly price?: number
  readonly quantity?: number
  readonly dayVolume?: number
}
const symbols = ['NIFTY-I', 'NIFTY22111018050CE', 'NIFTY 50']
const table = instrumentsFor(symbols, '2022-11-10')
const ten = atMinute('2022-11-10', 600)

const batchOf = (rows: readonly Row[], names = symbols): RowBatch => {
  const batch = rowBatch(Math.max(1, rows.length))
  for (const {
    symbol = 'NIFTY-I',
    at = ten,
    price = 100_000,
    quantity = 50,
    dayVolume = NaN,
  } of rows) {
    const i = batch.length++
    batch.instrument[i] = names.indexOf(symbol)
    batch.at[i] = at
    batch.price[i] = price
    batch.quantity[i] = quantity
    batch.dayVolume[i] = dayVolume
  }
  return batch
}
const judgeAll = (
  rows: readonly Row[],
  validator = new Validator(table, nseCalendar),
): Verdict[] => {
  const batch = batchOf(rows)
  return rows.map((_, i) => validator.judge(batch, i))
}

t.test('each row gets the verdict it deserves', async (t) => {
  const prices = (...all: readonly number[]): Row[] => all.map((price) => ({ price }))
  const option = (...all: readonly number[]): Row[] =>
    all.map((price) => ({ price, symbol: 'NIFTY22111018050CE' }))
  const times = (...all: readonly number[]): Row[] =>
    all.map((seconds) => ({ at: ten + seconds * 1000 }))
  const rows: readonly [string, readonly Row[], readonly Verdict[]][] = [
    ['an ordinary row', [{}], ['good']],
    ['a symbol nobody knows', [{ symbol: 'GOLD' }], ['unknown symbol']],
    [
      'a price that is none',
      [{ price: NaN }, { at: Infinity }, { quantity: NaN }],
      ['not finite', 'not finite', 'not finite'],
    ],
    ['no price', [{ price: 0 }, { price: -5 }], ['price not positive', 'price not positive']],
    ['less than nothing traded', [{ quantity: -1 }], ['quantity negative']],
    ['a quote without a trade', [{ quantity: 0 }], ['good']],
    ['before the opening', [{ at: atMinute('2022-11-10', 555) - 1 }], ['out of session']],
    ['at the opening', [{ at: atMinute('2022-11-10', 555) }], ['good']],
    ['at the close', [{ at: atMinute('2022-11-10', 930) }], ['out of session']],
    ['on a holiday', [{ at: atMinute('2022-11-08', 600) }], ['out of session']],
    ['on a Saturday', [{ at: atMinute('2022-11-12', 600) }], ['out of session']],
    ['a clock that was never set', [{ at: 0 }], ['out of session']],
    ['a second back is the mixing of rows', times(5, 4, 3, 5), ['good', 'good', 'stale', 'good']],
    [
      'a leap that the rows after it do not share',
      times(0, 3_600, 1, 2),
      ['good', 'ahead of time', 'good', 'good'],
    ],
    [
      'two wrong leaps in a row',
      times(0, 3_600, 3_601, 1),
      ['good', 'ahead of time', 'ahead of time', 'good'],
    ],
    ['a silence that really was', times(0, 3_600, 3_601, 3_602), ['good', 'good', 'good', 'good']],
    ['a first row out of the future', times(3_600, 0, 1), ['ahead of time', 'good', 'good']],
    ['a fifth up is the most', prices(100_000, 120_000, 144_001), ['good', 'good', 'absurd jump']],
    ['a lone bad price', prices(100_000, 10_000, 100_100), ['good', 'absurd jump', 'good']],
    [
      'bad prices that contradict each other',
      prices(100_000, 10_000, 500, 900_000, 100_000),
      ['good', 'absurd jump', 'absurd jump', 'absurd jump', 'good'],
    ],
    [
      'a first price that was wrong: the third who says otherwise is believed',
      prices(100, 100_000, 100_100, 100_050, 100_000),
      ['good', 'absurd jump', 'absurd jump', 'good', 'good'],
    ],
    [
      'a premium of paise may multiply',
      option(5, 1_500, 10, 2_004),
      ['good', 'good', 'good', 'good'],
    ],
    ['a premium of rupees may not', option(200, 2_300, 200), ['good', 'absurd jump', 'good']],
    ['nor collapse', option(30_000, 2_000, 29_000), ['good', 'absurd jump', 'good']],
    ['but halve it may', option(30_000, 15_000, 5_000), ['good', 'good', 'good']],
    [
      'each instrument has its own price',
      [...prices(100_000), ...option(500), ...prices(100_100)],
      ['good', 'good', 'good'],
    ],
  ]
  for (const [name, given, expected] of rows) t.strictSame(judgeAll(given), expected, name)
})

t.test('prices start afresh each day, and what is refused starts none', async (t) => {
  const next = (minutes: number) => atMinute('2022-11-11', 600 + minutes)
  t.strictSame(
    judgeAll([
      { price: 100_000 },
      { at: next(0), price: 200_000 },
      { at: next(1), price: 100_000 },
    ]),
    ['good', 'good', 'absurd jump'],
  )
})

t.test('verdicts are counted by reason', async (t) => {
  const validator = new Validator(table, nseCalendar)
  judgeAll([{}, { price: 0 }, { price: -1 }, { symbol: 'GOLD' }, {}], validator)
  t.equal(validator.quarantined, 3)
  t.match(validator.counts, { 'price not positive': 2, 'unknown symbol': 1, stale: 0 })
})

t.test('a day volume that runs backwards is held, and the row is good', async (t) => {
  const validator = new Validator(table, nseCalendar)
  const batch = batchOf([
    { dayVolume: 500 },
    { dayVolume: 450 },
    { dayVolume: 600 },
    { dayVolume: NaN, quantity: 50 },
  ])
  const volumes = [0, 1, 2, 3].map((i) =>
    validator.judge(batch, i) === 'good' ? validator.dayVolume : -1,
  )
  t.strictSame(volumes, [500, 500, 600, 650])
  t.equal(validator.volumeRanBack, 1)
})

t.test('the same rows always get the same verdicts', async (t) => {
  const rows = Array.from({ length: 400 }, (_, i): Row => ({
    at: ten + ((i * 7919) % 50) * 300,
    price: 100_000 + ((i * 104729) % 90_000) - 30_000,
    dayVolume: i * 50 - ((i * 31) % 200),
  }))
  t.strictSame(judgeAll(rows), judgeAll(rows))
})

const shared = join(
  process.env['RINGMASTER_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
  'data',
)
const skip = existsSync(shared) ? false : `no ${shared}`
const csv = (path: string): string[][] =>
  gunzipSync(readFileSync(join(shared, path)))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
const inIndia = (date: string, time: string): number => Date.parse(`${date}T${time}+05:30`)

/** Judges rows one by one, each contract's on their own, and tallies the verdicts. */
const tally = (rows: readonly (Row & { symbol: string })[]): Record<string, number> => {
  const counts: Record<string, number> = { good: 0, 'volume ran back': 0 }
  for (const [symbol, own] of Object.entries(Object.groupBy(rows, (row) => row.symbol))) {
    const validator = new Validator(instrumentsFor([symbol], '2022-11-03'), nseCalendar)
    const batch = batchOf(own!, [symbol])
    own!.forEach((_, i) => {
      const verdict = validator.judge(batch, i)
      counts[verdict] = (counts[verdict] ?? 0) + 1
    })
    counts['volume ran back']! += validator.volumeRanBack
  }
  return counts
}

t.test('raw trades: rows after the close are refused, trades are not', { skip }, async (t) => {
  const rows = csv('dirty/nfo_trades_raw_20221103_sample.csv.gz').map(
    ([symbol, date, time, price, quantity]) => ({
      symbol: symbol!,
      at: inIndia(`${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}`, time!),
      price: paise(Number(price)),
      quantity: Number(quantity),
    }),
  )
  t.same(tally(rows), { good: 44_176, 'out of session': 3, 'volume ran back': 0 })
})

t.test('an index under dates without a session is refused as a whole', { skip }, async (t) => {
  const rows = csv('dirty/NIFTY50_spot_wrong_dates_20221104_08.csv.gz').map(
    ([file, stamp, price]) => ({
      symbol: 'NIFTY 50',
      file: file!.slice(0, 10),
      at: inIndia(stamp!.slice(0, 10), stamp!.slice(11)),
      price: paise(Number(price)),
      quantity: 0,
    }),
  )
  const open = rows.filter(({ at }) => {
    const minute = minuteOfDay(at)
    return ['2022-11-04', '2022-11-07'].includes(dayOf(at)) && minute >= 555 && minute < 930
  })
  t.same(tally(rows), {
    good: open.length,
    'out of session': rows.length - open.length,
    'volume ran back': 0,
  })
})

t.test(
  'raw share ticks: stamps of 1970, steps back and volumes that fall are found',
  { skip },
  async (t) => {
    const rows = csv('equity_gpl3/dirty_eq_ticks_raw_20210416.csv.gz').map(
      ([symbol, stamp, price, volume]) => ({
        symbol: symbol!,
        at: inIndia(stamp!.slice(0, 10), stamp!.slice(11)),
        price: paise(Number(price)),
        quantity: 0,
        dayVolume: Number(volume),
      }),
    )
    t.equal(rows.length, 52_155)
    // The stamps of 1970 are 6,014; most steps back are of one second, which is the mixing of rows.
    t.same(tally(rows), { good: 42_636, 'out of session': 9_513, stale: 6, 'volume ran back': 450 })
  },
)
