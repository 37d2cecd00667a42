import type { Logger } from '../../actor.ts'
import { pause, realClock } from '../../clock.ts'
import { seeded } from '../../random.ts'
import type { Policy } from '../../supervise.ts'
import { child, supervisor, type Child, type Node, type Placement, type Supervisor } from '../../tree.ts'
import { startSystem, type ActorState, type System, type SystemEvents } from '../system.ts'
import patient from './patient.actor.ts'

const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Two failures in a minute, then set aside; quick, for tests. */
export const policy: Policy = {
  restart: 'one-for-one', atMost: 2, withinMs: 60_000, then: 'quarantine', delayMs: 20, delayMsMax: 100,
}

/** A tree of patients: one supervisor, `root`, over what `children` declares. */
export const startTree = (
  children: () => readonly Node[],
  events: SystemEvents = {},
  over: Partial<Policy> = {},
  log: Logger = quiet,
): Promise<System> => startRoot(supervisor('root', { ...policy, ...over }, children), events, log)

/** A system over any tree, by default without a log. */
export const startRoot = (root: Supervisor, events: SystemEvents = {}, log: Logger = quiet): Promise<System> =>
  startSystem(root, { clock: realClock, random: seeded(1), log, events })

/** A patient with little memory, which dies as `given` says. */
export const one = (
  name: string,
  given: object = { way: 'none', after: 0 },
  placement: Partial<Placement> = {},
): Child =>
  child(patient as never, given as never, { name, limits: { heapMb: 24, youngMb: 2, stackMb: 2 }, ...placement })

/** Where an actor or supervisor of the system is in its life; undefined when there is none of that name. */
export const stateOf = (system: System, id: string): ActorState | undefined =>
  system.actors().find((actor) => actor.id === id)?.state

/** Waits until something holds. @throws after 20 s */
export const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 20_000) throw new Error(`waited in vain until ${what}`)
    await pause(10)
  }
}
