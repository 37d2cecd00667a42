import type { OrderState } from '../domain/order.ts'

/** What may happen to an order: what we do to it, and what its venue says of it. */
export const orderEvents = [
  'send', 'unknown', 'accept', 'fill', 'complete', 'cancel', 'reject', 'expire',
] as const
/** One of {@link orderEvents}. */
export type OrderEvent = (typeof orderEvents)[number]

/** What an event does to an order in some state. */
export type Step =
  | { readonly type: 'moved'; readonly to: OrderState }
  /** Said before, or too late to matter. */
  | { readonly type: 'ignored'; readonly because: string }
  /** Contradicts what is on record: the state stays, and a person must see it. */
  | { readonly type: 'conflict'; readonly because: string }

/**
 * One order's life.
 *
 * ```
 *          send          accept         fill            complete
 *   NEW ─────────► SENT ─────────► OPEN ─────► PARTIAL ─────────► COMPLETE
 *    │              │ ▲              │            │ ▲
 *    │      unknown │ │ (never sent  │            └─┘ fill
 *    │              ▼ │  again)      │            │
 *    │           UNKNOWN ── whatever the venue proves, from here too
 *    │              │                │            │
 *    └──────────────┴────────────────┴────────────┴──► CANCELLED · REJECTED · EXPIRED
 * ```
 *
 * A venue may skip states (a market order can complete before it was accepted), never go back. An outcome that
 * nobody knows, and a status that nobody recognises, mean that the order works: only a proof ends it.
 */
export const step = (state: OrderState, event: OrderEvent): Step => {
  const row = table[state][event]
  if (row === 'same') return { type: 'ignored', because: `An order that is ${state} learns nothing from "${event}".` }
  if (row === 'clash') return { type: 'conflict', because: `"${event}" came for an order that is ${state}.` }
  return { type: 'moved', to: row }
}

/** Whether an order in this state may still fill. */
export const isWorking = (state: OrderState): boolean => !over.has(state)

const over: ReadonlySet<OrderState> = new Set(['COMPLETE', 'CANCELLED', 'REJECTED', 'EXPIRED'])

type Cell = OrderState | 'same' | 'clash'
type Row = Readonly<Record<OrderEvent, Cell>>

// What any venue may prove of an order that it has, or may have.
const proven = {
  fill: 'PARTIAL', complete: 'COMPLETE', cancel: 'CANCELLED', reject: 'REJECTED', expire: 'EXPIRED',
} as const
// After the end, another end changes nothing, but a fill would: it is money, and must be seen.
const ended = {
  send: 'clash', unknown: 'same', accept: 'same', fill: 'clash',
  complete: 'clash', cancel: 'same', reject: 'same', expire: 'same',
} as const

const table: Readonly<Record<OrderState, Row>> = {
  // Not sent: the venue cannot know it. We may still drop it.
  NEW: {
    send: 'SENT', cancel: 'CANCELLED', reject: 'REJECTED', expire: 'EXPIRED',
    unknown: 'clash', accept: 'clash', fill: 'clash', complete: 'clash',
  },
  SENT: { ...proven, send: 'same', unknown: 'UNKNOWN', accept: 'OPEN' },
  // Not sent again: it may have arrived.
  UNKNOWN: { ...proven, send: 'clash', unknown: 'same', accept: 'OPEN' },
  OPEN: { ...proven, send: 'same', unknown: 'same', accept: 'same' },
  // A venue that rejects the rest cancels it: what filled stays filled.
  PARTIAL: { ...proven, send: 'same', unknown: 'same', accept: 'same', reject: 'CANCELLED' },
  COMPLETE: { ...ended, send: 'same', complete: 'same', cancel: 'clash', reject: 'clash', expire: 'clash' },
  CANCELLED: ended,
  REJECTED: { ...ended, accept: 'clash' },
  EXPIRED: ended,
}
