import type { Logger, Message } from '../actor.ts'
import { every, later, type Clock, type Millis } from '../clock.ts'
import { recordOf } from '../errors.ts'
import { bellOf, createEdge, edgeSender, type Sender } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import type { Random } from '../random.ts'
import { stillCounting, weigh } from '../supervise.ts'
import { checkChildren, type Child, type Node, type Supervisor } from '../tree.ts'
import { createBoard, type Board } from './board.ts'
import { clearReading, readingOf, type Reading } from './metrics.ts'
import { startThread, type Down, type Thread } from './thread.ts'

/** A strategy that does not beat for this long hangs; with the watch's own step it is known within 2 s. */
const HANG_MS = 1600
const WATCH_MS = 200
const START_MS = 30_000
const STOP_MS = 1000
/** Commands that may be under way on one edge before its sender is held. */
const EDGE_CAPACITY = 1024

export type ActorState = 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'quarantined' | 'failed'

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

/** What the system tells whoever started it; called in the supervisor's thread. */
export type SystemEvents = {
  onDown?(id: string, down: Down): void
  onRestarted?(id: string, restarts: number, tookMs: number): void
  /** Set aside after repeated failure. Called before anything waits for it no longer. */
  onQuarantined?(id: string, because: string): void
  /** A supervisor gave up: what it held is down and stays down. */
  onFailed?(id: string, because: string): void
  onState?(id: string, state: ActorState): void
}

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
  /** What an actor says of its state; null when it does not answer in time. */
  inspect(id: string): Promise<unknown>
  /** Sends from the supervisor's own thread; kept, in order, while the receiver is down. */
  send(to: string, message: Message): void
  /** Stops everything, source first; nothing runs after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

type Member = {
  readonly group: Group
  child: Child
  readonly slot: number
  state: ActorState
  thread: Thread | null
  restarts: number
  failures: Millis[]
  down: (Down & { at: Millis }) | null
  upSince: Millis | null
  beat: number
  beatAt: number
  cancelRestart: (() => void) | null
  /** A person or the supervisor ended it on purpose: not a failure. */
  wanted: boolean
}

type Group = {
  readonly node: Supervisor
  readonly parent: Group | null
  state: ActorState
  parts: (Member | Group)[]
  failures: Millis[]
  restarts: number
  cancelRestart: (() => void) | null
}

export type SystemOptions = {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly events?: SystemEvents
}

/** Slot of the supervisor itself in the shared tables. */
const SELF = 0
/** Messages the supervisor keeps for a receiver that is down; past it the oldest are worth less than memory. */
const KEPT_MAX = 10_000

/** Starts a tree: sinks first, each child running before the next begins; rejects when one cannot start. */
export const startSystem = async (root: Supervisor, options: SystemOptions): Promise<System> => {
  const runner = new TreeRunner(options)
  await runner.startRoot(root)
  return runner
}

class TreeRunner implements System {
  readonly board: Board = createBoard()
  readonly #options: SystemOptions
  readonly #events: SystemEvents
  readonly #slots = new Map<string, number>()
  readonly #members = new Map<string, Member>()
  readonly #outgoing = new Map<string, { edge: Sender<Message> | null; waiting: Message[] }>()
  readonly #bell = bellOf(this.board.bells, SELF)
  readonly #beats = new Int32Array(this.board.beats)
  #root: Group | null = null
  #stopping = false
  #endWatch: () => void = () => undefined

  constructor(options: SystemOptions) {
    this.#options = options
    this.#events = options.events ?? {}
  }

  async startRoot(root: Supervisor): Promise<void> {
    this.#root = groupOf(root, null)
    this.#watch()
    try {
      await this.#startGroup(this.#root)
    } catch (error) {
      await this.stop(STOP_MS)
      throw error
    }
  }

  // --- starting -------------------------------------------------------------------------------------------

