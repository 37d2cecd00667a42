import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { atMinute } from '#actors/calendar/mod.ts'
import {
  chooseOption,
  freezeOf,
  instrumentsFor,
  lotOf,
  type OptionWish,
  parseContracts,
  parseSymbol,
} from './mod.ts'

const shared = process.env['RINGMASTER_SHARED'] ?? join(import.meta.dirname, '../../../shared')

t.test('a symbol says what it names', async (t) => {
  const rows: readonly [string, ReturnType<typeof parseSymbol>][] = [
    ['NIFTY-I', { kind: 'future', underlying: 'NIFTY', place: 1 }],
    ['BANKNIFTY-III', { kind: 'future', underlying: 'BANKNIFTY', place: 3 }],
    ['RELIANCE25NOVFUT', { kind: 'future', underlying: 'RELIANCE', expiry: '2025-11-25' }],
    [
      'NIFTY22111018300CE',
      {
        kind: 'option',
        underlying: 'NIFTY',
        expiry: '2022-11-10',
        strike: 1_830_000,
        optionType: 'CE',
      },
    ],
    [
      'BANKNIFTY22111041500PE',
      {
        kind: 'option',
        underlying: 'BANKNIFTY',
        expiry: '2022-11-10',
        strike: 4_150_000,
        optionType: 'PE',
      },
    ],
    [
      'NIFTYNXT5026022467000CE',
      {
        kind: 'option',
        underlying: 'NIFTYNXT50',
        expiry: '2026-02-24',
        strike: 6_700_000,
        optionType: 'CE',
      },
    ],
    [
      'M&M251125315.5PE',
      { kind: 'option', underlying: 'M&M', expiry: '2025-11-25', strike: 31_550, optionType: 'PE' },
    ],
    ['NIFTY 50', { kind: 'index', underlying: 'NIFTY' }],
    ['NIFTY', { kind: 'index', underlying: 'NIFTY' }],
    ['NIFTY BANK', { kind: 'index', underlying: 'BANKNIFTY' }],
    ['RELIANCE', { kind: 'equity', underlying: 'RELIANCE' }],
    ['BAJAJ-AUTO', { kind: 'equity', underlying: 'BAJAJ-AUTO' }],
    ['NIFTY22133018300CE', null],
    ['BANKNIFTY_F1', null],
    ['5PAISA', { kind: 'equity', underlying: '5PAISA' }],
    ['nifty-i', null],
    ['', null],
  ]
  for (const [symbol, expected] of rows) t.same(parseSymbol(symbol), expected, symbol)
})

t.test('an index contract has the lot of its day and expiry', async (t) => {
  const rows: readonly [string, string, string | undefined, number | undefined][] = [
    ['NIFTY', '2022-11-10', '2022-11-10', 50],
    ['BANKNIFTY', '2022-11-10', '2022-11-10', 25],
    ['FINNIFTY', '2022-11-10', undefined, 40],
    ['BANKNIFTY', '2023-07-03', '2023-07-06', undefined],
    ['NIFTY', '2024-04-25', '2024-04-25', 50],
    ['NIFTY', '2024-04-26', '2024-05-02', 25],
    ['NIFTY', '2024-12-02', '2024-12-05', undefined],
    ['NIFTY', '2025-06-02', '2025-06-26', 75],
    ['BANKNIFTY', '2025-06-02', '2025-06-26', 30],
    ['BANKNIFTY', '2025-06-02', '2025-07-31', 35],
    ['BANKNIFTY', '2025-06-02', undefined, undefined],
    ['NIFTY', '2026-06-01', '2026-06-30', 65],
    ['RELIANCE', '2026-06-01', '2026-06-30', undefined],
  ]
  for (const [underlying, day, expiry, expected] of rows)
    t.equal(lotOf(underlying, day, expiry), expected, `${underlying} ${day} expiring ${expiry}`)
})

const eod = join(shared, 'data/eod/NSE_FO_eod_20251114_17.csv.gz')
t.test(
  "lots agree with the exchange's own records",
  { skip: existsSync(eod) ? false : `no ${eod}` },
  async (t) => {
    const [header = '', ...lines] = gunzipSync(readFileSync(eod)).toString().trim().split('\n')
    const at = (name: string) => header.split(',').indexOf(name)
    let compared = 0
    for (const line of lines) {
      const row = line.split(',')
      const [symbol, day, expiry, contracts] = [
        row[at('symbol')]!,
        row[at('date')]!,
        row[at('expiry')]!,
        Number(row[at('contracts')]),
      ]
      const ours = lotOf(symbol, day, expiry)
      if (ours === undefined || !contracts) continue
      compared++
      if (Number(row[at('volume')]) / contracts !== ours)
        t.fail(`${symbol} ${expiry} on ${day}: ${ours}`)
    }
    t.ok(compared > 1_000, `${compared} records compared`)
  },
)

