import fc from 'fast-check'
import t from 'tap'
import { createRing, ringReader, ringWriter, type RingWriter } from '#engine/mod.ts'
import { eachCandle, packHistory } from './candles/history.ts'
import { minuteReader } from './candles/minutes.ts'
import { minutesOf, timeframes, type Candle, type Timeframe } from './domain/candle.ts'
import { candleOf, END, isCandle, MARK, putCandle } from './records.ts'

const symbols = ['NIFTY-I', 'BANKNIFTY-I', 'NIFTY']
const openOf = (session: number) => Date.UTC(2022, 10, 10 + session, 3, 45)
const all = () => true
const price = fc.integer({ min: 1, max: 1e9 })
const int32 = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const anyCandle: fc.Arbitrary<Candle> = fc
  .record({
    symbol: fc.constantFrom(...symbols),
    timeframe: fc.constantFrom(...timeframes),
    openAt: fc.integer({ min: 0, max: 374 }).map((minute) => openOf(0) + minute * 60_000),
    open: price, high: price, low: price, close: price,
    volume: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    oi: int32, ticks: int32, gap: fc.boolean(), revision: fc.integer({ min: 0, max: 255 }),
  })
  .map((one) => ({ ...one, closeAt: one.openAt + minutesOf[one.timeframe] * 60_000 }))

const candle = (symbol: string, timeframe: Timeframe, closeAt: number, close: number): Candle => ({
  symbol, timeframe, openAt: closeAt - minutesOf[timeframe] * 60_000, closeAt, open: 100, high: 110, low: 90, close,
  volume: 50, oi: 0, ticks: 2, gap: false, revision: 0,
})

const equal = (one: Candle, other: Candle): boolean =>
  (Object.keys(other) as (keyof Candle)[]).every((key) => one[key] === other[key])

t.test('a candle comes out of its record as it went in', async () => {
  const handle = createRing({ capacity: 2, readers: 1, lossless: true })
  const writer = ringWriter(handle)
  const reader = ringReader(handle, 0)
  fc.assert(
    fc.property(anyCandle, (given) => {
      if (!putCandle(writer, symbols.indexOf(given.symbol), given)) return false
      writer.publish()
      let same = false
      reader.read(1, (fields, ints, f, i) => {
        same = isCandle(ints[i + 1]!) && equal(candleOf(fields, ints, f, i, symbols, given.closeAt), given)
      })
      reader.releaseRead()
      return same
    }),
  )
})

t.test('the words of a mark are no candle', async (t) => {
  t.notOk(isCandle(MARK))
  t.notOk(isCandle(END))
})

/** Publishes what closed at one boundary, as a candle shard does. */
const close = (writer: RingWriter, at: number, candles: readonly Candle[], kind = MARK): void => {
  for (const one of candles) putCandle(writer, symbols.indexOf(one.symbol), one)
  const f = writer.claim()
  writer.fields.set([at, at / 1000, openOf(0), openOf(0) + 375 * 60_000, 7, 1], f)
  writer.ints.set([-1, kind, 0, 99], writer.intOffset)
  writer.publish()
}
const shards = (count: number) => {
  const handles = Array.from({ length: count }, () => createRing({ capacity: 16, readers: 1, lossless: true }))
  const shardOf = ({ symbol }: Candle) => symbols.indexOf(symbol) % count
  const writers = handles.map(ringWriter)
  return {
    handles,
    close: (at: number, candles: readonly Candle[], kind?: number, only = writers) => {
      for (const writer of only) close(writer, at, candles.filter((one) => writers[shardOf(one)] === writer), kind)
    },
    writers,
  }
}
const names = (candles: readonly Candle[]) => candles.map(({ symbol, timeframe }) => `${timeframe} ${symbol}`)

t.test('a minute is there once every shard has closed it, in the same order however many there are', async (t) => {
  const at = openOf(0) + 5 * 60_000
  const candles = [
    candle('NIFTY', '1m', at, 103), candle('BANKNIFTY-I', '5m', at, 104), candle('BANKNIFTY-I', '1m', at, 102),
    candle('NIFTY-I', '5m', at, 101), candle('NIFTY-I', '1m', at, 101),
  ]
  for (const count of [1, 2, 3]) {
    const { handles, close, writers } = shards(count)
    const seen: number[][] = []
    const reader = minuteReader(handles, 0, symbols, all, (...one) => seen.push(one))
    t.equal(reader.peek(), null)
    for (const [n, writer] of writers.entries()) {
      close(at, candles, MARK, [writer])
      t.equal(reader.peek() === null, n < count - 1, `${n + 1} of ${count}`)
    }
    const minute = reader.peek()!
    t.match(minute, {
      at, sequence: at / 1000, openAt: openOf(0), closeAt: openOf(0) + 375 * 60_000,
      fed: 7, quarantined: 1, micros: 99, end: false,
    })
    t.strictSame(names(minute.candles), ['1m NIFTY-I', '1m BANKNIFTY-I', '1m NIFTY', '5m NIFTY-I', '5m BANKNIFTY-I'])
    t.ok(minute.candles.every((one) => one.closeAt === at))
    t.strictSame(seen.toSorted(), [[0, 101], [1, 102], [2, 103]], 'closes of one-minute candles')
    t.equal(reader.peek(), minute, 'it stays until it is taken')
    reader.take()
    reader.release()
    close(at + 60_000, [])
    t.match(reader.peek(), { at: at + 60_000, candles: [] })
    reader.take()
    close(0, [], END)
    t.match(reader.peek(), { at: Number.POSITIVE_INFINITY, end: true })
    t.equal(reader.lag(), 0)
  }
})

t.test('who wants only some candles is given only those', async (t) => {
  const at = openOf(0) + 5 * 60_000
  const { handles, close } = shards(2)
  const five = timeframes.indexOf('5m')
  const reader = minuteReader(handles, 0, symbols, (instrument, timeframe) => instrument === 1 && timeframe === five)
  close(at, [candle('NIFTY-I', '5m', at, 1), candle('BANKNIFTY-I', '1m', at, 2), candle('BANKNIFTY-I', '5m', at, 3)])
  t.strictSame(names(reader.peek()!.candles), ['5m BANKNIFTY-I'])
})

t.test('past candles are walked in the order they closed, and are what was packed', async (t) => {
  const rank = ({ symbol, timeframe }: Candle) => timeframes.indexOf(timeframe) * 10 + symbols.indexOf(symbol)
  fc.assert(
    fc.property(fc.array(anyCandle, { maxLength: 30 }), (candles) => {
      const read: Candle[] = []
      eachCandle(packHistory(candles, symbols, 1), all, (one) => read.push(one))
      const expected = candles.toSorted((a, b) => a.closeAt - b.closeAt || rank(a) - rank(b))
      const kept = expected.map((one) => ({ ...one, oi: 0, ticks: 0 }))
      return read.length === kept.length && read.every((one, n) => equal(one, kept[n]!))
    }),
  )
  const history = packHistory([candle('NIFTY-I', '1m', 60_000, 1), candle('NIFTY', '1d', 60_000, 2)], symbols, 3)
  const read: Candle[] = []
  eachCandle(history, (instrument) => instrument === 2, (one) => read.push(one))
  t.strictSame([history.sessions, history.count, names(read)], [3, 2, ['1d NIFTY']])
})
