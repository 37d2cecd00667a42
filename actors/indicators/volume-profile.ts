import type { Bar, Indicator } from '../strategy/define.ts'
import { dayNumber } from './day-number.ts'

/** Volume by price over the last days, as it stood when a bar closed. Prices in rupees, volumes in units. */
export type Profile = {
  /** Middle of the bin with the most volume; of the lower one on a tie. */
  readonly poc: number
  /** Upper and lower edge of the bins around the POC that hold 70 % of the volume. */
  readonly valueHigh: number
  readonly valueLow: number
  /** Trading days in it, this one included. */
  readonly days: number
  /** Bought and sold in bins that lie wholly above, or wholly below, the bin of a price. */
  buyAbove(price: number): number
  sellAbove(price: number): number
  buyBelow(price: number): number
  sellBelow(price: number): number
}

/** How wide, how long, and how much of it is the value area. */
export type ProfileOptions = {
  /** Trading days, this one included. */
  readonly days?: number
  /** Height of a bin in rupees: a whole multiple of the price step. Bins begin at multiples of it. */
  readonly bin: number
  /** Share of the volume that the value area holds. */
  readonly valueShare?: number
}

/**
 * Volume profile over a rolling window of trading days. Each bar's volume is spread evenly over the bins it spans and
 * split into bought and sold by where in its range it closed: (C-L)/(H-L) was bought, half and half without a range.
 *
 * Given from the first bar on, over the days there are; `days` says how many. Each reading is a copy and keeps its
 * figures (a few hundred bins: about a microsecond).
 * @source  Dalton, Mind over Markets (1990), app. 1: the value area grows by the larger neighbouring pair of bins
 */
export const volumeProfile = ({ days = 30, bin, valueShare = 0.7 }: ProfileOptions): Indicator<Profile> => {
  const history: Histogram[] = []
  let total = histogram()
  let day = Number.NaN
  const push: Indicator<Profile>['push'] = (bar) => {
    const today = dayNumber(bar.openAt)
    if (today !== day) {
      day = today
      history.push(histogram())
      if (history.length > days) history.shift()
      // Added up afresh each day: taking the oldest day off again would leave float dust behind.
      total = histogram()
      for (const one of history) addAll(total, one)
    }
    spread(bar, bin, history.at(-1)!)
    spread(bar, bin, total)
    return profileOf(total, { bin, valueShare, days: history.length })
  }
  return { needs: 1, push }
}

/** Volume by bin; place 0 is bin number `first`, and bin n holds the prices from n x height on. */
type Histogram = { first: number; buy: number[]; sell: number[] }

const histogram = (): Histogram => ({ first: 0, buy: [], sell: [] })

const spread = ({ high, low, close, volume }: Bar, bin: number, into: Histogram): void => {
  const bottom = binOf(low, bin)
  const top = binOf(high, bin)
  const bought = high > low ? (close - low) / (high - low) : 0.5
  const each = volume / (top - bottom + 1)
  reach(into, bottom, top)
  for (let i = bottom - into.first; i <= top - into.first; i++) {
    into.buy[i]! += each * bought
    into.sell[i]! += each * (1 - bought)
  }
}

// A ten-millionth of a bin of slack: 18 130.10 / 0.05 is 362 601.99999999994, which belongs to bin 362 602.
const binOf = (price: number, bin: number): number => Math.floor(price / bin + 1e-7)

/** Makes room for bins `bottom` to `top`. */
const reach = (into: Histogram, bottom: number, top: number): void => {
  if (into.buy.length === 0) into.first = bottom
  const below = Math.max(0, into.first - bottom)
  const above = Math.max(0, top - (into.first + into.buy.length - 1))
  if (below + above === 0) return
  const zeros = (count: number) => new Array<number>(count).fill(0)
  into.buy = [...zeros(below), ...into.buy, ...zeros(above)]
  into.sell = [...zeros(below), ...into.sell, ...zeros(above)]
  into.first -= below
}

const addAll = (into: Histogram, from: Histogram): void => {
  if (from.buy.length === 0) return
  reach(into, from.first, from.first + from.buy.length - 1)
  const shift = from.first - into.first
  for (let i = 0; i < from.buy.length; i++) {
    into.buy[i + shift]! += from.buy[i]!
    into.sell[i + shift]! += from.sell[i]!
  }
}

type Asked = { readonly bin: number; readonly valueShare: number; readonly days: number }

const profileOf = (total: Histogram, { bin, valueShare, days }: Asked): Profile => {
  const buy = Float64Array.from(total.buy)
  const sell = Float64Array.from(total.sell)
  const { first } = total
  const both = buy.map((bought, i) => bought + sell[i]!)
  const poc = largest(both)
  const [low, high] = valueArea(both, poc, valueShare)
  const above = (side: Float64Array, price: number) => sumFrom(side, binOf(price, bin) - first + 1, side.length)
  const below = (side: Float64Array, price: number) => sumFrom(side, 0, binOf(price, bin) - first)
  return {
    poc: (first + poc + 0.5) * bin,
    valueHigh: (first + high + 1) * bin,
    valueLow: (first + low) * bin,
    days,
    buyAbove: (price) => above(buy, price),
    sellAbove: (price) => above(sell, price),
    buyBelow: (price) => below(buy, price),
    sellBelow: (price) => below(sell, price),
  }
}

/** Place of the largest; of the first one on a tie. */
const largest = (values: Float64Array): number => {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** First and last bin of the value area: from the POC outward, the larger pair at a time, the upper one on a tie. */
const valueArea = (both: Float64Array, poc: number, share: number): [number, number] => {
  const wanted = share * sumFrom(both, 0, both.length)
  let held = both[poc]!
  let [low, high] = [poc, poc]
  while (held < wanted && (low > 0 || high < both.length - 1)) {
    const up = sumFrom(both, high + 1, high + 3)
    const down = sumFrom(both, low - 2, low)
    const upward = low === 0 || (high < both.length - 1 && up >= down)
    held += upward ? up : down
    if (upward) high = Math.min(high + 2, both.length - 1)
    else low = Math.max(low - 2, 0)
  }
  return [low, high]
}

const sumFrom = (values: Float64Array, from: number, to: number): number => {
  let total = 0
  for (let i = Math.max(0, from); i < Math.min(to, values.length); i++) total += values[i]!
  return total
}
