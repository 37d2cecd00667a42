import type { Millis } from '#engine/clock.ts'
import type { Paise } from './money.ts'
import type { Direction } from './signal.ts'

/** Which way an order or fill goes. */
export type Side = 'buy' | 'sell'
/** Whether orders go to the simulated venue or to a broker; fixed for a whole run. */
export type Mode = 'paper' | 'live'

/** Why a position was left. */
export const exitReasons = [
  'TARGET', 'STOP_LOSS', 'TRAILING', 'EOD', 'SIGNAL', 'THETA', 'VOLUME', 'EMERGENCY', 'MANUAL',
] as const
/** One of {@link exitReasons}. */
export type ExitReason = (typeof exitReasons)[number]

/** Price levels that the executor watches on behalf of a position. */
export type Levels = {
  /** The instrument whose trades are watched: the underlying's future for an option bought on its signal. */
  readonly watch: string
  /** Which way the watched price has to go for the position to win. */
  readonly direction: Direction
  readonly stop: Paise | null
  readonly target: Paise | null
  /** True once the stop has been moved in the position's favour: its exit is then TRAILING. */
  readonly trailing: boolean
}

/** What a strategy asks risk for. */
export type Intent =
  | {
      readonly kind: 'enter'
      readonly id: string
      readonly strategy: string
      readonly signal: string
      readonly at: Millis
      readonly mode: Mode
      /** What to trade, which may differ from what the signal was read from. */
      readonly symbol: string
      /** What happens to the traded instrument: a put bought on a short signal is a `buy`. */
      readonly side: Side
      readonly direction: Direction
      /** Last known price of what is traded; `null` when it has not traded yet, which is refused. */
      readonly price: Paise | null
      readonly levels: Levels
      /** Signal price that stop and target were set from. */
      readonly entry: Paise
      /** Share of the full size, 0 to 1: PVA's tiers. */
      readonly tier: number
      /** What the strategy believes it holds, signed units by symbol: entries are refused when risk disagrees. */
      readonly holds: number
    }
  | {
      readonly kind: 'exit'
      readonly id: string
      readonly strategy: string
      readonly signal: string | null
      readonly at: Millis
      readonly mode: Mode
      readonly symbol: string
      readonly reason: ExitReason
      readonly because: string
    }
  | {
      readonly kind: 'move'
      readonly id: string
      readonly strategy: string
      readonly at: Millis
      readonly symbol: string
      readonly stop: Paise | null
      readonly target: Paise | null
      readonly because: string
    }

/** A wish to open a position. */
export type Entry = Extract<Intent, { kind: 'enter' }>
/** A wish to leave one. */
export type Exit = Extract<Intent, { kind: 'exit' }>
/** A wish to put stop or target elsewhere; `null` leaves that level as it is. */
export type Move = Extract<Intent, { kind: 'move' }>

/** An order as it was approved: everything a venue needs, and why it exists. */
export type Order = {
  /** Client order id: the same for the same intent in every replay, so sending twice is harmless. */
  readonly id: string
  readonly strategy: string
  readonly intent: string
  readonly signal: string | null
  readonly mode: Mode
  readonly symbol: string
  readonly side: Side
  readonly type: 'market'
  readonly quantity: number
  readonly purpose: 'entry' | 'exit'
  /** The trade that an exit closes; an entry opens the trade of its own id. */
  readonly trade: string
  readonly direction: Direction
  readonly levels: Levels | null
  readonly reason: ExitReason | null
  readonly because: string
  readonly approvedAt: Millis
}

declare const approved: unique symbol
/** Minted by risk alone; venues take nothing else. */
export type Approved<T> = T & { readonly [approved]: true }

/** Where an order may be in its life; actors/executor/order-machine.ts has the moves between them. */
export const orderStates = [
  'NEW', 'SENT', 'UNKNOWN', 'OPEN', 'PARTIAL', 'COMPLETE', 'CANCELLED', 'REJECTED', 'EXPIRED',
] as const
/** One of {@link orderStates}. */
export type OrderState = (typeof orderStates)[number]

/** What an order cost beyond its price, each in paise, rounded per fill so that parts add up to the total. */
export type Charges = {
  readonly brokerage: Paise
  readonly stt: Paise
  readonly exchange: Paise
  readonly sebi: Paise
  readonly stamp: Paise
  readonly gst: Paise
  readonly total: Paise
}

/** Part or all of an order, executed. */
export type Fill = {
  /** Unique at its venue: a fill is applied once, whichever channel brings it. */
  readonly id: string
  readonly order: string
  readonly strategy: string
  readonly symbol: string
  readonly side: Side
  readonly quantity: number
  readonly price: Paise
  readonly at: Millis
  readonly charges: Charges
  /** The quote it was made from, so that a paper price can be argued with. */
  readonly quote: { readonly price: Paise; readonly bid: Paise | null; readonly ask: Paise | null; readonly at: Millis }
}

/** A round trip: opened by an entry order, closed when nothing of it is left. */
export type Trade = {
  readonly id: string
  readonly strategy: string
  readonly mode: Mode
  readonly symbol: string
  readonly direction: Direction
  readonly side: Side
  readonly quantity: number
  readonly entryAt: Millis
  readonly entryPrice: Paise
  readonly levels: Levels | null
  readonly exitAt: Millis | null
  readonly exitPrice: Paise | null
  readonly exitReason: ExitReason | null
  readonly because: string
  readonly charges: Paise
  /** Realised, after charges; `null` while open. */
  readonly pnl: Paise | null
}

/** What one strategy holds of one instrument. */
export type Position = {
  readonly strategy: string
  readonly symbol: string
  /** Signed units. */
  readonly quantity: number
  /** Cost of what is held, signed like the quantity: average price x quantity, kept whole. */
  readonly cost: Paise
  /** Realised profit before charges. */
  readonly realised: Paise
  readonly charges: Paise
}
