import type { Millis } from '../clock.ts'
import { engineProblem } from '../problems.ts'
import type { Child, Supervisor } from '../tree.ts'
import { ACTORS_MAX } from './board.ts'
import type { Down } from './down.ts'
import type { Thread } from './thread.ts'

/** Where an actor or a supervisor is in its life. `quarantined` and `failed` last until a person acts. */
export type ActorState =
  | 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'quarantined' | 'failed'

/** A child of the tree with the thread it runs in, if it does. */
export type Member = {
  readonly group: Group
  child: Child
  /** Its row in the shared tables, the same for every start. */
  readonly slot: number
  /** Where its thread's bell, beat and control word are: the slot of the first who lives there. */
  bell: number
  crew: Crew
  state: ActorState
  thread: Thread | null
  restarts: number
  down: (Down & { at: Millis }) | null
  upSince: Millis | null
  /** The last sign of life, and when it was seen. */
  beat: number
  beatAt: number
  /** Until then it need give none: something was asked of it that takes its time. */
  excusedUntil: number
  /** Not started with its thread: declared asleep, halted or set aside. */
  resting: boolean
}

/** Those who live and die together in one thread: a single child, unless placements name the same thread. */
export type Crew = {
  readonly name: string
  readonly group: Group
  members: Member[]
  thread: Thread | null
  /** When it failed, and when a person ended it, in milliseconds elapsed, as far back as that matters. */
  failures: number[]
  kills: number[]
  cancelRestart: (() => void) | null
  /** The supervisor ended it on purpose: not a failure. */
  wanted: boolean
  /** It has not started yet, and whoever starts it sees to it when it cannot. */
  awaited: boolean
}

/** A supervisor of the tree with its parts in the order they start. */
export type Group = {
  readonly node: Supervisor
  readonly parent: Group | null
  state: ActorState
  parts: (Member | Group)[]
  failures: number[]
  restarts: number
  cancelRestart: (() => void) | null
  /** Of parts that share state: whose death this start or restart is about. */
  fallen: Crew | null
  /** Resolves when what people asked of its children so far is done. */
  settled: Promise<unknown>
}

/** Slot of the supervisor itself in the shared tables. */
export const SELF = 0

/** Whether a part of a group is a child rather than a group of its own. */
export const isMember = (part: Member | Group): part is Member => 'child' in part

/** Whether a part of a group is a group of its own. */
export const isGroup = (part: Member | Group): part is Group => !isMember(part)

/** What a part of a group is called. */
export const nameOf = (part: Member | Group): string => (isMember(part) ? part.child.name : part.node.name)

/** The supervisor of that name at or below a group. */
export const groupNamed = (name: string, group: Group): Group | undefined =>
  group.node.name === name
    ? group
    : group.parts.values().map((part) => (isMember(part) ? undefined : groupNamed(name, part))).find(Boolean)

/** A group that has not started. */
export const groupOf = (node: Supervisor, parent: Group | null): Group => ({
  node, parent, state: 'stopped', parts: [], failures: [], restarts: 0, cancelRestart: null, fallen: null,
  settled: Promise.resolve(),
})

/** Whether a group's children are nobody's business but their own: each is started, restarted and set aside alone. */
export const isIsolating = ({ node, parent, parts }: Group): boolean =>
  node.policy.restart === 'one-for-one' && node.policy.then === 'quarantine' && parent !== null &&
  parts.every(isMember)

/** All children below a group, however deep. */
export const membersOf = (group: Group): Member[] =>
  group.parts.flatMap((part) => (isMember(part) ? [part] : membersOf(part)))

/** The threads of a group's own children, in the order of the first child of each. */
export const crewsOf = (group: Group): Crew[] =>
  [...new Set(group.parts.filter(isMember).map(({ crew }) => crew))]

/** Those of a crew who are to run. */
export const awakeIn = (crew: Crew): Member[] => crew.members.filter(({ resting }) => !resting)

/** Calls off a restart that waits for its delay. */
export const callOff = (part: Crew | Group): void => {
  part.cancelRestart?.()
  part.cancelRestart = null
}

/** Every child of the running tree by name, and the slots they have in the shared tables. */
export class Roster {
  readonly #members = new Map<string, Member>()
  readonly #crews = new Map<string, Crew>()
  readonly #free = Array.from({ length: ACTORS_MAX - SELF - 1 }, (_, n) => ACTORS_MAX - 1 - n)

  /**
   * Enters a child in its group. One that comes back with its whole group keeps its slot and its history.
   * @throws ENGINE_TOO_MANY_ACTORS
   */
  enter(child: Child, group: Group): Member {
    const known = this.#members.get(child.name)
    const { restarts = 0, down = null } = known ?? {}
    const slot = known?.slot ?? this.#free.pop()
    if (slot === undefined) throw engineProblem('TOO_MANY_ACTORS', { name: child.name, most: ACTORS_MAX - 1 })
    const crew = this.#crewOf(child, group)
    const member: Member = {
      group, child, slot, crew, bell: slot, state: 'stopped', thread: null, restarts, down, upSince: null,
      beat: 0, beatAt: 0, excusedUntil: 0, resting: child.placement.asleep === true,
    }
    crew.members.push(member)
    this.#members.set(child.name, member)
    return member
  }

  /** From now on a child is as it is declared here, in another thread if that says so. Nothing of it runs meanwhile. */
  declare(member: Member, child: Child): void {
    member.child = child
    const crew = this.#crewOf(child, member.group)
    if (crew === member.crew) return
    this.#leave(member)
    member.crew = crew
    member.bell = member.slot
    crew.members.push(member)
  }

  /** Forgets a child that has stopped; its slot is given to the next that comes. */
  forget(member: Member): void {
    // A member of the same name that has come since keeps the slot.
    if (this.#members.get(member.child.name) !== member) return
    this.#leave(member)
    this.#members.delete(member.child.name)
    this.#free.push(member.slot)
  }

  get(name: string): Member | undefined {
    return this.#members.get(name)
  }

  /** @throws ENGINE_NO_SUCH_ACTOR */
  find(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw engineProblem('NO_SUCH_ACTOR', { name })
    return member
  }

  /** The child of that name, or all children below the supervisor of that name. */
  named(name: string): Member[] {
    const one = this.#members.get(name)
    return one ? [one] : this.#members.values().filter(({ group }) => isBelow(name, group)).toArray()
  }

  all(): IterableIterator<Member> {
    return this.#members.values()
  }

  /** Of each thread, the child that stands for it on the board. */
  leads(): Iterable<Member> {
    return this.#members.values().filter(({ bell, slot }) => bell === slot)
  }

  #crewOf({ name, placement }: Child, group: Group): Crew {
    const key = placement.thread === undefined ? name : `${group.node.name} ${placement.thread}`
    const known = this.#crews.get(key)
    if (known?.group === group) return known
    const { failures = [], kills = [] } = known ?? {}
    const crew: Crew = {
      name: placement.thread ?? name, group, members: [], thread: null, failures, kills,
      cancelRestart: null, wanted: false, awaited: false,
    }
    this.#crews.set(key, crew)
    return crew
  }

  #leave(member: Member): void {
    const { crew } = member
    crew.members = crew.members.filter((one) => one !== member)
    if (crew.members.length > 0) return
    for (const [key, one] of this.#crews) if (one === crew) this.#crews.delete(key)
  }
}

const isBelow = (name: string, group: Group | null): boolean =>
  group !== null && (group.node.name === name || isBelow(name, group.parent))
