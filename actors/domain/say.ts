import type { Paise } from './money.ts'

/** Paise as people in India write them: `₹ 12,34,567.50`, with a true minus sign when negative. */
export const say = (amount: Paise): string => {
  const whole = Math.abs(Math.round(amount))
  const sign = amount < 0 ? '−' : ''
  return `${sign}₹ ${grouped(Math.trunc(whole / 100))}.${String(whole % 100).padStart(2, '0')}`
}

/** A minute of the day as a clock shows it: 555 is `09:15`. */
export const sayMinute = (minute: number): string =>
  `${String(Math.trunc(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** A count with its noun: `1 lot`, `3 lots`. */
export const sayCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

// Lakh and crore: the last three digits, then pairs.
const grouped = (rupees: number): string => {
  const digits = String(rupees)
  const head = digits.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ',')
  return head === '' ? digits : `${head},${digits.slice(-3)}`
}
