import type { Indicator } from '../strategy/define.ts'
import { dayNumber } from './day-number.ts'
import { donchian, type Channel } from './donchian.ts'

/** Levels, and which of them a close broke. Rupees. */
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
 *
 * A level is broken by the first close beyond it. The range rolls, so what the last close had not passed is the range
 * as it stood then: a close that makes a new high in a row of new highs breaks nothing.
 * @returns  rupees
 */
export const supportResistance = (length = 20): Indicator<Breaks> => {
  const channel = donchian(length)
  const yesterday = lastDay()
  let lastClose = Number.NaN
  let last: Channel = { upper: Number.NaN, lower: Number.NaN }
  const push: Indicator<Breaks>['push'] = (bar) => {
    const range = channel.push(bar)
    const { high: dayHigh, low: dayLow } = yesterday(bar.openAt, bar.high, bar.low)
    const before = { close: lastClose, ...last }
    lastClose = bar.close
    if (!range) return undefined
    last = range
    const { upper: high, lower: low } = range
    return {
      resistance: highest(
        bar.close > high && before.close <= before.upper ? high : Number.NaN,
        bar.close > dayHigh && before.close <= dayHigh ? dayHigh : Number.NaN,
      ),
      support: -highest(
        bar.close < low && before.close >= before.lower ? -low : Number.NaN,
        bar.close < dayLow && before.close >= dayLow ? -dayLow : Number.NaN,
      ),
      high, low, dayHigh, dayLow,
    }
  }
  return { needs: channel.needs, push }
}

/** The higher of two levels, either of which may be missing: the one nearest below a close above both. */
const highest = (one: number, other: number): number => (one > other || Number.isNaN(other) ? one : other)

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
