import { calendarOf } from './calendar.ts'
import { expiriesOf } from './expiry.ts'
import { nse } from './nse.ts'

export * from './boundaries.ts'
export { type Calendar, calendarOf, type Part, type Session } from './calendar.ts'
export * from './day.ts'
export { type Expiries, expiriesOf } from './expiry.ts'
export { nse } from './nse.ts'
export type { CalendarTable, Hours, SessionClass, Special } from './table.ts'

/** The National Stock Exchange's calendar as bundled. */
export const nseCalendar = calendarOf(nse)
/** Questions about its days, see {@link Calendar}. */
export const {
  sessionOf,
  nextSession,
  previousSession,
  isTradingDay,
  tradingDaysBetween,
  tradingDayBefore,
} = nseCalendar

/** Expected expiries on that calendar. */
export const { monthlyExpiry, weeklyExpiry, futureExpiry } = expiriesOf(nseCalendar)