  async #startGroup(group: Group): Promise<void> {
    this.#state(group, 'starting')
    const nodes = await group.node.children()
    const old = new Set(membersOf(group))
    checkChildren(nodes, new Set([...this.#members.values()].filter((one) => !old.has(one)).map((one) => one.child.name)))
    group.parts = nodes.map((node) => (node.kind === 'child' ? this.#memberOf(node, group) : groupOf(node, group)))
    // Isolated siblings start side by side; those that share state in order, since each may need the one before.
    if (group.node.policy.then === 'quarantine' && group.parent && group.parts.every(isMember))
      await Promise.all(group.parts.map((part) => this.#startAwake(part as Member)))
    else for (const part of group.parts) await (isMember(part) ? this.#startAwake(part) : this.#startGroup(part))
    this.#state(group, 'running')
  }

  #memberOf(child: Child, group: Group): Member {
    // One that comes back with its whole group keeps its history.
    const { restarts = 0, failures = [], down = null } = this.#members.get(child.name) ?? {}
    const member: Member = {
      group, child, slot: this.#slotOf(child.name), state: 'stopped', thread: null, restarts, failures, down,
      upSince: null, beat: 0, beatAt: 0, cancelRestart: null, wanted: false,
    }
    this.#members.set(child.name, member)
    return member
  }

  async #startAwake(member: Member): Promise<void> {
    if (!member.child.placement.asleep) await this.#startMember(member)
  }

  async #startMember(member: Member): Promise<void> {
    const { child } = member
    const { clock, log, random } = this.#options
    this.#state(member, 'starting')
    clearReading(this.board.metrics, member.slot)
    const edges = child.sendsTo.map((to) => ({ to, ...createEdge(EDGE_CAPACITY) }))
    const thread = startThread(
      child,
      {
        id: child.name,
        slot: member.slot,
        given: child.given,
        sync: child.placement.sync ?? null,
        wakes: (child.placement.wakes ?? []).map((name) => this.#slotOf(name)),
        board: this.board,
        seed: random.whole(2 ** 31),
      },
      edges.map(({ to, sender }) => ({ to, end: sender })),
      log,
    )
    member.thread = thread
    member.wanted = false
    member.beatAt = clock.elapsed()
    void thread.down.then((down) => this.#onDown(member, thread, down))
    for (const { to, receiver } of edges) this.#members.get(to)?.thread?.tell({ type: 'receive', from: member.slot, end: receiver })
    const limit = child.placement.startMs ?? START_MS
    const late = later(limit, () =>
      thread.kill('hung', recordOf(engineProblem('START_TIMEOUT', { name: child.name, ms: limit }))))
    try {
      await thread.ready
    } finally {
      late()
    }
    this.#connectSenders(member)
    member.upSince = clock.now()
    member.beatAt = clock.elapsed()
    this.#state(member, 'running')
  }

  // Those who send to an actor that came back get new ends: the old ones died with its thread.
  #connectSenders(member: Member): void {
    const { name } = member.child
    for (const other of this.#members.values()) {
      if (other.state !== 'running' || !other.child.sendsTo.includes(name)) continue
      const { sender, receiver } = createEdge(EDGE_CAPACITY)
      member.thread!.tell({ type: 'receive', from: other.slot, end: receiver })
      other.thread!.tell({ type: 'connect', to: name, end: sender })
    }
    const kept = this.#outgoing.get(name)
    if (kept) this.#openOutgoing(name, kept)
  }

  // --- dying ----------------------------------------------------------------------------------------------

  #onDown(member: Member, thread: Thread, down: Down): void {
    if (member.thread !== thread) return
    const { clock } = this.#options
    const early = member.state === 'starting' && member.upSince === null && member.restarts === 0
    member.thread = null
    member.upSince = null
    if (this.#stopping || member.wanted) return this.#state(member, 'stopped')
    member.down = { ...down, at: clock.now() }
    this.#events.onDown?.(member.child.name, down)
    // The first start of all is awaited by whoever asked for it, who hears of the failure there.
    if (early && this.#root!.state === 'starting') return this.#state(member, 'failed')
    if (member.group.node.policy.restart === 'one-for-all') void this.#restartGroup(member.group, member.child.name)
    else this.#restartMember(member)
  }

  #restartMember(member: Member): void {
    const { clock, random } = this.#options
    const { policy } = member.group.node
    const now = clock.now()
    const verdict = weigh(policy, member.failures, now, random.next())
    member.failures = [...stillCounting(policy, member.failures, now), now]
    if (verdict.type === 'give up') return this.#giveUp(member, verdict.failures)
    this.#state(member, 'restarting')
    const since = clock.elapsed()
    member.cancelRestart = later(verdict.afterMs, () => {
      member.cancelRestart = null
      void this.#restarted(member, since)
    })
  }

  async #restarted(member: Member, since: number): Promise<void> {
    member.restarts++
    try {
      await this.#startMember(member)
    } catch {
      return // its death is a failure of its own and is on its way through #onDown
    }
    this.#events.onRestarted?.(member.child.name, member.restarts, Math.round(this.#options.clock.elapsed() - since))
  }

  #giveUp(member: Member, failures: number): void {
    const { policy } = member.group.node
    const because = `It failed ${failures} times within ${policy.withinMs / 1000} s.`
    if (policy.then === 'escalate') {
      this.#state(member, 'failed')
      this.#events.onFailed?.(member.group.node.name, `${member.child.name}: ${because}`)
      return
    }
    this.#state(member, 'quarantined')
    this.#events.onQuarantined?.(member.child.name, because)
  }

  async #restartGroup(group: Group, culprit: string): Promise<void> {
    if (group.state === 'restarting' || group.state === 'failed') return
    const { clock, random } = this.#options
    const now = clock.now()
    const since = clock.elapsed()
    const verdict = weigh(group.node.policy, group.failures, now, random.next())
    group.failures = [...stillCounting(group.node.policy, group.failures, now), now]
    this.#state(group, 'restarting')
    await this.#stopGroup(group, STOP_MS)
    if (this.#stopping) return
    if (verdict.type === 'give up') {
      this.#state(group, 'failed')
      this.#events.onFailed?.(group.node.name, `${culprit} failed ${verdict.failures} times.`)
      return
    }
    this.#state(group, 'restarting')
    group.cancelRestart = later(verdict.afterMs, () => {
      group.cancelRestart = null
      void this.#startGroupAgain(group, culprit, since)
    })
  }

  async #startGroupAgain(group: Group, culprit: string, since: number): Promise<void> {
    group.restarts++
    try {
      await this.#startGroup(group)
    } catch (error) {
      this.#options.log.error({ group: group.node.name, error: recordOf(error) }, 'could not start again')
      this.#state(group, 'running') // so that the failure below is weighed like any other
      return this.#restartGroup(group, culprit)
    }
    this.#events.onRestarted?.(culprit, group.restarts, Math.round(this.#options.clock.elapsed() - since))
  }

  // --- watching -------------------------------------------------------------------------------------------

  #watch(): void {
    const { clock } = this.#options
    let last = clock.elapsed()
    this.#endWatch = every(WATCH_MS, () => {
      const now = clock.elapsed()
      // When this thread itself was held up, the others may have been too: that time does not count.
      const slept = Math.max(0, now - last - 2 * WATCH_MS)
      last = now
      for (const member of this.#members.values()) this.#look(member, now, slept)
      for (const [to, kept] of this.#outgoing) this.#flush(to, kept)
    })
  }

  #look(member: Member, now: number, slept: number): void {
    const beat = Atomics.load(this.#beats, member.slot)
    if (beat !== member.beat || member.state !== 'running') {
      member.beat = beat
      member.beatAt = now
      return
    }
    member.beatAt += slept
    const silent = Math.round(now - member.beatAt)
    if (silent < (member.child.placement.hangMs ?? HANG_MS)) return
    member.thread?.kill('hung', recordOf(engineProblem('HUNG', { name: member.child.name, ms: silent })))
  }

  // --- what a person may ask ------------------------------------------------------------------------------

  actors(): ActorStatus[] {
    const lines: ActorStatus[] = []
    const walk = (part: Member | Group, parent: string | null): void => {
      if (isMember(part)) return void lines.push(this.#statusOf(part, parent))
      const { node, state, restarts } = part
      lines.push({ id: node.name, kind: 'supervisor', parent, state, restarts, down: null, upSince: null, reading: null, killable: false })
      for (const one of part.parts) walk(one, node.name)
    }
    if (this.#root) walk(this.#root, null)
    return lines
  }

  #statusOf(member: Member, parent: string | null): ActorStatus {
    const { child, state, restarts, down, upSince } = member
    const reading = member.thread ? readingOf(this.board.metrics, member.slot) : null
    return { id: child.name, kind: 'actor', parent, state, restarts, down, upSince, reading, killable: child.placement.killable !== false }
  }

  kill(id: string): void {
    const member = this.#find(id)
    if (member.child.placement.killable === false) throw engineProblem('NOT_KILLABLE', { name: id })
    member.thread?.kill('killed')
  }

  async restart(id: string): Promise<void> {
    await this.halt(id)
    await this.resume(id)
  }

  async halt(id: string): Promise<void> {
    const member = this.#find(id)
    if (member.group.node.policy.restart === 'one-for-all') throw engineProblem('NOT_KILLABLE', { name: id })
    member.cancelRestart?.()
    member.cancelRestart = null
    member.wanted = true
    await this.#stopMember(member, member.child.placement.stopMs ?? STOP_MS)
  }

  async resume(id: string): Promise<void> {
    const member = this.#find(id)
    if (member.thread) return
    const nodes = await member.group.node.children()
    const fresh = nodes.find((node) => node.kind === 'child' && node.name === id)
    if (fresh?.kind === 'child') member.child = fresh
    member.failures = []
    await this.#startMember(member)
  }

  async inspect(id: string): Promise<unknown> {
    const { thread } = this.#find(id)
    if (!thread) return null
    const tooLate = new Promise<null>((resolve) => later(500, () => resolve(null)))
    // A call to a thread that dies is never answered, so it races with the thread's end.
    return Promise.race([thread.control.inspect(), thread.down.then(() => null), tooLate])
  }

  send(to: string, message: Message): void {
    const kept = this.#outgoing.get(to) ?? { edge: null, waiting: [] }
    if (!this.#outgoing.has(to)) {
      this.#outgoing.set(to, kept)
      this.#openOutgoing(to, kept)
    }
    if (kept.waiting.length >= KEPT_MAX) kept.waiting.shift()
    kept.waiting.push(message)
    this.#flush(to, kept)
  }

  #openOutgoing(to: string, kept: { edge: Sender<Message> | null; waiting: Message[] }): void {
    const { thread, state } = this.#members.get(to) ?? {}
    if (!thread || (state !== 'running' && state !== 'starting')) return
    kept.edge?.close()
    const { sender, receiver } = createEdge(EDGE_CAPACITY)
    kept.edge = edgeSender<Message>(sender)
    thread.tell({ type: 'receive', from: SELF, end: receiver })
    this.#flush(to, kept)
  }

  #flush(to: string, kept: { edge: Sender<Message> | null; waiting: Message[] }): void {
    while (kept.waiting.length > 0 && kept.edge?.send(kept.waiting[0]!) === 'sent') kept.waiting.shift()
    this.#bell.ring(this.#slotOf(to))
  }