t.test("the freeze quantity is that of the month's notice, and unknown without one", async (t) => {
  t.equal(freezeOf('BANKNIFTY', '2026-04-30'), 900)
  t.equal(freezeOf('BANKNIFTY', '2026-07-01'), 600)
  t.equal(freezeOf('NIFTY', '2025-10-15'), undefined)
  t.equal(freezeOf('NIFTY', '2022-11-10'), undefined)
  t.equal(freezeOf('NIFTY', '2026-10-01'), undefined)
  t.equal(freezeOf('RELIANCE', '2026-07-01'), undefined)
})

t.test('a table holds what is known of each symbol on the day', async (t) => {
  const table = instrumentsFor(
    ['NIFTY-I', 'NIFTY 50', 'nonsense!', 'RELIANCE', 'RELIANCE-I'],
    '2022-11-10',
  )
  t.strictSame(table.all, [
    { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5 },
    { index: 1, symbol: 'NIFTY 50', kind: 'index', underlying: 'NIFTY', tickSize: 5 },
    { index: 2, symbol: 'RELIANCE', kind: 'equity', underlying: 'RELIANCE', lot: 1, tickSize: 5 },
    { index: 3, symbol: 'RELIANCE-I', kind: 'future', underlying: 'RELIANCE', tickSize: 5 },
  ])
  t.equal(instrumentsFor(['NIFTY-I'], '2026-06-01').of('NIFTY-I')?.tickSize, 10)
})

t.test('a contract list outranks symbol and tables', async (t) => {
  const text =
    'symbol,underlying,expiry,strike,type,lot_size,tick_size\nODD,NIFTY,2022-11-10,18000,CE,75,0.05\n'
  const table = instrumentsFor(['ODD'], '2022-11-10', parseContracts(text, 'contracts.csv'))
  t.match(table.of('ODD'), {
    kind: 'option',
    underlying: 'NIFTY',
    strike: 1_800_000,
    optionType: 'CE',
    lot: 75,
    tickSize: 5,
  })
  const refused = (bad: string, code: string) =>
    t.throws(() => parseContracts(bad, 'contracts.csv'), { code })
  refused('symbol,lot\n', 'INSTRUMENTS_CONTRACTS_HEADER')
  refused(text.replace(',75,', ',7.5,'), 'INSTRUMENTS_CONTRACTS_ROW')
  refused(text.replace('2022-11-10', '2022-11-31'), 'INSTRUMENTS_CONTRACTS_ROW')
})

t.test('the option bought is at the money and outside its theta window', async (t) => {
  const strikes = [17_950, 18_000, 18_050, 18_100]
  const symbols = ['221110', '221117'].flatMap((day) =>
    strikes.flatMap((strike) => [`NIFTY${day}${strike}CE`, `NIFTY${day}${strike}PE`]),
  )
  const table = instrumentsFor(symbols, '2022-11-09')
  const wish: OptionWish = {
    underlying: 'NIFTY',
    price: 1_803_000,
    direction: 'long',
    at: atMinute('2022-11-09', 600),
    thetaDays: 1,
    thetaMinute: 780,
  }
  const rows: readonly [string, Partial<OptionWish>, string][] = [
    ['long buys a call', {}, 'NIFTY22111018050CE'],
    ['short buys a put', { direction: 'short' }, 'NIFTY22111018050PE'],
    ['nearer below', { price: 1_802_400 }, 'NIFTY22111018000CE'],
    ['on a tie the lower', { price: 1_802_500 }, 'NIFTY22111018000CE'],
    ['a minute before the window', { at: atMinute('2022-11-09', 780) - 1 }, 'NIFTY22111018050CE'],
    [
      'once the window opens, the next expiry',
      { at: atMinute('2022-11-09', 780) },
      'NIFTY22111718050CE',
    ],
    [
      'on the expiry day, within the window',
      { at: atMinute('2022-11-10', 600) },
      'NIFTY22111718050CE',
    ],
    [
      'a window of the expiry day itself',
      { thetaDays: 0, at: atMinute('2022-11-10', 779) },
      'NIFTY22111018050CE',
    ],
    [
      'the holiday is no trading day',
      { thetaDays: 2, at: atMinute('2022-11-07', 780) },
      'NIFTY22111718050CE',
    ],
    [
      'and the day before it still is outside',
      { thetaDays: 2, at: atMinute('2022-11-07', 779) },
      'NIFTY22111018050CE',
    ],
    [
      'all expiries past',
      { at: atMinute('2022-11-18', 600) },
      'every NIFTY expiry in this run is past or in its theta window',
    ],
    [
      'price beyond the strikes',
      { price: 1_815_000 },
      'no NIFTY CE of 2022-11-10 in this run is at the money at 18150.00',
    ],
    ['just within the last', { price: 1_814_900 }, 'NIFTY22111018100CE'],
    ['a step that was given', { price: 1_815_000, strikeStep: 10_000 }, 'NIFTY22111018100CE'],
    ['no such underlying', { underlying: 'BANKNIFTY' }, 'no BANKNIFTY CE is in this run'],
  ]
  for (const [name, change, expected] of rows) {
    const choice = chooseOption(table, { ...wish, ...change })
    t.equal(choice.type === 'chosen' ? choice.instrument.symbol : choice.because, expected, name)
  }
})
