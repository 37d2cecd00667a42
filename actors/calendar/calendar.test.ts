import fc from 'fast-check'
import t from 'tap'
import { timeframes } from '#actors/domain/candle.ts'
import {
  addDays,
  atMinute,
  calendarOf,
  candleClose,
  candleOpen,
  type Day,
  dayOf,
  futureExpiry,
  isDay,
  isTradingDay,
  marksOf,
  minuteOfDay,
  monthlyExpiry,
  nextSession,
  nse,
  previousSession,
  type Session,
  type SessionClass,
  sessionOf,
  tradingDayBefore,
  tradingDaysBetween,
  weeklyExpiry,
} from './mod.ts'

const clock = (at: number): string => {
  const minute = minuteOfDay(at)
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
const hours = (session: Session | null): string =>
  session
    ? session.parts.map(({ openAt, closeAt }) => `${clock(openAt)}-${clock(closeAt)}`).join(' ')
    : 'closed'
const day: fc.Arbitrary<Day> = fc
  .integer({ min: 0, max: 5_000 })
  .map((n) => addDays('2013-01-01', n))

t.test('a day has the hours that the exchange published for it', async (t) => {
  const rows: readonly [Day, SessionClass, string][] = [
    ['2022-11-10', 'derivatives', '09:15-15:30'],
    ['2022-11-08', 'derivatives', 'closed'],
    ['2022-11-12', 'derivatives', 'closed'],
    ['2024-01-20', 'derivatives', '09:15-15:30'],
    ['2024-01-22', 'derivatives', 'closed'],
    ['2024-03-02', 'cash', '09:15-10:00 11:30-12:30'],
    ['2024-05-18', 'derivatives', '09:15-10:00 11:30-12:30'],
    ['2024-11-01', 'derivatives', '18:00-19:00'],
    ['2025-10-21', 'derivatives', '13:45-14:45'],
    ['2026-02-01', 'derivatives', '09:15-15:30'],
    ['2026-07-31', 'derivatives', '09:15-15:30'],
    ['2026-08-03', 'derivatives', '09:15-15:40'],
    ['2026-08-03', 'cash', '09:15-15:30'],
    ['2026-08-03', 'cash-auction', '09:15-15:15'],
    ['2026-11-08', 'derivatives', 'closed'],
  ]
  for (const [on, of, expected] of rows) t.equal(hours(sessionOf(on, of)), expected, `${on} ${of}`)
})

t.test('a session says whether the tables cover its day', async (t) => {
  t.equal(sessionOf('2022-11-10')?.known, true)
  t.equal(sessionOf('2015-02-28')?.known, true, 'a special session is known wherever it lies')
  t.equal(sessionOf('2021-05-06')?.known, false)
  t.equal(sessionOf('2027-01-04')?.known, false)
})

t.test('neighbouring sessions skip weekends and holidays', async (t) => {
  t.equal(nextSession('2022-11-07').day, '2022-11-09')
  t.equal(previousSession('2022-11-09').day, '2022-11-07')
  t.equal(nextSession('2024-10-31').day, '2024-11-01', 'Muhurat is a session')
  t.equal(tradingDayBefore('2024-11-04', 1), '2024-10-31', 'but not a trading day')
  t.equal(tradingDayBefore('2022-11-10', 0), '2022-11-10')
  t.equal(tradingDayBefore('2022-11-10', 2), '2022-11-07')
  t.equal(tradingDaysBetween('2022-11-01', '2022-11-10'), 6)
  t.equal(tradingDaysBetween('2022-11-10', '2022-11-01'), -6)
})

t.test('a table of overrides has the last word on a day', async (t) => {
  const none = { hours: [], complete: [], closures: [], specials: [] }
  const source = 'an operator'
  const closing = calendarOf(nse, { ...none, closures: [{ days: ['2026-09-15'], source }] })
  t.equal(closing.sessionOf('2026-09-15'), null)
  const opening = calendarOf(nse, {
    ...none,
    specials: [{ day: '2026-09-14', kind: 'full', source }],
  })
  t.equal(hours(opening.sessionOf('2026-09-14')), '09:15-15:40')
})

t.test('contracts expire on the day the rules and holidays give', async (t) => {
  const weekly: readonly [string, Day, Day][] = [
    ['NIFTY', '2022-11-10', '2022-11-10'],
    ['BANKNIFTY', '2022-11-11', '2022-11-17'],
    ['NIFTY', '2024-04-05', '2024-04-10'],
    ['NIFTY', '2024-08-12', '2024-08-14'],
    ['NIFTY', '2024-08-15', '2024-08-22'],
    ['NIFTY', '2025-04-04', '2025-04-09'],
    ['NIFTY', '2025-04-25', '2025-04-30'],
    ['NIFTY', '2025-08-28', '2025-08-28'],
    ['NIFTY', '2025-08-29', '2025-09-02'],
    ['NIFTY', '2025-10-15', '2025-10-20'],
    ['NIFTY', '2026-02-25', '2026-03-02'],
    ['NIFTY', '2026-04-08', '2026-04-13'],
    ['NIFTY', '2026-10-14', '2026-10-19'],
    ['NIFTY', '2026-11-04', '2026-11-09'],
    ['SENSEX', '2025-08-26', '2025-08-26'],
    ['SENSEX', '2025-08-27', '2025-09-04'],
    ['SENSEX', '2025-09-26', '2025-10-01'],
    ['SENSEX', '2025-12-19', '2025-12-24'],
    ['SENSEX', '2026-01-09', '2026-01-14'],
    ['SENSEX', '2026-03-20', '2026-03-25'],
    ['SENSEX', '2026-05-22', '2026-05-27'],
    ['MIDCPNIFTY', '2024-01-16', '2024-01-20'],
    ['BANKNIFTY', '2024-11-08', '2024-11-13'],
  ]
  for (const [underlying, on, expected] of weekly)
    t.equal(weeklyExpiry(underlying, on), expected, `${underlying} from ${on}`)
  t.equal(weeklyExpiry('BANKNIFTY', '2024-11-14'), null, 'no weekly contracts any more')

  const nseMonths = {
    2025: '01-30 02-27 03-27 04-24 05-29 06-26 07-31 08-28 09-30 10-28 11-25 12-30',
    2026: '01-27 02-24 03-30 04-28 05-26 06-30 07-28 08-25 09-29 10-27 11-23 12-29',
  }
  for (const [year, days] of Object.entries(nseMonths))
    for (const monthDay of days.split(' ')) {
      const month = `${year}-${monthDay.slice(0, 2)}`
      for (const underlying of ['NIFTY', 'BANKNIFTY', 'RELIANCE'])
        t.equal(monthlyExpiry(underlying, month), `${year}-${monthDay}`, `${underlying} ${month}`)
    }
  t.equal(monthlyExpiry('NIFTY', '2022-11'), '2022-11-24')
})

t.test('a continuous future stands for the contract it was rolled to', async (t) => {
  t.equal(futureExpiry('NIFTY', '2022-11-10', 1), '2022-11-24')
  t.equal(futureExpiry('NIFTY', '2022-11-24', 1), '2022-11-24')
  t.equal(futureExpiry('NIFTY', '2022-11-25', 1), '2022-12-29')
  t.equal(futureExpiry('NIFTY', '2026-02-25', 2), '2026-04-28')
})

t.test('marks are every minute boundary of every part', async (t) => {
  t.equal(marksOf(sessionOf('2022-11-10')!).length, 375)
  t.equal(marksOf(sessionOf('2026-08-03')!).length, 385)
  const short = marksOf(sessionOf('2024-03-02')!).map(clock)
  t.equal(short.length, 105)
  t.strictSame([short[0], short[44], short[45], short.at(-1)], ['09:16', '10:00', '11:31', '12:30'])
})

t.test('bars are anchored to the opening of their part of the session', async (t) => {
  const bar = (on: Day, time: string, timeframe: (typeof timeframes)[number]): string => {
    const session = sessionOf(on)!
    const at = atMinute(on, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
    const [open, close] = [candleOpen(at, timeframe, session), candleClose(at, timeframe, session)]
    return open === null || close === null ? 'none' : `${clock(open)}-${clock(close)}`
  }
  t.equal(bar('2022-11-10', '09:15', '5m'), '09:15-09:20')
  t.equal(bar('2022-11-10', '15:29', '15m'), '15:15-15:30')
  t.equal(bar('2026-08-03', '15:35', '15m'), '15:30-15:40', 'the last bar may be short')
  t.equal(bar('2022-11-10', '12:00', '1d'), '09:15-15:30')
  t.equal(bar('2024-03-02', '11:31', '15m'), '11:30-11:45')
  t.equal(bar('2024-03-02', '09:50', '1d'), '09:15-12:30')
  t.equal(bar('2024-03-02', '10:30', '5m'), 'none')
  t.equal(bar('2022-11-10', '15:30', '1m'), 'none')
})

t.test(
  'every minute of a session lies in one bar of each timeframe, and each bar closes on a mark',
  async () => {
    fc.assert(
      fc.property(day, (on) => {
        const session = sessionOf(on)
        if (!session) return
        const marks = new Set(marksOf(session))
        for (const mark of marks)
          for (const timeframe of timeframes) {
            const close = candleClose(mark - 1, timeframe, session)!
            if (close < mark || !marks.has(close))
              throw new Error(`${on} ${clock(mark)} ${timeframe}`)
          }
      }),
      { numRuns: 50 },
    )
  },
)

t.test('days count forwards as they count back', async () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 40 }), (on, count) => {
      const start = tradingDayBefore(on, 0)
      const before = tradingDayBefore(on, count)
      return isTradingDay(before) && tradingDaysBetween(before, start) === count
    }),
    { numRuns: 200 },
  )
})

t.test('days and minutes are those of India', async (t) => {
  t.equal(dayOf(Date.UTC(2022, 10, 9, 18, 30)), '2022-11-10')
  t.equal(dayOf(Date.UTC(2022, 10, 9, 18, 29, 59)), '2022-11-09')
  t.equal(minuteOfDay(1668051900000), 555)
  t.equal(atMinute('2022-11-10', 555), 1668051900000)
  t.equal(minuteOfDay(-1), 329)
  t.strictSame(['2024-02-29', '2023-02-29', '2024-2-9', 'today'].map(isDay), [
    true,
    false,
    false,
    false,
  ])
})
