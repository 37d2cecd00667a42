import type { Millis } from '#engine/mod.ts'
import type { Paise } from '../domain/money.ts'
import type { ExitReason, Fill, Levels, Mode, Order, Side, Trade } from '../domain/order.ts'
import type { Direction } from '../domain/signal.ts'

/** A trade while the executor looks after it: what filled on the way in and out, to the paisa. */
export type RoundTrip = {
  /** Id of the entry order. */
  readonly id: string
  readonly strategy: string
  readonly mode: Mode
  readonly symbol: string
  readonly direction: Direction
  readonly side: Side
  readonly because: string
  readonly entryAt: Millis
  levels: Levels | null
  /** Units still held: entered − exited. */
  quantity: number
  entered: number
  entryValue: Paise
  exited: number
  exitValue: Paise
  exitAt: Millis | null
  exitReason: ExitReason | null
  charges: Paise
  /** The order that is closing it: written before that order leaves. */
  exiting: string | null
  /** Exit orders approved so far, failed ones too. */
  exits: number
  /** Entered units that `tradeOpened` has told of. */
  told: number
}

/** The trip that an entry's first fill begins; {@link enter} takes the fill in. */
export const begin = (order: Order, at: Millis): RoundTrip => ({
  id: order.trade,
  strategy: order.strategy,
  mode: order.mode,
  symbol: order.symbol,
  direction: order.direction,
  side: order.side,
  because: order.because,
  entryAt: at,
  levels: order.levels,
  quantity: 0,
  entered: 0,
  entryValue: 0,
  exited: 0,
  exitValue: 0,
  exitAt: null,
  exitReason: null,
  charges: 0,
  exiting: null,
  exits: 0,
  told: 0,
})

/** Takes part of the entry into the trip. */
export const enter = (trip: RoundTrip, fill: Fill): void => {
  trip.quantity += fill.quantity
  trip.entered += fill.quantity
  trip.entryValue += fill.quantity * fill.price
  trip.charges += fill.charges.total
}

/** Takes part of an exit into the trip. */
export const leave = (trip: RoundTrip, fill: Fill, reason: ExitReason | null): void => {
  trip.quantity -= fill.quantity
  trip.exited += fill.quantity
  trip.exitValue += fill.quantity * fill.price
  trip.charges += fill.charges.total
  trip.exitAt = fill.at
  trip.exitReason = reason
}

/** The trade as facts tell it; with exit and profit once nothing is left of it. */
export const tradeOf = (trip: RoundTrip, closed: boolean): Trade => ({
  id: trip.id,
  strategy: trip.strategy,
  mode: trip.mode,
  symbol: trip.symbol,
  direction: trip.direction,
  side: trip.side,
  quantity: trip.entered,
  entryAt: trip.entryAt,
  entryPrice: Math.round(trip.entryValue / trip.entered),
  levels: trip.levels,
  exitAt: closed ? trip.exitAt : null,
  exitPrice: closed ? Math.round(trip.exitValue / trip.exited) : null,
  exitReason: closed ? trip.exitReason : null,
  because: trip.because,
  charges: trip.charges,
  pnl: closed ? profitOf(trip) : null,
})

// From the values, not from the averages that people see: those are rounded.
const profitOf = ({ side, entryValue, exitValue, charges }: RoundTrip): Paise =>
  (side === 'buy' ? exitValue - entryValue : entryValue - exitValue) - charges
