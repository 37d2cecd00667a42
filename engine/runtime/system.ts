import type { Logger, Message } from '../actor.ts'
import { later, type Clock } from '../clock.ts'
import { recordOf } from '../errors.ts'
import { engineProblem } from '../problems.ts'
import type { Random } from '../random.ts'
import { stillCounting, weigh } from '../supervise.ts'
import { checkChildren, type Supervisor } from '../tree.ts'
import { createBoard, type Board } from './board.ts'
import { clearReading } from './metrics.ts'
import {
  callOff, groupOf, isIsolating, isMember, membersOf, Roster, statusesOf,
  type ActorState, type ActorStatus, type Group, type Member,
} from './roster.ts'
import { startThread, type Down, type Thread } from './thread.ts'
import { watchBeats } from './watch.ts'
import { Wiring } from './wiring.ts'

export type { ActorState, ActorStatus } from './roster.ts'

const START_MS = 30_000
const STOP_MS = 1000

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
  /** What an actor says of its state; null when it does not answer in time. */
  inspect(id: string): Promise<unknown>
  /** Sends from the supervisor's own thread; kept, in order, while the receiver is down. */
  send(to: string, message: Message): void
  /** Stops everything, source first; nothing runs after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

/** What a system stands on. */
export type SystemOptions = {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly events?: SystemEvents
}

/** A system without a tree yet: what happens while its tree starts finds it ready to be asked. */
export const openSystem = (options: SystemOptions): System & { start(root: Supervisor): Promise<void> } =>
  new TreeRunner(options)

/** Starts a tree: sinks first, each child running before the next begins; rejects when one cannot start. */
export const startSystem = async (root: Supervisor, options: SystemOptions): Promise<System> => {
  const system = openSystem(options)
  await system.start(root)
  return system
}

class TreeRunner implements System {
  readonly board: Board = createBoard()
  readonly #options: SystemOptions
  readonly #events: SystemEvents
  readonly #roster = new Roster()
  readonly #wiring = new Wiring(this.#roster, this.board)
  #root: Group | null = null
  #stopping = false
  #endWatch: () => void = () => undefined

  constructor(options: SystemOptions) {
    this.#options = options
    this.#events = options.events ?? {}
  }

