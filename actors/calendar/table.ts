import type { Day } from './day.ts'

/** Instruments that keep the same hours: shares with a closing auction stop before the other shares. */
export type SessionClass = 'derivatives' | 'cash' | 'cash-auction'

/** `[open, close]` of one part of a session, as `HH:MM` in India. */
export type Hours = readonly [open: string, close: string]

/** What an exchange published about its days. Every row names where it was read. */
export type CalendarTable = {
  /** Regular hours from a day on, latest last. */
  readonly hours: readonly {
    readonly from: Day
    readonly hours: Readonly<Record<SessionClass, Hours>>
    readonly source: string
  }[]
  /** Periods whose closures and special sessions are all listed below. */
  readonly complete: readonly { readonly from: Day; readonly to: Day; readonly source: string }[]
  /** Weekdays without a regular session. */
  readonly closures: readonly { readonly days: readonly Day[]; readonly source: string }[]
  /** Days whose session is not the regular one, or that trade although they are closures or on a weekend. */
  readonly specials: readonly Special[]
}

/** `full` keeps the regular hours on an unusual day; `muhurat` is the short session of Diwali, on a closed day. */
export type Special = {
  readonly day: Day
  readonly kind: 'full' | 'short' | 'muhurat'
  /** Absent for `full`. */
  readonly parts?: readonly Hours[]
  readonly source: string
}
