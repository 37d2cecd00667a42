import type { Message } from '../actor.ts'
import { bellOf, createEdge, edgeReceiver, edgeSender, type Sender } from '../mailbox/mod.ts'
import type { Board } from './board.ts'
import { SELF, type Member, type Roster } from './roster.ts'
import type { Aboard } from './thread.ts'

/** Commands that may be under way on one edge before its sender is held. */
const EDGE_CAPACITY = 1024
/** Messages the supervisor keeps for a receiver that is down; past it the oldest are worth less than memory. */
const KEPT_MAX = 10_000

type Kept = { edge: Sender<Message> | null; readonly waiting: Message[] }

/**
 * The paths that messages take between threads. A path dies with the thread at either end, so a child that
 * starts gets new ones: those it sends by at once, those it hears by once it runs.
 */
export class Wiring {
  readonly #roster: Roster
  readonly #kept = new Map<string, Kept>()
  /** The paths between children that are in use, by their ids. */
  readonly #paths = new Map<number, { readonly from: string; readonly to: string }>()
  readonly #bell

  constructor(roster: Roster, board: Board) {
    this.#roster = roster
    this.#bell = bellOf(board.bells, SELF)
  }

  /**
   * Opens the paths a child is about to send by.
   * @returns  their sending ends, for its thread; `hand` gives the other ends to those of the receivers
   */
  open(member: Member): { readonly sends: Aboard['sends']; hand(whom: (to: Member | undefined) => boolean): void } {
    const edges = member.child.sendsTo.map((to) => ({ to, ...this.#createPath(member.child.name, to) }))
    return {
      sends: edges.map(({ to, sender }) => ({ to, end: sender })),
      hand: (whom) => {
        for (const { to, receiver: end } of edges) {
          const receiver = this.#roster.get(to)
          if (!whom(receiver)) continue
          const { thread } = receiver ?? {}
          if (thread) thread.tell({ type: 'receive', actor: to, from: rankOf(member), end })
          else edgeReceiver(end).close() // the sender keeps what it has to say until there is a new one
        }
      },
    }
  }

  /** Gives those who send to a child that came back, this thread among them, new paths to it. */
  reconnect(member: Member): void {
    const { name } = member.child
    for (const other of this.#roster.all()) {
      if (other.state !== 'running' || !other.child.sendsTo.includes(name)) continue
      const { sender, receiver } = this.#createPath(other.child.name, name)
      member.thread!.tell({ type: 'receive', actor: name, from: rankOf(other), end: receiver })
      other.thread!.tell({ type: 'connect', actor: other.child.name, to: name, end: sender })
    }
    const kept = this.#kept.get(name)
    if (kept) this.#openOwn(name, kept)
  }

  /** Who speaks by a path; undefined when it is none in use, such as one that died with the thread at an end. */
  endsOf(path: number): { readonly from: Member; readonly to: Member } | undefined {
    const { from, to } = this.#paths.get(path) ?? {}
    const [sender, receiver] = [from, to].map((name) => (name === undefined ? undefined : this.#roster.get(name)))
    return sender && receiver && { from: sender, to: receiver }
  }

  #createPath(from: string, to: string): ReturnType<typeof createEdge> {
    for (const [path, one] of this.#paths) if (one.from === from && one.to === to) this.#paths.delete(path)
    const edge = createEdge(EDGE_CAPACITY)
    this.#paths.set(edge.sender.id, { from, to })
    return edge
  }

  /** The bells a child is to ring, as the tree is now. */
  wakesOf({ child }: Member): readonly number[] {
    const bells = (child.placement.wakes ?? []).flatMap((name) => this.#roster.named(name)).map(({ bell }) => bell)
    return [...new Set(bells)]
  }

  /** Children have come or gone: tells all that run whom they wake from now on. */
  rewake(): void {
    for (const member of this.#roster.all()) {
      const { child: { name, placement }, thread } = member
      if (placement.wakes) thread?.tell({ type: 'wakes', actor: name, slots: this.wakesOf(member) })
    }
  }

  /** A child is gone for good: forgets what was kept for it, and closes what it sent by. */
  forget(member: Member): void {
    this.cut(member.child.name)
    this.#kept.delete(member.child.name)
    for (const to of member.child.sendsTo)
      this.#roster.get(to)?.thread?.tell({ type: 'lose', actor: to, from: rankOf(member) })
  }

  /** Sends from this thread; what the receiver cannot take now is kept, in order. */
  send(to: string, message: Message): void {
    const kept = this.#kept.get(to) ?? { edge: null, waiting: [] }
    if (!this.#kept.has(to)) {
      this.#kept.set(to, kept)
      this.#openOwn(to, kept)
    }
    if (kept.waiting.length >= KEPT_MAX) kept.waiting.shift()
    kept.waiting.push(message)
    this.#flush(to, kept)
  }

  /** A child's thread is gone: what this thread has to say to it is kept for the next one. */
  cut(name: string): void {
    const gone = this.#roster.get(name)
    if (gone) this.#bell.bury(gone.slot)
    for (const [path, { from, to }] of this.#paths) if (from === name || to === name) this.#paths.delete(path)
    const kept = this.#kept.get(name)
    kept?.edge?.close()
    if (kept) kept.edge = null
  }

  /** Sends what was kept and now fits. */
  flush(): void {
    for (const [to, kept] of this.#kept) this.#flush(to, kept)
  }

  /** Wakes a child that sleeps. */
  wake(member: Member): void {
    this.#bell.ring(member.bell)
  }

  #openOwn(to: string, kept: Kept): void {
    const { thread, state } = this.#roster.get(to) ?? {}
    if (!thread || (state !== 'running' && state !== 'starting')) return
    kept.edge?.close()
    const { sender, receiver } = createEdge(EDGE_CAPACITY)
    kept.edge = edgeSender<Message>(sender)
    thread.tell({ type: 'receive', actor: to, from: SELF, end: receiver })
    this.#flush(to, kept)
  }

  #flush(to: string, { edge, waiting }: Kept): void {
    while (waiting.length > 0 && edge?.send(waiting[0]!) === 'sent') waiting.shift()
    const receiver = this.#roster.get(to)
    if (receiver) this.#bell.ring(receiver.bell)
  }
}

/** What orders a child's messages among those of the same moment. */
const rankOf = ({ child, slot }: Member): number => child.placement.rank ?? slot
