import type { Millis } from '#engine/clock.ts'
import { atMinute, type Day, dayOf, tradingDayBefore } from '#actors/calendar/mod.ts'
import type { Instrument, InstrumentTable } from '#actors/domain/instrument.ts'
import { decimal, type Paise } from '#actors/domain/money.ts'
import type { Direction } from '#actors/domain/signal.ts'

/** A signal that wants to be traded by buying an option. */
export type OptionWish = {
  readonly underlying: string
  /** Price of what the signal was read from. */
  readonly price: Paise
  readonly direction: Direction
  readonly at: Millis
  /** Trading days before expiry on which the theta window opens: 1 is the day before, 0 the expiry day. */
  readonly thetaDays: number
  /** Minute of that day in India at which it opens. */
  readonly thetaMinute: number
  /** Distance between strikes; by default the smallest one listed for the expiry. */
  readonly strikeStep?: Paise
}

/** The option to buy, or why there is none. */
export type OptionChosen =
  | { readonly type: 'chosen'; readonly instrument: Instrument }
  | { readonly type: 'none'; readonly because: string }

type Listed = Instrument & { readonly expiry: Day; readonly strike: Paise }

/**
 * Chooses the option at the money: a call for a long signal, a put for a short one; the nearest expiry whose theta
 * window has not opened; of its strikes the nearest to the price, the lower one on a tie. No option is chosen when the
 * nearest listed strike is a whole step or more away, for that would not be at the money.
 */
export const chooseOption = (table: InstrumentTable, wish: OptionWish): OptionChosen => {
  const type = wish.direction === 'long' ? 'CE' : 'PE'
  const listed = table.all.filter(
    (one): one is Listed =>
      one.kind === 'option' &&
      one.underlying === wish.underlying &&
      one.optionType === type &&
      one.expiry !== undefined &&
      one.strike !== undefined,
  )
  if (listed.length === 0) return none(`no ${wish.underlying} ${type} is in this run`)

  const expiry = listed
    .map((one) => one.expiry)
    .filter((day) => isBeforeTheta(day, wish))
    .toSorted()[0]
  if (expiry === undefined)
    return none(`every ${wish.underlying} expiry in this run is past or in its theta window`)

  const strikes = listed
    .filter((one) => one.expiry === expiry)
    .toSorted((a, b) => a.strike - b.strike)
  const away = ({ strike }: Listed) => Math.abs(strike - wish.price)
  const nearest = strikes.reduce((best, one) => (away(one) < away(best) ? one : best))
  const step = wish.strikeStep ?? smallestStep(strikes)
  return away(nearest) < step
    ? { type: 'chosen', instrument: nearest }
    : none(
        `no ${wish.underlying} ${type} of ${expiry} in this run is at the money at ${decimal(wish.price)}`,
      )
}

const none = (because: string): OptionChosen => ({ type: 'none', because })

const isBeforeTheta = (expiry: Day, { at, thetaDays, thetaMinute }: OptionWish): boolean =>
  expiry >= dayOf(at) && at < atMinute(tradingDayBefore(expiry, thetaDays), thetaMinute)

/** A single strike has no step to measure, and is then taken at any distance. */
const smallestStep = (strikes: readonly Listed[]): Paise =>
  strikes.reduce(
    (step, { strike }, i) => (i === 0 ? step : Math.min(step, strike - strikes[i - 1]!.strike)),
    Infinity,
  )
