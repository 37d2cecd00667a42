import type { Millis } from '#engine/clock.ts'
import { minutesOf, type Timeframe } from '#actors/domain/candle.ts'
import type { Part, Session } from './calendar.ts'

/**
 * The instants at which a one-minute candle of the session closes, in order: openAt + 1 minute up to and with
 * closeAt, part by part. A regular session to 15:30 has 375 of them, one to 15:40 has 385.
 */
export const marksOf = ({ parts }: Session): Millis[] =>
  parts.flatMap(({ openAt, closeAt }) =>
    Array.from({ length: Math.ceil((closeAt - openAt) / 60_000) }, (_, i) =>
      Math.min(openAt + (i + 1) * 60_000, closeAt),
    ),
  )

/**
 * The end of the bar that holds an instant. Bars are counted from the opening of their part of the session, not from
 * midnight; the last one of a part may be short; a day's bar closes with its session.
 * @returns `null` outside of the session's parts
 */
export const candleClose = (at: Millis, timeframe: Timeframe, session: Session): Millis | null => {
  const part = partAt(at, session)
  if (!part) return null
  if (timeframe === '1d') return session.closeAt
  const length = minutesOf[timeframe] * 60_000
  return Math.min(
    part.openAt + (Math.floor((at - part.openAt) / length) + 1) * length,
    part.closeAt,
  )
}

/** The beginning of the bar that holds an instant; see {@link candleClose}. */
export const candleOpen = (at: Millis, timeframe: Timeframe, session: Session): Millis | null => {
  const part = partAt(at, session)
  if (!part) return null
  if (timeframe === '1d') return session.openAt
  const length = minutesOf[timeframe] * 60_000
  return part.openAt + Math.floor((at - part.openAt) / length) * length
}

/** Whether an instant lies in one of the session's parts. */
export const isOpen = (at: Millis, session: Session): boolean => partAt(at, session) !== undefined

const partAt = (at: Millis, { parts }: Session): Part | undefined =>
  parts.find(({ openAt, closeAt }) => at >= openAt && at < closeAt)
