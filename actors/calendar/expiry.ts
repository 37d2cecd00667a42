import { addDays, type Day, monthEnd, weekdayOf } from './day.ts'
import type { Calendar } from './calendar.ts'

type Cycle = 'weekly' | 'monthly'
type Rule = {
  readonly underlyings: readonly string[]
  readonly cycle: Cycle
  /** 1 is Monday. */
  readonly weekday: number
  /** Nominal expiry days from and up to which the rule holds. */
  readonly from: Day
  readonly to: Day
  readonly source: string
}

const [monday, tuesday, wednesday, thursday, friday] = [1, 2, 3, 4, 5] as const
const recorded = 'Recorded contracts and rolls'
const practice = 'General knowledge'
const oneWeekly = 'SEBI measures of 2024-10-01: one weekly per exchange'
const moves2025 = 'NSE and BSE announcements of 2024-11 for 2025-01-01'
const twoDays = 'SEBI circular 2025/76 of 2025-05-26; NSE FAOP/68589, FAOP/68747'

const rule = (
  cycle: Cycle,
  weekday: number,
  [from, to]: readonly [Day, Day],
  underlyings: string,
  source: string,
): Rule => ({ underlyings: underlyings.split(' '), cycle, weekday, from, to, source })

/*
 * Which weekday contracts expire on, by nominal day. NSE's move to Monday, announced for 2025-04-04 and withdrawn on
 * 2025-03-27, never took effect and is rightly absent.
 */
const rules: readonly Rule[] = [
  rule('monthly', thursday, ['2013-01-01', '2025-08-31'], 'NIFTY', recorded),
  rule('monthly', thursday, ['2013-01-01', '2024-02-29'], 'BANKNIFTY', recorded),
  rule('weekly', thursday, ['2022-11-01', '2025-08-31'], 'NIFTY', recorded),
  rule('weekly', thursday, ['2022-11-01', '2023-08-31'], 'BANKNIFTY', recorded),
  rule('weekly', wednesday, ['2023-09-01', '2024-11-13'], 'BANKNIFTY', oneWeekly),
  rule('monthly', wednesday, ['2024-03-01', '2024-12-31'], 'BANKNIFTY', practice),
  rule('weekly', tuesday, ['2023-09-01', '2024-11-19'], 'FINNIFTY', oneWeekly),
  rule('monthly', tuesday, ['2023-09-01', '2024-12-31'], 'FINNIFTY', oneWeekly),
  rule('weekly', monday, ['2023-09-01', '2024-11-18'], 'MIDCPNIFTY', oneWeekly),
  rule('monthly', monday, ['2023-09-01', '2024-12-31'], 'MIDCPNIFTY', oneWeekly),
  rule('monthly', friday, ['2024-04-01', '2024-12-31'], 'NIFTYNXT50', practice),
  rule('weekly', friday, ['2023-10-01', '2024-12-31'], 'SENSEX', oneWeekly),
  rule('monthly', friday, ['2023-10-01', '2024-12-31'], 'SENSEX', oneWeekly),
  rule('weekly', monday, ['2023-10-01', '2024-11-19'], 'BANKEX', oneWeekly),
  rule('monthly', monday, ['2023-10-01', '2024-12-31'], 'BANKEX', oneWeekly),

  rule(
    'monthly',
    thursday,
    ['2025-01-01', '2025-08-31'],
    'BANKNIFTY FINNIFTY MIDCPNIFTY NIFTYNXT50',
    moves2025,
  ),
  rule('weekly', tuesday, ['2025-01-01', '2025-08-31'], 'SENSEX', moves2025),
  rule('monthly', tuesday, ['2025-01-01', '2025-08-31'], 'SENSEX BANKEX SENSEX50', moves2025),

  rule('weekly', tuesday, ['2025-09-01', '9999-12-31'], 'NIFTY', twoDays),
  rule(
    'monthly',
    tuesday,
    ['2025-09-01', '9999-12-31'],
    'NIFTY BANKNIFTY FINNIFTY MIDCPNIFTY NIFTYNXT50',
    twoDays,
  ),
  rule('weekly', thursday, ['2025-09-01', '9999-12-31'], 'SENSEX', twoDays),
  rule('monthly', thursday, ['2025-09-01', '9999-12-31'], 'SENSEX BANKEX SENSEX50', twoDays),
]

/** Stock contracts follow one rule for all: last Thursday until August 2025, last Tuesday since. */
const stockRules: readonly Rule[] = [
  rule('monthly', thursday, ['2013-01-01', '2025-08-31'], '*', recorded),
  rule('monthly', tuesday, ['2025-09-01', '9999-12-31'], '*', twoDays),
]

/** Expected expiries. A broker's instrument master, where there is one, knows better. */
export type Expiries = {
  /** The month's expiry; `null` where no rule covers it. */
  monthlyExpiry(underlying: string, month: string): Day | null
  /** The nearest weekly expiry on or after a day; `null` where the underlying has no weekly contracts then. */
  weeklyExpiry(underlying: string, day: Day): Day | null
  /** The monthly expiry a continuous future stands for: place 1 is the near month, 2 the next, 3 the far one. */
  futureExpiry(underlying: string, day: Day, place: number): Day | null
}

/**
 * Expiries by rule and calendar. An expiry that falls on a day without a regular session moves to the trading day
 * before; a Muhurat session alone does not make a trading day, a full Saturday session does.
 */
export const expiriesOf = (calendar: Calendar): Expiries => {
  const actual = (nominal: Day): Day => calendar.tradingDayBefore(nominal, 0)

  const monthlyExpiry = (underlying: string, month: string): Day | null => {
    const end = monthEnd(`${month}-01`)
    const found = rulesFor(underlying, 'monthly').find(({ weekday, from, to }) => {
      const nominal = lastWeekday(end, weekday)
      return nominal >= from && nominal <= to
    })
    return found ? actual(lastWeekday(end, found.weekday)) : null
  }

  const weeklyExpiry = (underlying: string, day: Day): Day | null => {
    // A nominal day up to a week ahead may have moved back to `day`; two weeks show it and the one after.
    for (let nominal = day; nominal <= addDays(day, 14); nominal = addDays(nominal, 1)) {
      const holds = rulesFor(underlying, 'weekly').some(
        ({ weekday, from, to }) =>
          weekday === weekdayOf(nominal) && nominal >= from && nominal <= to,
      )
      if (holds && actual(nominal) >= day) return actual(nominal)
    }
    return null
  }

  const futureExpiry = (underlying: string, day: Day, place: number): Day | null => {
    const near = monthlyExpiry(underlying, day.slice(0, 7))
    if (near === null) return null
    const months = near >= day ? place - 1 : place
    return monthlyExpiry(underlying, monthAfter(day, months))
  }

  return { monthlyExpiry, weeklyExpiry, futureExpiry }
}

const rulesFor = (underlying: string, cycle: Cycle): readonly Rule[] => {
  const own = rules.filter((one) => one.underlyings.includes(underlying))
  return (own.length > 0 ? own : stockRules).filter((one) => one.cycle === cycle)
}

const lastWeekday = (end: Day, weekday: number): Day =>
  addDays(end, -((weekdayOf(end) - weekday + 7) % 7))

const monthAfter = (day: Day, months: number): string => {
  const [year, month] = day.split('-').map(Number)
  return new Date(Date.UTC(year!, month! - 1 + months, 1)).toISOString().slice(0, 7)
}
