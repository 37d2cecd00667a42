import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { instrumentsFor } from '#actors/instruments/mod.ts'
import { loadBars, parseBars } from './bars.ts'
import feed from './feed.actor.ts'
import { instrumentsOf, openRecording, recordingSource } from './recording.ts'
import { readRows } from './read-rows.ts'
import { nothingBroken, rowBatch, type Source, unknownInstrument } from './source.ts'
import { SymbolLookup } from './symbol-lookup.ts'

const shipped = join(import.meta.dirname, '../fixtures/nse-20221110')
const header = 'ts_ms,symbol,ltp,ltq,volume,bid,ask,bid_qty,ask_qty,oi'
const open = 1668051900000
const good = (second: number, symbol = 'NIFTY-I') =>
  `${open + second * 1000},${symbol},18144,50,${50 * second},,,,,12059100`
const lines = (...rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`

/** Every row of a source, with the instrument's name in place of its number. */
const rowsOf = async (source: Source, symbols: readonly string[]) => {
  const rows: (readonly [number, string | undefined, number, number, number])[] = []
  for await (const { length, at, instrument, price, quantity, dayVolume } of source.open())
    for (let i = 0; i < length; i++)
      rows.push([at[i]!, symbols[instrument[i]!], price[i]!, quantity[i]!, dayVolume[i]!])
  return rows
}

/** Files of a folder that this process has open. */
const openIn = (folder: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))]
    } catch {
      return [] // closed meanwhile
    }
  }).filter((file) => file.startsWith(folder))

const skip = existsSync('/proc/self/fd') ? false : 'open files are counted on Linux'
for (const [how, leave] of [['stops', feed.stop], ['dies where its thread does not', feed.abandon]] as const)
  t.test(`a feed that ${how} closes every file it reads`, { skip }, async (t) => {
    const text = lines(...Array.from({ length: 20_000 }, (_, second) => good(second)))
    const dir = t.testdir({ 'a.csv': text, 'b.csv': text })
    for (const names of [['a.csv'], ['a.csv', 'b.csv']]) {
      const paths = names.map((name) => join(dir, name))
      const rows = readRows(paths, new SymbolLookup(['NIFTY-I']), nothingBroken())
      await rows.next()
      t.equal(openIn(dir).length, names.length, 'some is left to read')
      void leave!({ rows } as never, null as never)
      for (let tries = 0; tries < 500 && openIn(dir).length > 0; tries++) await pause(10)
      t.same(openIn(dir), [])
    }
  })

t.test('the shipped recording is what its README says', async (t) => {
  const readme = await readFile(join(shipped, 'README.md'), 'utf8')
  const listed = [...readme.matchAll(/`([\w.-]+)` \|.*`([0-9a-f]{64})`/g)]
  t.equal(listed.length, 4)
  for (const [, name, sha256] of listed)
    t.equal(
      createHash('sha256')
        .update(await readFile(join(shipped, name!)))
        .digest('hex'),
      sha256!,
      name!,
    )

  const recording = await openRecording(shipped)
  t.match(recording, { name: 'nse-20221110', days: ['2022-11-10'], rows: 599_336, strangers: [] })
  const table = instrumentsOf(recording)
  t.equal(table.all.length, 28)
  t.match(table.of('NIFTY22111018050CE'), {
    kind: 'option',
    lot: 50,
    strike: 1_805_000,
    expiry: '2022-11-10',
  })
  t.match(table.of('BANKNIFTY-I'), { kind: 'future', lot: 25, tickSize: 5 })
})

t.test('warm-up bars come from the sessions before, and say how many', async (t) => {
  const recording = await openRecording(shipped)
  const all = await loadBars(recording)
  t.strictSame(all.days, [
    '2022-11-01',
    '2022-11-02',
    '2022-11-03',
    '2022-11-04',
    '2022-11-07',
    '2022-11-09',
  ])
  t.strictSame([all.candles.length, all.refused], [61_815, 0])
  const one = await loadBars(recording, ['NIFTY-I'])
  t.equal(one.candles.length, 6 * 375)
  t.match(one.candles[0], {
    symbol: 'NIFTY-I',
    timeframe: '1m',
    openAt: 1667274300000,
    closeAt: 1667274360000,
  })
})

t.test('warm-up bars that contradict themselves are left out and counted', async (t) => {
  const bar = (minute: number, prices: string) =>
    `${open + minute * 60_000},NIFTY-I,${prices},100,5`
  const rows = [
    bar(0, '10,12,9,11'),
    bar(0, '10,12,9,11'),
    bar(1, '10,9,9,11'),
    bar(2, '10,12,x,11'),
    bar(-1, '10,12,9,11'),
    bar(3, '10,12,9,11'),
    'x',
  ]
  const { candles, refused } = parseBars(
    ['ts,symbol,open,high,low,close,volume,oi', ...rows].join('\n'),
    { file: 'bars.csv' },
  )
  t.strictSame([candles.length, refused], [2, 5])
  t.throws(() => parseBars('ts,symbol,open\n', { file: 'bars.csv' }), { code: 'FEED_BARS_HEADER' })
})

t.test(
  'warm-up bars that break off are refused, and say how many rows could be read',
  async (t) => {
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `${open - i * 60_000},NIFTY-I,10,12,9,11,${i},5`,
    )
    const gzip = gzipSync(['ts,symbol,open,high,low,close,volume,oi', ...rows].join('\n'))
    const folder = t.testdir({ 'bars.csv.gz': gzip.subarray(0, gzip.length / 2) })
    const { files, days } = await openRecording(shipped)
    const recording = { files: { ...files, bars: join(folder, 'bars.csv.gz') }, days }
    await t.rejects(loadBars(recording), {
      code: 'FEED_TRUNCATED',
      message: /bars\.csv\.gz.*: \d{3,} rows/,
    })
  },
)

t.test(
  'a recording opened twice yields the same rows, whatever order its columns have',
  async (t) => {
    const folder = t.testdir({
      'a.csv': lines(good(1), good(2)),
      'b.csv':
        'oi,symbol,ts_ms,ltp,ltq,volume,bid,ask,bid_qty,ask_qty,note\r\n' +
        `1,NIFTY-I,${open},18144.05,50,50,18144,18144.1,1,1,hello\r\n`,
    })
    const recording = await openRecording(join(folder, 'a.csv'))
    const source = recordingSource(recording, instrumentsOf(recording))
    const rows = await rowsOf(source, recording.symbols)
    t.same(rows, [
      [open + 1000, 'NIFTY-I', 1_814_400, 50, 50],
      [open + 2000, 'NIFTY-I', 1_814_400, 50, 100],
    ])
    t.same(await rowsOf(source, recording.symbols), rows)
    const other = await openRecording(join(folder, 'b.csv'))
    for await (const { length, price, bid, ask, oi } of recordingSource(
      other,
      instrumentsOf(other),
    ).open())
      t.same([length, price[0], bid[0], ask[0], oi[0]], [1, 1_814_405, 1_814_400, 1_814_410, 1])
  },
)

t.test('a symbol outside the table is marked, not dropped', async (t) => {
  const path = join(t.testdir({ 'a.csv': lines(good(1), good(2, 'BANKNIFTY-I')) }), 'a.csv')
  const table = instrumentsFor(['NIFTY-I'], '2022-11-10')
  for await (const { instrument } of recordingSource(await openRecording(path), table).open())
    t.same([instrument[0], instrument[1]], [0, unknownInstrument])
})

t.test('several tick files of a folder are merged by time', async (t) => {
  const path = t.testdir({
    'ticks-1.csv': lines(good(1), good(3), good(3)),
    'ticks-2.csv.gz': gzipSync(lines(good(2, 'BANKNIFTY-I'), good(3, 'BANKNIFTY-I'))),
  })
  const recording = await openRecording(path)
  const rows = await rowsOf(recordingSource(recording, instrumentsOf(recording)), recording.symbols)
  t.same(
    rows.map(([at, symbol]) => `${(at - open) / 1000} ${symbol}`),
    ['1 NIFTY-I', '2 BANKNIFTY-I', '3 NIFTY-I', '3 NIFTY-I', '3 BANKNIFTY-I'],
  )
})

t.test('broken rows are passed over, counted by reason, with an example', async (t) => {
  const path = join(
    t.testdir({
      'a.csv': lines(
        good(1),
        'short,row',
        `${good(2)},extra`,
        good(3).replace('18144', '18x44'),
        good(4).replace('18144', ''),
        good(5).replace('18144', '-5'),
        good(6).replace(',50,', ',-50,'),
        good(7).replace('18144', 'NaN'),
        good(8).replace('18144', '1e5'),
        good(9),
      ),
    }),
    'a.csv',
  )
  const { rows, broken } = await openRecording(path)
  t.equal(rows, 2)
  t.same(broken, {
    'wrong number of fields': { count: 2, example: 'short,row' },
    'not a number': { count: 4, example: good(3).replace('18144', '18x44') },
    negative: { count: 2, example: good(5).replace('18144', '-5') },
  })
})

t.test('what cannot be replayed is refused with a code and what to do', async (t) => {
  const gzip = gzipSync(lines(...Array.from({ length: 50_000 }, (_, i) => good(i / 10))))
  const damaged = Buffer.from(gzip)
  damaged.writeUInt32LE(0, damaged.length - 8)
  const folder = t.testdir({
    'empty.csv': '',
    'header-only.csv': `${header}\n`,
    'empty.csv.gz': gzipSync(''),
    'other.csv': 'date,price\n2022-11-10,5\n',
    'bars.csv': 'ts,symbol,open,high,low,close,volume,oi\n',
    'binary.csv': Buffer.alloc(9_000, 7),
    'no-column.csv': lines(good(1)).replace('bid_qty', 'bidqty'),
    'truncated.csv.gz': gzip.subarray(0, gzip.length / 2),
    'damaged.csv.gz': damaged,
    'all-broken.csv': lines('1,2', '3'),
    'unsorted.csv': lines(...[5, 4, 3, 2, 1].map((second) => good(second))),
    'strange.csv': lines(good(1, 'what?'), good(2, 'bank nifty')),
    'at-night.csv': lines(good(50_000)),
    'no-ticks': { 'notes.csv': 'x' },
  })
  const rows: readonly [string, string, RegExp][] = [
    ['missing.csv.gz', 'FEED_NOT_FOUND', /missing\.csv\.gz/],
    ['no-ticks', 'FEED_NO_TICKS', /no-ticks/],
    ['empty.csv', 'FEED_EMPTY', /empty\.csv/],
    ['empty.csv.gz', 'FEED_EMPTY', /empty\.csv\.gz/],
    ['header-only.csv', 'FEED_EMPTY', /header-only/],
    ['all-broken.csv', 'FEED_EMPTY', /2 broken rows/],
    ['other.csv', 'FEED_NOT_A_RECORDING', /date,price/],
    ['bars.csv', 'FEED_NOT_A_RECORDING', /ts,symbol,open/],
    ['binary.csv', 'FEED_NOT_A_RECORDING', /not text/],
    ['no-column.csv', 'FEED_COLUMN_MISSING', /bid_qty.*bidqty/],
    ['truncated.csv.gz', 'FEED_TRUNCATED', /: \d+ rows could be read/],
    ['damaged.csv.gz', 'FEED_DAMAGED', /\d+ readable rows/],
    ['unsorted.csv', 'FEED_NOT_SORTED', /4 of 5 rows/],
    ['strange.csv', 'FEED_NO_KNOWN_SYMBOL', /what\?, bank nifty/],
    ['at-night.csv', 'FEED_NO_SESSION', /2022-11-10/],
  ]
  for (const [name, code, message] of rows)
    await t.rejects(openRecording(join(folder, name)), { code, message, todo: /\w{4}/ }, name)
})

t.test(
  'rows are the same however the bytes are cut, and equal to reading them plainly',
  async (t) => {
    const number = fc.integer({ min: 1, max: 9_999_999 })
    const row = fc.tuple(
      fc.integer({ min: 0, max: 22_000 }),
      fc.constantFrom('NIFTY-I', 'BANKNIFTY-I', 'NIFTY22111018050CE'),
      number,
      fc.integer({ min: 0, max: 5_000 }),
    )
    const folder = t.testdir({})
    const path = join(folder, 'a.csv')
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (some, times, ended) => {
          // Up to 400 kB: several chunks of bytes and batches of rows, cut at other places each time.
          const rows = Array.from({ length: times }, () => some).flat()
          const text = lines(
            ...rows.map(
              ([second, symbol, price, quantity]) =>
                `${open + second * 1000},${symbol},${price / 100},${quantity},1,,,,,`,
            ),
          )
          await writeFile(path, ended ? text : text.slice(0, -1))
          const lookup = new SymbolLookup([], { collect: true })
          const read: unknown[] = []
          for await (const batch of readRows([path], lookup, nothingBroken()))
            for (let i = 0; i < batch.length; i++)
              read.push([
                (batch.at[i]! - open) / 1000,
                lookup.symbols[batch.instrument[i]!],
                batch.price[i],
                batch.quantity[i],
              ])
          if (JSON.stringify(read) !== JSON.stringify(rows)) throw new Error('rows differ')
        },
      ),
      { numRuns: 15 },
    )
  },
)

t.test('a lookup holds thousands of symbols and tells them apart', async (t) => {
  const symbols = Array.from({ length: 3_000 }, (_, i) => `NIFTY221110${10_000 + i}CE`)
  const lookup = new SymbolLookup(symbols)
  const text = Buffer.from('xNIFTY22111012999CEx')
  t.equal(lookup.find(text, 1, text.length - 1), 2_999)
  t.equal(lookup.find(text, 0, text.length - 1), -1)
  t.equal(rowBatch(4).at.length, 4)
})

const shared = join(
  process.env['RINGMASTER_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
  'data',
)
t.test(
  'any other recording can be read',
  { skip: existsSync(shared) ? false : `no ${shared}` },
  async (t) => {
    const l1 = await openRecording(join(shared, 'ticks/nfo_l1_stockfut_20251117.csv.gz'))
    t.match(l1, {
      days: ['2025-11-17'],
      rows: 2_719,
      symbols: ['MCX25NOVFUT', 'RELIANCE25NOVFUT', 'TCS25NOVFUT', 'TRENT25NOVFUT'],
    })
    t.equal(instrumentsOf(l1).all[0]?.lot, undefined, 'no source names its lot')
    const spot = await openRecording(join(shared, 'ticks/NIFTY50_spot_1s_20221101_16.csv.gz'))
    t.equal(spot.days.length, 11)
    const dirty = join(shared, 'dirty/nfo_trades_raw_20221103_sample.csv.gz')
    await t.rejects(
      openRecording(dirty),
      { code: 'FEED_NOT_A_RECORDING' },
      'a raw vendor file has another layout',
    )
    t.equal(
      gunzipSync(await readFile(dirty))
        .toString()
        .split('\n').length > 44_000,
      true,
    )
  },
)
