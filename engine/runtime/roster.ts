import type { Millis } from '../clock.ts'
import { engineProblem } from '../problems.ts'
import type { Child, Supervisor } from '../tree.ts'
import { ACTORS_MAX } from './board.ts'
import { readingOf, type MetricsHandle, type Reading } from './metrics.ts'
import type { Down, Thread } from './thread.ts'

/** Where an actor or a supervisor is in its life. `quarantined` and `failed` last until a person acts. */
export type ActorState =
  | 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'quarantined' | 'failed'

/** One line of the live tree. */
export type ActorStatus = {
  readonly id: string
  readonly kind: 'supervisor' | 'actor'
  readonly parent: string | null
  readonly state: ActorState
  readonly restarts: number
  readonly down: (Down & { readonly at: Millis }) | null
  readonly upSince: Millis | null
  readonly reading: Reading | null
  readonly killable: boolean
  /** Its row in the shared tables; null for a supervisor. */
  readonly slot: number | null
}

/** A child of the tree with the thread it runs in, if it does. */
export type Member = {
  readonly group: Group
  child: Child
  /** Its place in the shared tables, the same for every start. */
  readonly slot: number
  state: ActorState
  thread: Thread | null
  restarts: number
  failures: Millis[]
  down: (Down & { at: Millis }) | null
  upSince: Millis | null
  /** The last sign of life, and when it was seen. */
  beat: number
  beatAt: number
  /** It was asked to do something that takes its time, and need not give a sign of life until then. */
  excusedUntil: number
  cancelRestart: (() => void) | null
  /** A person or the supervisor ended it on purpose: not a failure. */
  wanted: boolean
}

/** A supervisor of the tree with its parts in the order they start. */
export type Group = {
  readonly node: Supervisor
  readonly parent: Group | null
  state: ActorState
  parts: (Member | Group)[]
  failures: Millis[]
  restarts: number
  cancelRestart: (() => void) | null
  /** Of parts that share state: the one that went down while the group was starting. */
  fallen: string | null
  /** Resolves when what changes its children at present is through. */
  settled: Promise<unknown>
}

/** Slot of the supervisor itself in the shared tables. */
export const SELF = 0

/** Whether a part of a group is a child rather than a group of its own. */
export const isMember = (part: Member | Group): part is Member => 'child' in part

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
  node.policy.then === 'quarantine' && parent !== null && parts.every(isMember)

/** All children below a group, however deep. */
export const membersOf = (group: Group): Member[] =>
  group.parts.flatMap((part) => (isMember(part) ? [part] : membersOf(part)))

/** Calls off a restart that waits for its delay. */
export const callOff = (part: Member | Group): void => {
  part.cancelRestart?.()
  part.cancelRestart = null
}

/** A group and all below it, one line each, parents first. */
export const statusesOf = (group: Group, metrics: MetricsHandle): ActorStatus[] => {
  const { node, parent, state, restarts } = group
  const line: ActorStatus = {
    id: node.name, kind: 'supervisor', parent: parent?.node.name ?? null, state, restarts,
    down: null, upSince: null, reading: null, killable: false, slot: null,
  }
  const below = group.parts.flatMap((part) =>
    isMember(part) ? [statusOf(part, metrics)] : statusesOf(part, metrics))
  return [line, ...below]
}

const statusOf = (member: Member, metrics: MetricsHandle): ActorStatus => {
  const { child, group, slot, state, restarts, down, upSince } = member
  return {
    id: child.name, kind: 'actor', parent: group.node.name, state, restarts, down, upSince,
    reading: member.thread ? readingOf(metrics, slot) : null,
    killable: child.placement.killable !== false, slot,
  }
}

/** Every child of the running tree by name, and the slots they have in the shared tables. */
export class Roster {
  readonly #members = new Map<string, Member>()
  readonly #free = Array.from({ length: ACTORS_MAX - SELF - 1 }, (_, n) => ACTORS_MAX - 1 - n)

  /**
   * Enters a child in its group. One that comes back with its whole group keeps its slot and its history.
   * @throws ENGINE_TOO_MANY_ACTORS
   */
  enter(child: Child, group: Group): Member {
    const known = this.#members.get(child.name)
    const { restarts = 0, failures = [], down = null } = known ?? {}
    const slot = known?.slot ?? this.#free.pop()
    if (slot === undefined) throw engineProblem('TOO_MANY_ACTORS', { name: child.name, most: ACTORS_MAX - 1 })
    const member: Member = {
      group, child, slot, state: 'stopped', thread: null, restarts, failures,
      down, upSince: null, beat: 0, beatAt: 0, excusedUntil: 0, cancelRestart: null, wanted: false,
    }
    this.#members.set(child.name, member)
    return member
  }

  /** Forgets a child that has stopped; its slot is given to the next that comes. */
  forget(member: Member): void {
    // A member of the same name that has come since keeps the slot.
    if (this.#members.get(member.child.name) !== member) return
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
    return one ? [one] : [...this.#members.values().filter(({ group }) => isBelow(name, group))]
  }

  all(): IterableIterator<Member> {
    return this.#members.values()
  }
}

const isBelow = (name: string, group: Group | null): boolean =>
  group !== null && (group.node.name === name || isBelow(name, group.parent))