  async start(root: Supervisor): Promise<void> {
    this.#root = groupOf(root, null)
    const beats = new Int32Array(this.board.beats)
    this.#endWatch = watchBeats(
      beats, this.#options.clock, () => this.#roster.all(), () => this.#wiring.flush(),
    )
    try {
      await this.#startGroup(this.#root)
    } catch (error) {
      await this.stop(STOP_MS * 3)
      throw error
    }
  }

  // --- starting -------------------------------------------------------------------------------------------

  async #startGroup(group: Group): Promise<void> {
    this.#state(group, 'starting')
    group.fallen = null
    const nodes = await group.node.children()
    const own = new Set(membersOf(group))
    const others = membersOf(this.#root!).filter((one) => !own.has(one))
    checkChildren(nodes, new Set(others.map((one) => one.child.name)))
    group.parts = nodes.map((node) =>
      node.kind === 'child' ? this.#roster.enter(node, group) : groupOf(node, group))
    // Isolated siblings start side by side, and one that cannot is restarted or set aside like one that dies later.
    // Those that share state start in order, since each may need the one before.
    if (isIsolating(group)) await Promise.allSettled(group.parts.map((part) => this.#startAwake(part as Member)))
    else for (const part of group.parts) await this.#startPart(group, part)
    this.#state(group, 'running')
  }

  async #startPart(group: Group, part: Member | Group): Promise<void> {
    await (isMember(part) ? this.#startAwake(part) : this.#startGroup(part))
    if (group.fallen !== null)
      throw engineProblem('START_FAILED', { name: group.fallen, says: 'it went down while others started.' })
  }

  async #startAwake(member: Member): Promise<void> {
    if (!member.child.placement.asleep) await this.#startMember(member)
  }

  async #startMember(member: Member): Promise<void> {
    const { child } = member
    const { clock, log, random } = this.#options
    this.#state(member, 'starting')
    clearReading(this.board.metrics, member.slot)
    const paths = this.#wiring.open(member)
    const thread = startThread(
      child,
      {
        id: child.name,
        slot: member.slot,
        given: child.given,
        sync: child.placement.sync ?? null,
        wakes: (child.placement.wakes ?? []).map((name) => this.#roster.slotOf(name)),
        board: this.board,
        seed: random.whole(2 ** 31),
      },
      paths.sends,
      log,
    )
    member.thread = thread
    member.wanted = false
    member.beatAt = clock.elapsed()
    void thread.down.then((down) => this.#onDown(member, thread, down))
    paths.hand()
    const limit = child.placement.startMs ?? START_MS
    const late = later(limit, () =>
      thread.kill('hung', recordOf(engineProblem('START_TIMEOUT', { name: child.name, ms: limit }))))
    try {
      await thread.ready
    } finally {
      late()
    }
    this.#wiring.reconnect(member)
    member.upSince = clock.now()
    member.beatAt = clock.elapsed()
    this.#state(member, 'running')
  }

  // --- dying ----------------------------------------------------------------------------------------------

  #onDown(member: Member, thread: Thread, down: Down): void {
    if (member.thread !== thread) return
    this.#wiring.cut(member.child.name)
    const { clock } = this.#options
    const early = member.state === 'starting' && member.upSince === null && member.restarts === 0
    member.thread = null
    member.upSince = null
    if (this.#stopping || member.wanted) return this.#state(member, 'stopped')
    member.down = { ...down, at: clock.now() }
    this.#events.onDown?.(member.child.name, down)
    // The first start of all is awaited by whoever asked for it, who hears of the failure there.
    const { group } = member
    if (early && this.#root!.state === 'starting' && !isIsolating(group)) return this.#state(member, 'failed')
    if (group.node.policy.restart === 'one-for-one') return this.#restartMember(member)
    // While the group starts, whoever starts it sees to this: two restarts at once would run everything twice.
    if (group.state === 'starting') group.fallen ??= member.child.name
    else void this.#restartGroup(group, member.child.name)
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
    await this.#stopGroup(group, this.#deadline(STOP_MS * 3))
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
      return this.#restartGroup(group, group.fallen ?? culprit)
    }
    this.#events.onRestarted?.(culprit, group.restarts, Math.round(this.#options.clock.elapsed() - since))
  }

  // --- what a person may ask ------------------------------------------------------------------------------

  actors(): ActorStatus[] {
    return this.#root ? statusesOf(this.#root, this.board.metrics) : []
  }

  kill(id: string): void {
    const member = this.#roster.find(id)
    if (member.child.placement.killable === false) throw engineProblem('NOT_KILLABLE', { name: id })
    member.thread?.kill('killed')
  }

  async restart(id: string): Promise<void> {
    const { group } = this.#roster.find(id)
    if (group.node.policy.restart === 'one-for-all') return this.#restartTogether(group, id)
    await this.halt(id)
    await this.resume(id)
  }

  // Wished for by a person, so it is no failure, and forgives those before it.
  async #restartTogether(group: Group, asked: string): Promise<void> {
    if (group.state !== 'running' && group.state !== 'failed') return
    group.failures = []
    const since = this.#options.clock.elapsed()
    this.#state(group, 'restarting')
    await this.#stopGroup(group, this.#deadline(STOP_MS * 3))
    if (!this.#stopping) await this.#startGroupAgain(group, asked, since)
  }

  async halt(id: string): Promise<void> {
    const member = this.#roster.find(id)
    if (member.group.node.policy.restart === 'one-for-all')
      throw engineProblem('NOT_KILLABLE', { name: id })
    await this.#stopMember(member, this.#deadline(member.child.placement.stopMs ?? STOP_MS))
  }

  async resume(id: string): Promise<void> {
    const member = this.#roster.find(id)
    if (member.thread) return
    const nodes = await member.group.node.children()
    const fresh = nodes.find((node) => node.kind === 'child' && node.name === id)
    if (fresh?.kind === 'child') member.child = fresh
    member.failures = []
    await this.#startMember(member)
  }

  async inspect(id: string): Promise<unknown> {
    const { thread } = this.#roster.find(id)
    if (!thread) return null
    const tooLate = new Promise<null>((resolve) => later(500, () => resolve(null)))
    // A call to a thread that dies is never answered, so it races with the thread's end.
    return Promise.race([thread.control.inspect(), thread.down.then(() => null), tooLate])
  }

  send(to: string, message: Message): void {
    this.#wiring.send(to, message)
  }

  // --- stopping -------------------------------------------------------------------------------------------

  async stop(withinMs: number): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#root) await this.#stopGroup(this.#root, this.#deadline(withinMs))
    this.#endWatch()
  }

  #deadline(withinMs: number): number {
    return this.#options.clock.elapsed() + withinMs
  }

  async #stopGroup(group: Group, deadline: number): Promise<void> {
    callOff(group)
    const sideBySide = group.parts.every(isMember) && group.node.policy.restart === 'one-for-one'
    const stopPart = (part: Member | Group): Promise<void> =>
      isMember(part) ? this.#stopMember(part, deadline) : this.#stopGroup(part, deadline)
    if (sideBySide) await Promise.all(group.parts.map(stopPart))
    else for (const part of group.parts.toReversed()) await stopPart(part)
    this.#state(group, 'stopped')
  }

  async #stopMember(member: Member, deadline: number): Promise<void> {
    callOff(member)
    member.wanted = true
    if (member.thread) {
      this.#state(member, 'stopping')
      const left = Math.max(0, deadline - this.#options.clock.elapsed())
      const stopped = member.thread.stop(Math.min(left, member.child.placement.stopMs ?? STOP_MS))
      this.#wiring.wake(member)
      await stopped
      member.thread = null
      member.upSince = null
    }
    if (member.state !== 'quarantined') this.#state(member, 'stopped')
  }

  #state(part: Member | Group, state: ActorState): void {
    part.state = state
    this.#events.onState?.(isMember(part) ? part.child.name : part.node.name, state)
  }
}
