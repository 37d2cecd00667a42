import type { Millis } from '#engine/clock.ts'
import { addDays, atMinute, type Day, minute, weekdayOf } from './day.ts'
import type { CalendarTable, Hours, SessionClass, Special } from './table.ts'

/** One stretch of continuous trading, [openAt, closeAt). */
export type Part = { readonly openAt: Millis; readonly closeAt: Millis }

/** The continuous trading of one class of instruments on one day. */
export type Session = {
  readonly day: Day
  readonly class: SessionClass
  /** `muhurat` is the short evening session of Diwali: it trades, but counts as a holiday for expiries. */
  readonly kind: 'regular' | 'full' | 'short' | 'muhurat'
  /** False outside the periods the tables cover: then every weekday passes for a session, holidays too. */
  readonly known: boolean
  readonly parts: readonly Part[]
  readonly openAt: Millis
  readonly closeAt: Millis
}

/** Questions about the days of an exchange; see {@link calendarOf}. */
export type Calendar = {
  /** The session of a day, or `null` when there is none. */
  sessionOf(day: Day, of?: SessionClass): Session | null
  /** The first session after a day, that day left out. */
  nextSession(day: Day, of?: SessionClass): Session
  /** The last session before a day, that day left out. */
  previousSession(day: Day, of?: SessionClass): Session
  /** A day with a session other than Muhurat. */
  isTradingDay(day: Day): boolean
  /** Trading days after `from`, up to and with `to`; negative when `to` lies before. */
  tradingDaysBetween(from: Day, to: Day): number
  /** The trading day `count` trading days before; 0 gives the day itself, or the last trading day before it. */
  tradingDayBefore(day: Day, count: number): Day
}

/**
 * A calendar over one table, and over tables of overrides on top of it: a later table's word on a day replaces
 * the earlier ones', so a closure can be added, or lifted by a special session of the kind `full`.
 */
export const calendarOf = (...tables: readonly [CalendarTable, ...CalendarTable[]]): Calendar => {
  const words = wordsOf(tables)
  const hours = tables
    .flatMap((table) => table.hours)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
  const complete = tables.flatMap((table) => table.complete)

  const sessionOf = (day: Day, of: SessionClass = 'derivatives'): Session | null => {
    const word = words.get(day)
    const weekend = weekdayOf(day) % 6 === 0
    if (word === 'closed' || (!word && weekend)) return null
    const regular = hours.findLast((row) => row.from <= day)!.hours[of]
    const parts = (word?.parts ?? [regular]).map((part) => partOf(day, part))
    const known = word !== undefined || complete.some(({ from, to }) => day >= from && day <= to)
    const kind = word?.kind ?? 'regular'
    return {
      day,
      class: of,
      kind,
      known,
      parts,
      openAt: parts[0]!.openAt,
      closeAt: parts.at(-1)!.closeAt,
    }
  }

  const seek = (day: Day, step: 1 | -1, of?: SessionClass): Session => {
    for (let at = addDays(day, step); ; at = addDays(at, step)) {
      const session = sessionOf(at, of)
      if (session) return session
    }
  }

  const isTradingDay = (day: Day): boolean => {
    const session = sessionOf(day)
    return session !== null && session.kind !== 'muhurat'
  }

  const tradingDayBefore = (day: Day, count: number): Day => {
    let at = day
    while (!isTradingDay(at)) at = addDays(at, -1)
    for (let left = count; left > 0; left--)
      do at = addDays(at, -1)
      while (!isTradingDay(at))
    return at
  }

  const tradingDaysBetween = (from: Day, to: Day): number => {
    if (to < from) return -tradingDaysBetween(to, from)
    let days = 0
    for (let at = addDays(from, 1); at <= to; at = addDays(at, 1)) if (isTradingDay(at)) days++
    return days
  }

  return {
    sessionOf,
    nextSession: (day, of) => seek(day, 1, of),
    previousSession: (day, of) => seek(day, -1, of),
    isTradingDay,
    tradingDaysBetween,
    tradingDayBefore,
  }
}

type Word = 'closed' | Special

/** What the tables say of single days; within a table a special session outweighs a closure. */
const wordsOf = (tables: readonly CalendarTable[]): ReadonlyMap<Day, Word> => {
  const words = new Map<Day, Word>()
  for (const { closures, specials } of tables) {
    for (const day of closures.flatMap((row) => row.days)) words.set(day, 'closed')
    for (const special of specials) words.set(special.day, special)
  }
  return words
}

const partOf = (day: Day, [open, close]: Hours): Part => ({
  openAt: atMinute(day, minute(open)),
  closeAt: atMinute(day, minute(close)),
})
