import type { Clock, Millis } from './clock.ts'
import type { FileSystem } from './log/mod.ts'
import type { Turn } from './mailbox/doorbell.ts'
import type { Announcer, AnnouncerOptions, Interests } from './mailbox/interest.ts'
import type { Random } from './random.ts'

export type { Turn } from './mailbox/doorbell.ts'

/** What every message carries: its kind, and the event time it was sent at. */
export type Message = { readonly type: string; readonly at: Millis }

/** An address. It outlives a restart of the child it names. */
export type Ref = { readonly ref: string }

/** Lines for people and machines: an object of values and a sentence. */
export type Logger = {
  info(values: object, says: string): void
  warn(values: object, says: string): void
  error(values: object, says: string): void
}

/** Counters of one actor in shared memory; written by its thread, read by anybody. */
export type Gauges = {
  /** Adds to the count of records and messages handled. */
  handled(count: number): void
  /** Records published to it that it has not read. */
  lag(records: number): void
  /** Records published to it that it will never read: 0 on rings that wait for their readers. */
  lost(records: number): void
  /** Messages waiting. */
  mailbox(messages: number): void
  /** Adds one reading of the time from publication to handled. */
  latency(micros: number): void
}

/** An actor's only door to the world. */
export type Context<C extends { readonly type: string } = Message> = {
  readonly id: string
  readonly clock: Clock
  readonly random: Random
  /** Where the journal is kept. */
  readonly disk: FileSystem
  readonly log: Logger
  readonly gauges: Gauges
  /** The journal's durable sequence when this actor started: everything up to it is there to be read back. */
  readonly recovered: number
  /** The journal's durable sequence now. */
  journaled(): number
  /** Event time: that of the message at hand, or of what was last delivered. */
  now(): Millis
  /** Sends a command, stamped with `at` (by default the present event time). Never lost: see Host. */
  send(to: Ref, command: C, at?: Millis): void
  /** Event time through which every message that can still come is already here; +Infinity when nothing is awaited. */
  horizon(): Millis
  /** Event time of the earliest command that waits, or +Infinity. */
  pending(): Millis
  /** Handles, in the order of event time and sender, every message due at or before `through`. */
  deliver(through: Millis): number
  /** Promises that nothing this actor sends from now on carries an event time at or before `to`. */
  advance(to: Millis): void
  /** Says that the journal is durable through this sequence number, and wakes everyone who reads it. */
  durable(sequence: number): void
  /** Wakes those who read what this actor publishes, if they sleep. */
  wake(): void
  /** Of what is announced under `interests`, only records with these keys wake this actor: see mailbox/interest.ts. */
  listen(interests: Interests, keys: readonly number[]): void
  /** Announces what this actor publishes to those who listen: see mailbox/interest.ts. */
  announcer(interests: Interests, options?: AnnouncerOptions): Announcer
  /** What the supervisor offers by name, each call a promise. */
  service<T>(name: string): T
}

type Handlers<M extends { readonly type: string }, S, C extends { readonly type: string }> = {
  readonly [K in M['type']]?: (state: S, message: Extract<M, { type: K }> & { at: Millis }, ctx: Context<C>) => void
}

/** How an actor starts and what it handles. */
export type Actor<G, S, M extends { readonly type: string }, C extends { readonly type: string }> = {
  /** `import.meta.url`, so that a thread can load the same file. */
  readonly module: string
  /**
   * Makes the state from what the tree gave. Restarting is the same call: state that must survive is read
   * back from the journal here.
   */
  readonly start: (given: G, ctx: Context<C>) => S | Promise<S>
  /** Commands and facts, each handled to its end, one at a time. */
  readonly on?: Handlers<M, S, C>
  /** One bounded turn of work on rings. Without it, messages are handled as they fall due. */
  readonly pump?: (state: S, ctx: Context<C>) => Turn
  /** Ordered shutdown: finish, write, close. */
  readonly stop?: (state: S, ctx: Context<C>) => void | Promise<void>
  /**
   * Lets go of what a thread's end would take with it, such as open files; for a simulation, where actors die and their
   * thread does not. Nothing else may come of it.
   */
  readonly abandon?: (state: S) => void
  /** Plain data about the state, for people. */
  readonly inspect?: (state: S) => unknown
}

/** Any actor: a registry of many types can only be typed by what they share. */
export type AnyActor = Actor<any, any, any, any>

/** Binds the actor types of one system to its vocabulary of commands and facts. */
export const vocabulary = <C extends { readonly type: string }, F extends { readonly type: string }>() => ({
  /** Declares an actor; what it handles is what it accepts. */
  actor: <G, S>(definition: Actor<G, S, C | F, C>): Actor<G, S, C | F, C> => definition,
})
