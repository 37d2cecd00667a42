import type { Indicator } from '../strategy/define.ts'
import { dayNumber } from './day-number.ts'
import { donchian } from './donchian.ts'

export type Breaks = {
  /** The nearest resistance that this close has passed while the last one had not; `NaN` when there is none. */
  readonly resistance: number
  /** The nearest support that this close has passed while the last one had not; `NaN` when there is none. */
  readonly support: number
  /** Highest high and lowest low of the bars before this one. */
  readonly high: number
  readonly low: number
  /** Of the last trading day before this one; `NaN` on the first day. */
  readonly dayHigh: number
  readonly dayLow: number
}

/**
 * Resistance and support that a close breaks: the highest high and lowest low of the last `length` bars before this
 * one, and the high and low of the day before.
 * @returns  rupees
 */
export const supportResistance = (length = 20): Indicator<Breaks> => {
  const channel = donchian(length)
  const yesterday = lastDay()
  let lastClose = Number.NaN
  const push: Indicator<Breaks>['push'] = (bar) => {
    const range = channel.push(bar)
    const { high: dayHigh, low: dayLow } = yesterday(bar.openAt, bar.high, bar.low)
    const before = lastClose
    lastClose = bar.close
    if (!range) return undefined
    const { upper: high, lower: low } = range
    return {
      resistance: highestPassed(bar.close, before, high, dayHigh),
      support: -highestPassed(-bar.close, -before, -low, -dayLow),
      high, low, dayHigh, dayLow,
    }
  }
  return { needs: channel.needs, push }
}

/** The higher, hence nearer, of two levels between the last close and this one. Any comparison with NaN fails. */
const highestPassed = (close: number, before: number, one: number, other: number): number => {
  const first = close > one && before <= one ? one : Number.NaN
  const second = close > other && before <= other ? other : Number.NaN
  return first > second || Number.isNaN(second) ? first : second
}

/** High and low of the day before the one a bar belongs to. */
const lastDay = () => {
  let day = Number.NaN
  let today = { high: Number.NaN, low: Number.NaN }
  let yesterday = today
  return (at: number, high: number, low: number) => {
    const number = dayNumber(at)
    if (number === day) {
      today.high = Math.max(today.high, high)
      today.low = Math.min(today.low, low)
    } else {
      yesterday = today
      today = { high, low }
      day = number
    }
    return yesterday
  }
}
