import type { Fact } from '../messages.ts'

/*
 * The number each kind of fact is kept under in the journal's frames, so that a reader can pass over what it has
 * no use for without decoding it. Written to disk: numbers are added, never changed or used again.
 */
const numbers = {
  sessionOpened: 1,
  minuteClosed: 2,
  signalRaised: 3,
  intentRefused: 4,
  orderApproved: 5,
  orderPlaced: 6,
  orderAccepted: 7,
  orderFilled: 8,
  orderRejected: 9,
  orderCancelled: 10,
  levelsMoved: 11,
  tradeOpened: 12,
  tradeClosed: 13,
  strategyHalted: 14,
  sessionClosed: 15,
  runStarted: 32,
  runResumed: 33,
  runFinished: 34,
  actorDown: 35,
  actorRestarted: 36,
  actorQuarantined: 37,
  strategyPaused: 38,
  strategyResumed: 39,
  strategyStopped: 40,
  strategyStarted: 41,
  strategyConfigured: 42,
  strategyAdded: 43,
  strategyRemoved: 44,
  strategyLoaded: 45,
  strategyRefused: 46,
} as const satisfies Record<Fact['type'], number>

/** The frame number of a fact. */
export const kindOf = (type: Fact['type']): number => numbers[type]

/** The frame numbers of several facts. */
export const kindsOf = (types: readonly Fact['type'][]): number[] => types.map(kindOf)

/** Facts of the market's time have numbers below this one; those of the machinery lie above. */
export const SYSTEM_KINDS = 32
