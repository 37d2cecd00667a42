import fc from 'fast-check'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  atMinute,
  candleClose,
  candleOpen,
  marksOf,
  minuteOfDay,
  nseCalendar,
  type Session,
  sessionOf,
} from '#actors/calendar/mod.ts'
import { type Candle, type Timeframe, timeframes } from '#actors/domain/candle.ts'
import type { Kind } from '#actors/domain/instrument.ts'
import { parseBars } from '#actors/feed/bars.ts'
import { instrumentsOf, openRecording, recordingSource } from '#actors/feed/recording.ts'
import { textOf } from '#actors/feed/recording-files.ts'
import { type Step, TickStream } from '#actors/feed/stream.ts'
import { Validator } from '#actors/feed/validate.ts'
import { CandleBuilder, longerCandles } from './aggregate.ts'

type Tick = {
  readonly at: number
  readonly price: number
  readonly quantity: number
  readonly oi: number
}
const session = sessionOf('2022-11-10')!
const builderOf = (kind: Kind = 'future') =>
  new CandleBuilder({ instrument: { symbol: 'NIFTY-I', kind }, sessionOf })
const minute = (at: number) =>
  `${Math.floor(minuteOfDay(at) / 60)}:${String(minuteOfDay(at) % 60).padStart(2, '0')}`
const say = ({ timeframe, openAt, closeAt, open, high, low, close, volume }: Candle) =>
  `${timeframe} ${minute(openAt)}-${minute(closeAt)} ${open} ${high} ${low} ${close} ${volume}`

/** Runs ticks, sorted by time, through a builder, with every mark of the session before them; collects what closes. */
const build = (
  ticks: readonly Tick[],
  of: Session = session,
  builder = builderOf(),
  from = -Infinity,
): Candle[] => {
  const candles: Candle[] = []
  let next = 0
  for (const mark of marksOf(of).filter((one) => one > from)) {
    for (; next < ticks.length && ticks[next]!.at < mark; next++) {
      const { at, price, quantity, oi } = ticks[next]!
      if (at >= from) builder.tick(at, price, quantity, oi)
    }
    builder.mark(mark, (candle) => candles.push(candle))
  }
  return candles
}
const tick = (
  time: string,
  price: number,
  quantity = 50,
  oi = NaN,
  of: Session = session,
): Tick => {
  const [hour, minutes, seconds = 0] = time.split(':').map(Number)
  return { at: atMinute(of.day, hour! * 60 + minutes!) + seconds * 1000, price, quantity, oi }
}

t.test('ticks of a minute make its candle, minutes make longer ones', async (t) => {
  const candles = build([
    tick('9:15:00', 100),
    tick('9:15:30', 130),
    tick('9:15:59', 90),
    tick('9:16:00', 95),
    tick('9:21', 97),
  ])
  t.strictSame(candles.map(say), [
    '1m 9:15-9:16 100 130 90 90 150',
    '1m 9:16-9:17 95 95 95 95 50',
    '5m 9:15-9:20 100 130 90 95 200',
    '1m 9:21-9:22 97 97 97 97 50',
    '5m 9:20-9:25 97 97 97 97 50',
    '15m 9:15-9:30 100 130 90 97 250',
    '1d 9:15-15:30 100 130 90 97 250',
  ])
  t.match(candles[0], { ticks: 3, gap: false, revision: 0, oi: 0 })
})

t.test('bars follow the session: short at its end, apart in its parts', async (t) => {
  const long = sessionOf('2026-08-03')!
  t.strictSame(build([tick('15:39', 100, 50, NaN, long)], long).map(say), [
    '1m 15:39-15:40 100 100 100 100 50',
    '5m 15:35-15:40 100 100 100 100 50',
    '15m 15:30-15:40 100 100 100 100 50',
    '1d 9:15-15:40 100 100 100 100 50',
  ])
  const short = sessionOf('2024-03-02')!
  const parts = build(
    [tick('9:59', 100, 50, NaN, short), tick('11:31', 110, 50, NaN, short)],
    short,
  )
  t.strictSame(parts.map(say), [
    '1m 9:59-10:00 100 100 100 100 50',
    '5m 9:55-10:00 100 100 100 100 50',
    '15m 9:45-10:00 100 100 100 100 50',
    '1m 11:31-11:32 110 110 110 110 50',
    '5m 11:30-11:35 110 110 110 110 50',
    '15m 11:30-11:45 110 110 110 110 50',
    '1d 9:15-12:30 100 110 100 110 100',
  ])
})

t.test('nothing is made up where nothing traded', async (t) => {
  t.strictSame(build([]), [])
  t.strictSame(build([tick('9:15', 100, 0)]), [], 'a quote is no trade')
  const builder = builderOf('index')
  t.equal(
    build([tick('9:15', 100, 0)], session, builder).length,
    4,
    'but the value of an index is its price',
  )
})

