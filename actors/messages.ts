import type { DownReason, ErrorRecord, Millis } from '#engine/mod.ts'
import type { Candle } from './domain/candle.ts'
import type { StrategyLimits } from './domain/limits.ts'
import type { Approved, Fill, Intent, Levels, Order, Trade } from './domain/order.ts'
import type { Paise } from './domain/money.ts'
import type { Signal } from './domain/signal.ts'
import type { ParamSet } from './strategy/params.ts'

/** Sent to one actor, which may refuse. */
export type Command =
  | {
      readonly type: 'propose'
      readonly strategy: string
      /** Counts a strategy's proposals within one event time, so that one sent again is known. */
      readonly n: number
      readonly signal: Signal | null
      readonly intent: Intent | null
    }
  | { readonly type: 'decided'; readonly facts: readonly BusinessFact[] } // risk to executor: keep these, act on them
  | { readonly type: 'note'; readonly facts: readonly SystemFact[] } // supervisor to executor: keep these
  | { readonly type: 'flatten'; readonly strategy: string; readonly because: string } // the same: leave all it holds

/** Why risk said no: a stable code, a sentence a trader understands, and the figures it is made of. */
export type Refusal = {
  readonly code: string
  readonly because: string
  readonly figures: Readonly<Record<string, number | string>>
}

/**
 * What happened in the market's time. Derived from the data alone: the same recording gives the same
 * facts in the same order at any speed, on any number of threads, and after any crash.
 */
export type BusinessFact =
  | {
      readonly type: 'sessionOpened'
      /** Trading day in India, `YYYY-MM-DD`. */
      readonly day: string
      readonly openAt: Millis
      readonly closeAt: Millis
    }
  | {
      readonly type: 'minuteClosed'
      /** The boundary all its candles closed at. */
      readonly mark: Millis
      /** Sequence of the mark in the tick stream: where a restart takes the stream up again. */
      readonly sequence: number
      /** Ticks published and rows quarantined since the start of the run. */
      readonly fed: number
      readonly quarantined: number
      readonly candles: readonly Candle[]
    }
  | { readonly type: 'signalRaised'; readonly signal: Signal }
  | { readonly type: 'intentRefused'; readonly intent: Intent; readonly refusal: Refusal }
  | { readonly type: 'orderApproved'; readonly order: Approved<Order> }
  | { readonly type: 'orderPlaced'; readonly order: string } // SENT: on disk before it left
  | { readonly type: 'orderAccepted'; readonly order: string; readonly venueId: string } // OPEN
  | { readonly type: 'orderFilled'; readonly fill: Fill; readonly done: boolean }
  | { readonly type: 'orderRejected'; readonly order: string; readonly because: string }
  | { readonly type: 'orderCancelled'; readonly order: string; readonly because: string }
  | {
      readonly type: 'levelsMoved'
      readonly trade: string
      readonly strategy: string
      readonly levels: Levels
      readonly because: string
    }
  | { readonly type: 'tradeOpened'; readonly trade: Trade }
  | { readonly type: 'tradeClosed'; readonly trade: Trade }
  | {
      readonly type: 'strategyHalted' // by its own daily loss limit, until the next session
      readonly strategy: string
      readonly code: string
      readonly because: string
      readonly pnl: Paise
    }
  | { readonly type: 'sessionClosed'; readonly day: string }

/** What happened to the machinery, or what a person did: true, kept and shown, but not part of a replay's identity. */
export type SystemFact =
  | { readonly type: 'runStarted'; readonly run: RunInfo }
  /** `mark`: event time reached before, `null` when nothing had happened yet. */
  | { readonly type: 'runResumed'; readonly mark: Millis | null }
  /** Ticks published, missed by the executor, and rows set aside, over the whole run. */
  | { readonly type: 'runFinished'; readonly fed: number; readonly lost: number; readonly quarantined: number }
  | {
      readonly type: 'actorDown'
      readonly actor: string
      readonly reason: DownReason
      readonly error: ErrorRecord | null
    }
  | { readonly type: 'actorRestarted'; readonly actor: string; readonly restarts: number; readonly tookMs: number }
  | { readonly type: 'actorQuarantined'; readonly actor: string; readonly because: string }
  | {
      readonly type: 'strategyPaused' | 'strategyResumed' | 'strategyStopped' | 'strategyStarted'
      readonly strategy: string
      readonly by: string
    }
  /** From here on it runs the code of this hash, which is kept under that name in the data directory. */
  | {
      readonly type: 'strategyLoaded'
      readonly strategy: string
      readonly hash: string
      readonly form: StrategyForm
    }
  /** Its file may not run. `running`: an earlier state of it goes on. */
  | {
      readonly type: 'strategyRefused'
      readonly strategy: string
      readonly running: boolean
      readonly errors: readonly ErrorRecord[]
    }
  | {
      readonly type: 'strategyConfigured'
      readonly strategy: string
      readonly params: Readonly<Record<string, unknown>>
      readonly by: string
    }
  | {
      readonly type: 'strategyAdded' // to the run's fleet, while it runs
      readonly info: StrategyInfo
      readonly limits: StrategyLimits
      readonly by: string
    }
  /** From the fleet, for good: its id names what it did, and is not given to another in this run. */
  | { readonly type: 'strategyRemoved'; readonly strategy: string; readonly by: string }

/** What a run is made of; two runs with the same `id` are the same run. */
export type RunInfo = {
  readonly id: string
  readonly kind: 'replay'
  readonly recording: string
  readonly recordingHash: string
  /** The fleet it began with. */
  readonly strategies: readonly StrategyInfo[]
  readonly symbols: readonly string[]
  readonly warmSessions: number
  readonly startedAt: Millis
}

/** One running instance of a strategy file. */
export type StrategyInfo = {
  readonly id: string
  readonly type: string
  readonly symbol: string
  readonly params: Readonly<Record<string, unknown>>
  readonly capital: Paise
  /** Of a strategy that does not ship: what people are shown of it, `null` when its file was refused. */
  readonly form?: StrategyForm | null
}

/** What people are shown of a strategy, and what may be set. */
export type StrategyForm = {
  readonly title: string
  readonly description: string
  readonly bars: string
  readonly params: ParamSet
}

/** A fact as it is kept: when, by whom, and because of what. */
export type Kept<F = BusinessFact | SystemFact> = F & {
  /**
   * Event time at which it was journaled, never less than that of the fact before; wall-clock time for a
   * {@link SystemFact}.
   */
  readonly at: Millis
  /** Who published it. */
  readonly from: string
  /** Correlation id: the signal, trade or command this began with. */
  readonly cause: string | null
  /** How far the tick stream had been read when it was journaled: where a restart goes on from. */
  readonly tick: number
}

/** Any fact as it is kept. */
export type Fact = Kept<BusinessFact> | Kept<SystemFact>
/** The kept facts of one type. */
export type FactOf<T extends Fact['type']> = Extract<Fact, { type: T }>

const system: ReadonlySet<string> = new Set<SystemFact['type']>([
  'runStarted', 'runResumed', 'runFinished', 'actorDown', 'actorRestarted', 'actorQuarantined',
  'strategyPaused', 'strategyResumed', 'strategyStopped', 'strategyStarted', 'strategyConfigured',
  'strategyAdded', 'strategyRemoved', 'strategyLoaded', 'strategyRefused',
])

/** Whether a fact belongs to the machinery rather than to the market's time. */
export const isSystem = (fact: Fact): fact is Kept<SystemFact> => system.has(fact.type)
