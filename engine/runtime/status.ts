import type { Millis } from '../clock.ts'
import type { Policy } from '../supervise.ts'
import type { Down } from './down.ts'
import { readingOf, type MetricsHandle, type Reading } from './metrics.ts'
import { isMember, type ActorState, type Group, type Member } from './roster.ts'

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
  /** The thread it lives in, which others may share; null for a supervisor. */
  readonly thread: string | null
  /** What a supervisor does when its children fail; null for an actor. */
  readonly policy: Policy | null
}

/** A group and all below it, one line each, parents first. */
export const statusesOf = (group: Group, metrics: MetricsHandle): ActorStatus[] => {
  const { node, parent, state, restarts } = group
  const line: ActorStatus = {
    id: node.name, kind: 'supervisor', parent: parent?.node.name ?? null, state, restarts, policy: node.policy,
    down: null, upSince: null, reading: null, killable: false, slot: null, thread: null,
  }
  const below = group.parts.flatMap((part) =>
    isMember(part) ? [statusOf(part, metrics)] : statusesOf(part, metrics))
  return [line, ...below]
}

const statusOf = (member: Member, metrics: MetricsHandle): ActorStatus => {
  const { child, group, crew, slot, state, restarts, down, upSince } = member
  return {
    id: child.name, kind: 'actor', parent: group.node.name, state, restarts, down, upSince, slot,
    reading: member.thread ? readingOf(metrics, slot) : null,
    killable: child.placement.killable !== false, thread: crew.name, policy: null,
  }
}

/**
 * The tree as text, a line for each supervisor and actor: what a person wants to see of a system at a glance.
 *
 * ```
 * ringmaster             running      one-for-one, at most 3 failures in 600 s, then escalate
 *   trading              running      one-for-all, at most 10 failures in 60 s, then quarantine
 *     executor           running
 *     strategy/a         quarantined  6 restarts, last: out of memory
 *     strategy/b         running      in the thread of team-1
 * ```
 */
export const treeLines = (statuses: readonly ActorStatus[]): string[] => {
  const depths = new Map<string, number>()
  const named = statuses.map((one) => {
    const depth = one.parent === null ? 0 : (depths.get(one.parent) ?? 0) + 1
    depths.set(one.id, depth)
    return { one, name: '  '.repeat(depth) + one.id }
  })
  const width = Math.max(0, ...named.map(({ name }) => name.length))
  return named.map(({ one, name }) =>
    `${name.padEnd(width)}  ${one.state.padEnd('quarantined'.length)}  ${remarksOn(one).join(', ')}`.trimEnd())
}

const remarksOn = ({ id, policy, restarts, down, thread }: ActorStatus): string[] => [
  ...(policy ? [`${policy.restart}, at most ${policy.atMost} failures in ${policy.withinMs / 1000} s`] : []),
  ...(policy ? [`then ${policy.then}`] : []),
  ...(thread !== null && thread !== id ? [`in the thread of ${thread}`] : []),
  ...(restarts > 0 ? [restarts === 1 ? '1 restart' : `${restarts} restarts`] : []),
  ...(down ? [`last: ${down.reason}`] : []),
]