t.test('a late tick is counted and leaves closed candles as they are', async (t) => {
  const builder = builderOf()
  const closed: Candle[] = []
  builder.tick(session.openAt, 100, 50, NaN)
  builder.mark(session.openAt + 60_000, (candle) => closed.push(candle))
  builder.tick(session.openAt + 59_000, 999, 50, NaN)
  builder.mark(session.openAt + 120_000, (candle) => closed.push(candle))
  t.strictSame([builder.late, closed.map(say)], [1, ['1m 9:15-9:16 100 100 100 100 50']])
})

t.test('open interest is the last that a trade of the bar brought', async (t) => {
  const candles = build([
    tick('9:15', 100, 50, 700),
    tick('9:15:10', 100, 0, 800),
    tick('9:15:20', 100, 50, NaN),
    tick('9:16', 100),
  ])
  t.strictSame(
    candles.map(({ timeframe, oi }) => `${timeframe} ${oi}`),
    ['1m 700', '1m 0', '5m 700', '15m 700', '1d 700'],
  )
})

t.test(
  'a gap shows in its minute and in every bar around it, even where no candle is left of the minute',
  async (t) => {
    const builder = builderOf()
    const candles: Candle[] = []
    for (const mark of marksOf(session)) {
      if (minute(mark) === '9:16') builder.tick(mark - 1, 100, 50, NaN)
      if (minute(mark) === '9:22') builder.tick(mark - 1, 100, 50, NaN)
      if (minute(mark) === '9:18' || minute(mark) === '9:40') builder.lost()
      builder.mark(mark, (candle) => candles.push(candle))
    }
    t.strictSame(
      candles.map(({ timeframe, openAt, gap }) => `${timeframe} ${minute(openAt)} ${gap}`),
      [
        '1m 9:15 false',
        '5m 9:15 true',
        '1m 9:21 false',
        '5m 9:20 false',
        '15m 9:15 true',
        '1d 9:15 true',
      ],
    )
  },
)

t.test('days never mix, not even when one was broken off', async (t) => {
  const builder = builderOf()
  const candles: Candle[] = []
  const friday = sessionOf('2022-11-11')!
  builder.tick(session.openAt, 100, 50, NaN)
  builder.mark(session.openAt + 60_000, (candle) => candles.push(candle))
  candles.push(...build([tick('9:16', 200, 50, NaN, friday)], friday, builder))
  t.strictSame(candles.filter(({ timeframe }) => timeframe === '1d').map(say), [
    '1d 9:15-15:30 200 200 200 200 50',
  ])
})

const ticks: fc.Arbitrary<Tick[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: session.openAt, max: session.closeAt - 1 }),
      price: fc.integer({ min: 1, max: 5_000_000 }),
      quantity: fc.integer({ min: 0, max: 5_000 }),
      oi: fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.constant(NaN)),
    }),
    { maxLength: 80 },
  )
  .map((some) => some.toSorted((a, b) => a.at - b.at))

/** What the candles should be, straight from the definition: the ticks of each bar, gathered. */
const recomputed = (all: readonly Tick[], timeframe: Timeframe): Candle[] => {
  const trades = all.filter(({ quantity }) => quantity > 0)
  const bars = Map.groupBy(trades, ({ at }) => candleOpen(at, timeframe, session)!)
  return [...bars].map(([openAt, own]) => ({
    symbol: 'NIFTY-I',
    timeframe,
    openAt,
    closeAt: candleClose(openAt, timeframe, session)!,
    open: own[0]!.price,
    high: Math.max(...own.map(({ price }) => price)),
    low: Math.min(...own.map(({ price }) => price)),
    close: own.at(-1)!.price,
    volume: own.reduce((sum, { quantity }) => sum + quantity, 0),
    ticks: own.length,
    gap: false,
    revision: 0,
    oi: own.findLast(({ oi }) => oi > 0)?.oi ?? 0,
  }))
}
const same = (a: unknown, b: unknown, what: string): void => {
  // Key by key, whatever order the keys were written in.
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, one: unknown) =>
      one && typeof one === 'object' && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).toSorted())
        : one,
    )
  if (sorted(a) !== sorted(b)) throw new Error(`${what}\n${sorted(a)}\n${sorted(b)}`)
}
const of = (candles: readonly Candle[], timeframe: Timeframe) =>
  candles.filter((one) => one.timeframe === timeframe)

t.test('streaming equals gathering the ticks of each bar', async () => {
  fc.assert(
    fc.property(ticks, (all) => {
      const streamed = build(all)
      for (const timeframe of timeframes)
        same(of(streamed, timeframe), recomputed(all, timeframe), timeframe)
    }),
    { numRuns: 60 },
  )
})

