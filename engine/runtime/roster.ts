import type { Millis } from '../clock.ts'
import { engineProblem } from '../problems.ts'
import type { Child, Supervisor } from '../tree.ts'
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
}

/** Slot of the supervisor itself in the shared tables. */
export const SELF = 0

/** Whether a part of a group is a child rather than a group of its own. */
export const isMember = (part: Member | Group): part is Member => 'child' in part

/** A group that has not started. */
export const groupOf = (node: Supervisor, parent: Group | null): Group =>
  ({ node, parent, state: 'stopped', parts: [], failures: [], restarts: 0, cancelRestart: null, fallen: null })

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
    down: null, upSince: null, reading: null, killable: false,
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
    killable: child.placement.killable !== false,
  }
}

/** Every child the system has had, by name, and the slots that names keep for good. */
export class Roster {
  readonly #slots = new Map<string, number>()
  readonly #members = new Map<string, Member>()

  /** The slot of a name, which may be that of a child still to come. */
  slotOf(name: string): number {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot = SELF + 1 + this.#slots.size
    this.#slots.set(name, slot)
    return slot
  }

  /** Enters a child in its group. One that comes back with its whole group keeps its history. */
  enter(child: Child, group: Group): Member {
    const { restarts = 0, failures = [], down = null } = this.#members.get(child.name) ?? {}
    const member: Member = {
      group, child, slot: this.slotOf(child.name), state: 'stopped', thread: null, restarts, failures,
      down, upSince: null, beat: 0, beatAt: 0, cancelRestart: null, wanted: false,
    }
    this.#members.set(child.name, member)
    return member
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

  all(): IterableIterator<Member> {
    return this.#members.values()
  }
}
