import type { Millis } from '#engine/clock.ts'

/** A calendar day in India, `YYYY-MM-DD`: sorts and compares as text. */
export type Day = string

// India keeps one offset all year, so no time-zone database is needed, nor whatever one the machine has.
const indiaOffset = 330 * 60_000
const dayLength = 86_400_000

/** The day in India that holds this instant. */
export const dayOf = (at: Millis): Day => new Date(at + indiaOffset).toISOString().slice(0, 10)

/** Minute of the day in India, 0 to 1439: 555 is 09:15. */
export const minuteOfDay = (at: Millis): number =>
  Math.floor(mod(at + indiaOffset, dayLength) / 60_000)

/** The instant at which a minute of an Indian day begins. */
export const atMinute = (day: Day, minute: number): Millis =>
  Date.parse(day) - indiaOffset + minute * 60_000

/** `09:15` as a minute of the day: 555. */
export const minute = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** The day so many days later, or earlier when negative; weekends and holidays count. */
export const addDays = (day: Day, days: number): Day =>
  new Date(Date.parse(day) + days * dayLength).toISOString().slice(0, 10)

/** Day of the week: 0 is Sunday, 2 Tuesday, 4 Thursday. */
export const weekdayOf = (day: Day): number => new Date(day).getUTCDay()

/** Whether a text is a day that exists, as `YYYY-MM-DD`. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text

/** Last day of the month that holds `day`. */
export const monthEnd = (day: Day): Day => {
  const [year, month] = day.split('-').map(Number)
  return new Date(Date.UTC(year!, month!, 0)).toISOString().slice(0, 10)
}

const mod = (a: number, b: number): number => ((a % b) + b) % b