  // --- stopping -------------------------------------------------------------------------------------------

  async stop(withinMs: number): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#root) await this.#stopGroup(this.#root, withinMs)
    this.#endWatch()
  }

  async #stopGroup(group: Group, withinMs: number): Promise<void> {
    group.cancelRestart?.()
    group.cancelRestart = null
    const sideBySide = group.parts.every(isMember) && group.node.policy.restart === 'one-for-one'
    const stopPart = (part: Member | Group): Promise<void> =>
      isMember(part) ? this.#stopMember(part, withinMs) : this.#stopGroup(part, withinMs)
    if (sideBySide) await Promise.all(group.parts.map(stopPart))
    else for (const part of group.parts.toReversed()) await stopPart(part)
    this.#state(group, 'stopped')
  }

  async #stopMember(member: Member, withinMs: number): Promise<void> {
    member.cancelRestart?.()
    member.cancelRestart = null
    member.wanted = true
    if (member.thread) {
      this.#state(member, 'stopping')
      const stopped = member.thread.stop(Math.min(withinMs, member.child.placement.stopMs ?? STOP_MS))
      this.#bell.ring(member.slot)
      await stopped
      member.thread = null
      member.upSince = null
    }
    if (member.state !== 'quarantined') this.#state(member, 'stopped')
  }

  // --- small things ---------------------------------------------------------------------------------------

  #find(id: string): Member {
    const member = this.#members.get(id)
    if (!member) throw engineProblem('NO_SUCH_ACTOR', { name: id })
    return member
  }

  #slotOf(name: string): number {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot = this.#slots.size + 1
    this.#slots.set(name, slot)
    return slot
  }

  #state(part: Member | Group, state: ActorState): void {
    part.state = state
    this.#events.onState?.(isMember(part) ? part.child.name : part.node.name, state)
  }
}

const isMember = (part: Member | Group): part is Member => 'child' in part

const groupOf = (node: Supervisor, parent: Group | null): Group => ({
  node, parent, state: 'stopped', parts: [], failures: [], restarts: 0, cancelRestart: null,
})

const membersOf = (group: Group): Member[] =>
  group.parts.flatMap((part) => (isMember(part) ? [part] : membersOf(part)))
