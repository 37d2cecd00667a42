import { decimal } from '#actors/domain/money.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Millis } from '#engine/mod.ts'
import type { Money, Time } from '../contract.ts'

const indiaMs = 5.5 * 3_600_000
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An instant as India writes it: `2022-11-10T09:15:00.000+05:30`. India has had no other offset since 1945. */
export const time = (at: Millis): Time =>
  `${new Date(at + indiaMs).toISOString().slice(0, -1)}+05:30`

/** {@link time}, or `null` for what has not happened. */
export const timeOrNull = (at: Millis | null): Time | null => (at === null ? null : time(at))

/** {@link decimal}, or `null` for what is not known. */
export const moneyOrNull = (amount: Paise | null | undefined): Money | null =>
  amount === null || amount === undefined ? null : decimal(amount)

/** `2022-11-10` as `10 Nov 2022`. */
export const longDay = (day: string): string => {
  const [year, month, date] = day.split('-').map(Number)
  return `${date} ${months[(month ?? 1) - 1]} ${year}`
}