t.test(
  'longer bars equal merging the minutes, and a restored builder goes on as if never stopped',
  async () => {
    fc.assert(
      fc.property(ticks, fc.integer({ min: 1, max: 375 }), (all, stop) => {
        const whole = build(all)
        const minutes = of(whole, '1m')
        const merged = longerCandles(minutes, {
          instrument: { symbol: 'NIFTY-I', kind: 'future' },
          sessionOf,
        })
        same(
          merged.filter(({ timeframe }) => timeframe !== '1m'),
          whole.filter(({ timeframe }) => timeframe !== '1m'),
          'merged',
        )
        const mark = marksOf(session)[stop - 1]!
        const restored = builderOf()
        restored.restore(
          minutes.filter(({ closeAt }) => closeAt <= mark),
          mark,
        )
        const rest = build(all, session, restored, mark)
        same(
          rest,
          whole.filter(({ closeAt }) => closeAt > mark),
          'restored',
        )
      }),
      { numRuns: 60 },
    )
  },
)

/** Candles of a recording, through validation and stream, as the running product makes them. */
const candlesOf = async (path: string): Promise<Candle[]> => {
  const recording = await openRecording(path)
  const table = instrumentsOf(recording)
  const stream = new TickStream(table, nseCalendar, new Validator(table, nseCalendar))
  const builders = table.all.map((instrument) => new CandleBuilder({ instrument, sessionOf }))
  const candles: Candle[] = []
  const drain = (until: Step) => {
    for (let step = stream.next(); step !== until; step = stream.next()) {
      const { instrument, at, price, quantity, oi } = stream.record
      if (step === 'tick') builders[instrument]!.tick(at, price, quantity, oi)
      if (step === 'mark')
        for (const builder of builders) builder.mark(at, (candle) => candles.push(candle))
    }
  }
  for await (const rows of recordingSource(recording, table).open()) {
    stream.push(rows)
    drain('more')
  }
  stream.finish()
  drain('end')
  return candles
}

/** Compares one-minute candles with recorded bars, both ways; names what differs. */
const differences = (candles: readonly Candle[], bars: readonly Candle[]): string[] => {
  const key = ({ symbol, openAt }: Candle) => `${symbol} ${openAt}`
  const built = new Map(of(candles, '1m').map((candle) => [key(candle), candle]))
  const wrong = bars.flatMap((bar) => {
    const candle = built.get(key(bar))
    built.delete(key(bar))
    if (!candle) return [`${key(bar)} missing`]
    return (['open', 'high', 'low', 'close', 'volume', 'oi'] as const)
      .filter((field) => candle[field] !== bar[field])
      .map((field) => `${key(bar)} ${field}`)
  })
  return [...wrong, ...[...built.keys()].map((one) => `${one} too many`)]
}

const shipped = join(import.meta.dirname, '../fixtures/nse-20221110')
t.test("candles built from the day's ticks are the recorded minute bars of that day", async (t) => {
  const candles = (await candlesOf(shipped)).filter(({ symbol }) => symbol.endsWith('-I'))
  const { candles: bars } = parseBars(await textOf(join(shipped, 'bars-of-the-day.csv.gz')), {
    file: 'bars-of-the-day.csv.gz',
  })
  t.equal(bars.length, 750)
  t.strictSame(differences(candles, bars), [])
  for (const [timeframe, count] of [
    ['1m', 750],
    ['5m', 150],
    ['15m', 50],
    ['1d', 2],
  ] as const)
    t.equal(of(candles, timeframe).length, count, timeframe)
})

const shared = join(
  process.env['RINGMASTER_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
  'data',
)
t.test(
  'so are those of eleven sessions, and of an index',
  { skip: existsSync(shared) ? false : `no ${shared}` },
  async (t) => {
    const rows: readonly [string, string, RegExp, number][] = [
      [
        'ticks/index_fut_trades_20221101_16.csv.gz',
        'bars/index_fut_1m_20221101_16.csv.gz',
        /^(BANK)?NIFTY-I$/,
        8_250,
      ],
      [
        'ticks/NIFTY50_spot_1s_20221101_16.csv.gz',
        'bars/NIFTY50_spot_1m_20221101_16.csv.gz',
        /^NIFTY 50$/,
        4_125,
      ],
    ]
    for (const [recorded, expected, symbols, count] of rows) {
      const all = parseBars(await textOf(join(shared, expected)), { file: expected })
      const bars = all.candles.filter(({ symbol }) => symbols.test(symbol))
      t.equal(bars.length, count)
      t.strictSame(differences(await candlesOf(join(shared, recorded)), bars), [], recorded)
    }
  },
)
