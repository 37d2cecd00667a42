import type { AnyActor, Ref } from './actor.ts'
import type { Millis } from './clock.ts'
import type { Watermarks } from './mailbox/mod.ts'
import { engineProblem } from './problems.ts'
import type { Intensity, Policy } from './supervise.ts'

/** Memory bounds of a thread in MiB; past them it dies alone, with `out of memory`. */
export type ThreadLimits = {
  readonly heapMb: number
  readonly youngMb: number
  readonly stackMb: number
  /** Bound of what it holds outside of the heap, in buffers; looked at now and then. Without it there is none. */
  readonly buffersMb?: number
}

/**
 * Where a thread loads its code from when that is not the sources themselves: URLs of the engine's thread main and
 * of the actor, both built from the same sources. A built thread starts in a quarter of the time and in less than
 * half the memory.
 */
export type ThreadCode = { readonly main: string; readonly actor: string }

/** Ranks from here on are free for placements to use: slots lie below. */
export const RANK_FIRST = 1024

/** How a child is placed and watched. */
export type Placement = {
  readonly name: string
  /** `blocking` waits on its bell, for the hot path; `event` lives in the event loop, for servers. */
  readonly loop?: 'blocking' | 'event'
  readonly limits?: ThreadLimits
  /**
   * Hosted mode: children of the same supervisor that name the same thread share it, one heap and one bell. They die
   * together, and together they are started again from the journal, also when only one of them is stopped or replaced.
   * The first of them lends the thread its loop, its engine code and its times; its memory is what all of them may
   * have. By default each has one.
   */
  readonly thread?: string
  /** How often it may fail, in place of what its supervisor's policy says; beside it, where all restart together. */
  readonly intensity?: Intensity
  /** What follows when it fails too often, where that differs from its supervisor's policy. */
  readonly then?: Policy['then']
  /** Absent: the thread loads the sources. */
  readonly code?: ThreadCode
  /** How long it may take to start, and to stop, before it is ended. */
  readonly startMs?: number
  readonly stopMs?: number
  /** How long it may go without a sign of life before it counts as hung; by default 1600 ms. */
  readonly hangMs?: number
  /** How far its thread stands back where processors are short: 0 (by default) to 19, see runtime/nice.ts. */
  readonly nice?: number
  /** Event-time synchronisation with its neighbours; absent for actors outside the market's time. */
  readonly sync?: Sync
  /** Whom to wake when this one has published something: children, or a supervisor for all below it, by name. */
  readonly wakes?: readonly string[]
  /** Objects of the supervisor's thread it may call, by name. */
  readonly services?: Readonly<Record<string, object>>
  /**
   * Order of its messages among those of the same moment from others; its slot by default. For children that come and
   * go, whose slots depend on when: give each of them one of its own, from {@link RANK_FIRST} on.
   */
  readonly rank?: number
  /** Declared, but not started until somebody asks for it. */
  readonly asleep?: boolean
  /** False for one that a person should not end from the dashboard. */
  readonly killable?: boolean
}

/** Which promises of which neighbours bound what may be handled, in one shared array of watermarks. */
export type Sync = {
  readonly watermarks: Watermarks
  /** Own place in it. */
  readonly slot: number
  /** Places of those whose messages are awaited; a message `at` becomes due `lagMs` later. */
  readonly awaits: readonly {
    readonly slot: number
    readonly lagMs: number
    /** Whether it sends commands here, beside facts. */
    readonly sends: boolean
  }[]
  /**
   * For one that is sent to by others who may come later: whoever comes takes the watermark of `slot` for its own, and
   * speaks at one of these moments, in order. So that it finds the rest of us no further than it would have found us
   * had it been there, nothing is promised beyond the first of them that is more than `lagMs` after that watermark.
   */
  readonly newcomers?: { readonly slot: number; readonly lagMs: number; readonly moments: readonly Millis[] }
  /** Where facts are read from, and how long after they happened they are known here. */
  readonly facts?: {
    readonly dir: string
    readonly kinds: readonly number[]
    readonly lagMs: number
    /** The same for the actor's own facts when its state is rebuilt: minus the time they took to be journaled. */
    readonly ownLagMs?: number
    /** A text that every fact holds which is for this actor: others are passed over unread. */
    readonly holding?: string
    /**
     * A count that grows when the journal has something for this actor, after that is durable: while it stands still
     * nobody looks. Absent: it is looked for whenever the journal has grown.
     */
    readonly news?: { readonly counts: Int32Array<SharedArrayBuffer>; readonly place: number }
  }
  /** How long after they were sent commands take effect here. */
  readonly commandLagMs?: number
}

/** An actor in the tree: what runs, with what, and where. */
export type Child = {
  readonly kind: 'child'
  readonly name: string
  readonly actor: AnyActor
  readonly given: unknown
  /** Children it may send to, found in what it was given. */
  readonly sendsTo: readonly string[]
  readonly placement: Placement
} & Ref

/** A part of the tree that watches its children, and what it does when they fail. */
export type Supervisor = {
  readonly kind: 'supervisor'
  readonly name: string
  readonly policy: Policy
  /** Made anew at each start of the supervisor, so that its shared memory is fresh. Sink first, source last. */
  readonly children: () => readonly Node[] | Promise<readonly Node[]>
}

/** A place in the tree. */
export type Node = Child | Supervisor

/** A child of the tree. It may send to the refs it is given, which therefore exist before it. */
export const child = <G>(
  actor: { readonly module: string; readonly start: (given: G, ctx: never) => unknown },
  given: G,
  placement: Placement,
): Child => ({
  kind: 'child',
  ref: placement.name,
  name: placement.name,
  actor: actor as AnyActor,
  given,
  sendsTo: refsIn(given),
  placement,
})

/** A supervisor over children that exist for as long as it does. */
export const supervisor = (
  name: string,
  policy: Policy,
  children: Supervisor['children'],
): Supervisor => ({ kind: 'supervisor', name, policy, children })

/**
 * Refuses a list of siblings that could not run: two of a name, a ref to a child that comes later, two that share a
 * thread and live in it in different ways.
 */
export const checkChildren = (nodes: readonly Node[], known: ReadonlySet<string>): void => {
  const seen = new Set(known)
  const first = new Map<string, Child>()
  for (const node of nodes) {
    if (seen.has(node.name)) throw engineProblem('NAME_TAKEN', { name: node.name })
    if (node.kind === 'child')
      for (const to of node.sendsTo) if (!seen.has(to)) throw engineProblem('REF_UNKNOWN', { name: node.name, to })
    seen.add(node.name)
    if (node.kind === 'child') checkThread(node, first)
  }
}

const checkThread = (node: Child, first: Map<string, Child>): void => {
  const { thread } = node.placement
  if (thread === undefined) return
  const lead = first.get(thread) ?? node
  first.set(thread, lead)
  if (loopOf(lead) !== loopOf(node)) throw engineProblem('LOOPS_DIFFER', { name: node.name, lead: lead.name, thread })
}

/** How a child's thread waits. */
export const loopOf = ({ placement: { loop = 'blocking' } }: Child): 'blocking' | 'event' => loop

const refsIn = (given: unknown): string[] => {
  if (given === null || typeof given !== 'object') return []
  return Object.values(given).flatMap((value) => (isRef(value) ? [value.ref] : []))
}

const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Ref>).ref === 'string'
