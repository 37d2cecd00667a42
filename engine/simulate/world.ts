import type { Message } from '../actor.ts'
import type { Clock, Millis } from '../clock.ts'
import type { ErrorRecord } from '../errors.ts'
import type { FileSystem } from '../log/mod.ts'
import type { Board } from '../runtime/board.ts'
import type { System, SystemEvents } from '../runtime/system.ts'
import type { Supervisor } from '../tree.ts'
import type { Faults } from './faults.ts'

/** Where a simulated process runs. */
export type Place = {
  readonly disk: FileSystem
  readonly clock: Clock
  /** Sends as the supervisor's own thread does. */
  send(to: string, message: Message): void
}

/** What a process runs, made anew each time it starts: nothing but the disk outlives it. */
export type Program = (place: Place) => { readonly tree: Supervisor; readonly events?: SystemEvents }

/** All there is to look at between two steps. */
export type World = {
  readonly step: number
  /** How often the process has started. */
  readonly lives: number
  readonly clock: Clock
  readonly board: Board
  readonly system: System
  /** The disk, to be read at no risk: no fault strikes a look at it. */
  readonly disk: FileSystem
}

/** What must hold between any two steps; says what does not. */
export type Invariant = (world: World) => string | null

/** How a simulation is carried out. Everything that is drawn is drawn from the seed. */
export type SimulateOptions = {
  readonly seed: number
  /** Whether all is done; the tree is then stopped in order. */
  readonly until: (world: World) => boolean
  /** The highest rates; `calm` where none is given. */
  readonly faults?: Partial<Faults>
  readonly invariants?: readonly Invariant[]
  /** What a person does meanwhile, such as restarting what was given up; called when there is nothing else to do. */
  readonly person?: (world: World) => void
  /** Looks at the invariants after each so many steps. Default 1. */
  readonly lookEvery?: number
  /** More steps than this without an end count as broken. */
  readonly steps?: number
  /** Whom not to crash or hang, given who went down before, in order, since the process started. */
  readonly spare?: (name: string, downs: readonly string[]) => boolean
  /** Errors that an actor may throw, such as of a full disk; any other is a defect. */
  readonly allows?: (error: ErrorRecord) => boolean
  /** The wall clock at the start. */
  readonly startsAt?: Millis
}
