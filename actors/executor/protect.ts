import type { Millis } from '#engine/mod.ts'
import type { InstrumentTable } from '../domain/instrument.ts'
import type { Paise } from '../domain/money.ts'
import type { Approved, ExitReason, Levels, Order } from '../domain/order.ts'
import { say } from '../domain/say.ts'
import { approveExit } from '../risk/approve.ts'
import { openTrades, workingOrders } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { RoundTrip } from './round-trips.ts'

/** Minute of the day in India at which everything is left: 15:15, before brokers square off on their own terms. */
export const squareOffMinute = 915

/** Watches the levels of open trades. */
export type Guard = {
  /**
   * Exits that a trade of the instrument at this price calls for. Each must be applied to the ledger, as
   * `orderApproved`, before the next tick: that is the claim which keeps a trade from being left twice.
   */
  onTick(index: number, price: Paise, at: Millis): readonly Approved<Order>[]
}

/** What leaving everything takes. */
export type SquareOff = {
  readonly exits: readonly Approved<Order>[]
  /** Entries that have not filled, to be cancelled. */
  readonly cancels: readonly string[]
}

/** A guard over a ledger. A tick of an instrument that nobody watches costs two comparisons and one lookup. */
export const guard = (ledger: Ledger, instruments: InstrumentTable): Guard => {
  let watched: readonly (readonly RoundTrip[] | undefined)[] = []
  let seen = -1
  return {
    onTick(index, price, at) {
      if (seen !== ledger.revision) {
        watched = byWatch(ledger, instruments)
        seen = ledger.revision
      }
      const trips = watched[index]
      return trips === undefined ? none : trips.flatMap((trip) => exitOf(trip, price, at))
    },
  }
}

/** How a trade is left at one of its levels. */
export type LevelReason = Extract<ExitReason, 'STOP_LOSS' | 'TRAILING' | 'TARGET'>

/** Which level a price reaches; the stop wins where both would. */
export const reached = (levels: Levels, price: Paise): LevelReason | null => {
  const way = levels.direction === 'long' ? 1 : -1
  if (levels.stop !== null && (price - levels.stop) * way <= 0) return levels.trailing ? 'TRAILING' : 'STOP_LOSS'
  if (levels.target !== null && (price - levels.target) * way >= 0) return 'TARGET'
  return null
}

/**
 * Leaves all that is held and not being left. To be asked at 15:15 and at every mark after it: an entry may fill late.
 */
export const endOfDay = (ledger: Ledger, now: Millis): SquareOff =>
  leaveAll(ledger, now, { reason: 'EOD', because: 'End of day: nothing is held overnight.', of: () => true })

/** The same for some strategies alone, by a person's word. */
export const flatten = (
  ledger: Ledger,
  now: Millis,
  { because, of }: { readonly because: string; readonly of: (strategy: string) => boolean },
): SquareOff => leaveAll(ledger, now, { reason: 'MANUAL', because, of })

/** Strategies that hold something or have an order under way. */
export const busyStrategies = (ledger: Ledger): ReadonlySet<string> =>
  new Set([
    ...openTrades(ledger).map(({ strategy }) => strategy),
    ...workingOrders(ledger).map(({ order }) => order.strategy),
  ])

type Leaving = {
  readonly reason: ExitReason
  readonly because: string
  readonly of: (strategy: string) => boolean
}

const leaveAll = (ledger: Ledger, now: Millis, { reason, because, of }: Leaving): SquareOff => ({
  exits: openTrades(ledger)
    .filter(({ strategy }) => of(strategy))
    .flatMap((trip) => approved(trip, reason, because, now)),
  cancels: workingOrders(ledger)
    .filter(({ order }) => order.purpose === 'entry' && of(order.strategy))
    .map(({ order }) => order.id),
})

const none: readonly Approved<Order>[] = []

const byWatch = (ledger: Ledger, instruments: InstrumentTable): (readonly RoundTrip[] | undefined)[] => {
  const watched: (RoundTrip[] | undefined)[] = Array(instruments.all.length).fill(undefined)
  for (const trip of openTrades(ledger)) {
    const index = trip.levels ? instruments.of(trip.levels.watch)?.index : undefined
    if (index !== undefined) (watched[index] ??= []).push(trip)
  }
  return watched
}

const exitOf = (trip: RoundTrip, price: Paise, at: Millis): readonly Approved<Order>[] => {
  if (trip.exiting !== null || !trip.levels) return none
  const reason = reached(trip.levels, price)
  return reason === null ? none : approved(trip, reason, sentence(trip.levels, reason, price), at)
}

const approved = (trip: RoundTrip, reason: ExitReason, because: string, now: Millis): readonly Approved<Order>[] => {
  const verdict = approveExit(trip, { reason, because, now })
  return verdict.type === 'approved' ? [verdict.order] : none
}

const sentence = (levels: Levels, reason: LevelReason, price: Paise): string => {
  const [name, level] =
    reason === 'TARGET' ? ['target', levels.target]
    : reason === 'TRAILING' ? ['trailing stop', levels.stop]
    : ['stop', levels.stop]
  const side = (levels.direction === 'long') === (reason === 'TARGET') ? 'above' : 'below'
  return `${levels.watch} traded at ${say(price)}, at or ${side} the ${name} ${say(level!)}.`
}
