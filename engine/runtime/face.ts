import type { Logger, Message } from '../actor.ts'
import type { Clock, Timers } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Board } from './board.ts'
import type { Down } from './down.ts'
import type { ActorState } from './roster.ts'
import type { ActorStatus } from './status.ts'
import type { StartThread } from './thread.ts'

/** What the system tells whoever started it; called in the supervisor's thread. */
export type SystemEvents = {
  onDown?(id: string, down: Down): void
  onRestarted?(id: string, restarts: number, tookMs: number): void
  /** Set aside after repeated failure. Called before anything waits for it no longer. */
  onQuarantined?(id: string, because: string): void
  /** A supervisor gave up: what it held is down and stays down until a person acts. */
  onFailed?(id: string, because: string): void
  /** The root itself gave up, and all has stopped in order: the process should end for whoever supervises it. */
  onExhausted?(because: string): void
  onState?(id: string, state: ActorState): void
}

/** A running tree, in the hands of whoever started it. */
export type System = {
  readonly board: Board
  actors(): ActorStatus[]
  /** Ends an actor at once; its supervisor takes it from there. */
  kill(id: string): void
  /** Stops an actor in order and starts it again; not counted as a failure. */
  restart(id: string): Promise<void>
  /** Stops one child and leaves it down. */
  halt(id: string): Promise<void>
  /** Starts a child that was halted or quarantined, from what its supervisor declares now. */
  resume(id: string): Promise<void>
  /**
   * Hot reload: stops one child in order and starts it from what its supervisor declares now, touching nothing else.
   * @returns  milliseconds from the call until it has started
   */
  replace(id: string): Promise<number>
  /**
   * Asks a one-for-one supervisor for its children again: starts those that are new, stops in order and forgets those
   * that are gone, touches nothing else. New children are found running, or on their way through their policy.
   * @throws  ENGINE_NO_SUCH_ACTOR, ENGINE_NOT_REFRESHABLE, and what `children()` or the check of its list throws
   */
  refresh(supervisor: string): Promise<Refreshed>
  /** What an actor says of its state; null when it does not answer in time. */
  inspect(id: string): Promise<unknown>
  /**
   * Where an actor's thread spends its time in the next seconds, as the text of a `.cpuprofile`.
   * @throws ENGINE_NO_SUCH_ACTOR, ENGINE_NOT_RUNNING, ENGINE_PROFILE_BUSY
   */
  cpuProfile(id: string, seconds: number): Promise<string>
  /**
   * Has an actor's thread write its heap into a new file. That thread stands still meanwhile.
   * @throws ENGINE_NO_SUCH_ACTOR, ENGINE_NOT_RUNNING, ENGINE_PROFILE_BUSY
   */
  heapSnapshot(id: string, file: string): Promise<void>
  /** Sends from the supervisor's own thread; kept, in order, while the receiver is down. */
  send(to: string, message: Message): void
  /** Stops everything, source first; nothing runs after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

/** Whom a refresh started and whom it forgot, by name. */
export type Refreshed = { readonly started: readonly string[]; readonly gone: readonly string[] }

/** What a system stands on. */
export type SystemOptions = {
  readonly clock: Clock & Timers
  readonly random: Random
  readonly log: Logger
  readonly events?: SystemEvents
  /** How a child is started in a thread; a simulation has threads of its own. */
  readonly startThread?: StartThread
}
