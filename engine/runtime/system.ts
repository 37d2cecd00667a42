import type { Message } from '../actor.ts'
import { recordOf } from '../errors.ts'
import { engineProblem } from '../problems.ts'
import { stillCounting, weigh } from '../supervise.ts'
import { checkChildren, type Child, type Node, type Supervisor } from '../tree.ts'
import { clearSlot, createBoard, type Board } from './board.ts'
import { clearReading } from './metrics.ts'
import type { Refreshed, System, SystemEvents, SystemOptions } from './face.ts'
import {
  callOff, groupNamed, groupOf, isIsolating, isMember, membersOf, nameOf, Roster, statusesOf,
  type ActorState, type ActorStatus, type Group, type Member,
} from './roster.ts'
import { openProfiler, SNAPSHOT_MS } from './profile.ts'
import { startThread, type Down, type Thread } from './thread.ts'
import { watchThreads } from './watch.ts'
import { Wiring } from './wiring.ts'

export type { Refreshed, System, SystemEvents, SystemOptions } from './face.ts'
export type { ActorState, ActorStatus } from './roster.ts'

const START_MS = 30_000
const STOP_MS = 1000

/** A system without a tree yet: what happens while its tree starts finds it ready to be asked. */
export const openSystem = (options: SystemOptions): System & { start(root: Supervisor): Promise<void> } =>
  new TreeRunner(options)

/** Starts a tree: sinks first, each child running before the next begins; rejects when one cannot start. */
export const startSystem = async (root: Supervisor, options: SystemOptions): Promise<System> => {
  const system = openSystem(options)
  await system.start(root)
  return system
}

/** A tree while it runs: starts its threads, hears of their deaths, and does what their supervisors' policies say. */
class TreeRunner implements System {
  readonly board: Board = createBoard()
  readonly #options: SystemOptions
  readonly #events: SystemEvents
  readonly #roster = new Roster()
  readonly #wiring = new Wiring(this.#roster, this.board)
  readonly #profiler = openProfiler()
  #root: Group | null = null
  #stopping = false
  #endWatch: () => void = () => undefined

  constructor(options: SystemOptions) {
    this.#options = options
    this.#events = options.events ?? {}
  }

  async start(root: Supervisor): Promise<void> {
    this.#root = groupOf(root, null)
    this.#endWatch = watchThreads(
      this.board, this.#options.clock, () => this.#roster.all(), () => this.#wiring.flush(),
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
    group.parts = nodes.map((node) => this.#enter(node, group))
    this.#wiring.rewake()
    // Isolated siblings start side by side, and one that cannot is restarted or set aside like one that dies later.
    // Those that share state start in order, since each may need the one before.
    if (isIsolating(group)) await Promise.allSettled(group.parts.map((part) => this.#startAwake(part as Member)))
    else for (const part of group.parts) await this.#startPart(group, part)
    this.#state(group, 'running')
  }

  #enter(node: Node, group: Group): Member | Group {
    return node.kind === 'child' ? this.#roster.enter(node, group) : groupOf(node, group)
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
    const thread = (this.#options.startThread ?? startThread)(
      child,
      {
        id: child.name,
        slot: member.slot,
        given: child.given,
        sync: child.placement.sync ?? null,
        wakes: this.#wiring.wakesOf(member),
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
    const late = clock.later(limit, () =>
      thread.kill('hung', recordOf(engineProblem('START_TIMEOUT', { name: child.name, ms: limit }))))
    try {
      await thread.ready
    } finally {
      late()
    }
    this.#wiring.reconnect(member)
    member.upSince = clock.now()
    member.beatAt = clock.elapsed()
    if (!member.wanted) this.#state(member, 'running')
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
    member.cancelRestart = clock.later(verdict.afterMs, () => {
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
    group.cancelRestart = clock.later(verdict.afterMs, () => {
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
    this.#forgetGone()
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
    await this.replace(id)
  }

  async replace(id: string): Promise<number> {
    const since = this.#options.clock.elapsed()
    await this.#alone(id, async (member) => {
      const declared = await this.#declared(member)
      await this.#stopAlone(member)
      await this.#startAs(member, declared)
    })
    return this.#options.clock.elapsed() - since
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
    await this.#alone(id, (member) => this.#stopAlone(member))
  }

  async resume(id: string): Promise<void> {
    await this.#alone(id, async (member) => {
      if (!member.thread) await this.#startAs(member, await this.#declared(member))
    })
  }

  // What people ask of the children of one group happens one after the other: two starts at once would be two threads.
  async #alone(id: string, work: (member: Member) => Promise<void>): Promise<void> {
    const { group } = this.#roster.find(id)
    if (group.node.policy.restart === 'one-for-all') throw engineProblem('NOT_KILLABLE', { name: id })
    await this.#inTurn(group, () => work(this.#roster.find(id)))
  }

  #inTurn<R>(group: Group, work: () => Promise<R>): Promise<R> {
    const done = group.settled.then(work)
    group.settled = done.catch(() => undefined)
    return done
  }

  async #declared({ child: { name }, group }: Member): Promise<Child> {
    const nodes = await group.node.children()
    const declared = nodes.find((node) => node.kind === 'child' && node.name === name)
    if (declared?.kind === 'child') return declared
    throw engineProblem('NOT_DECLARED', { name, supervisor: group.node.name })
  }

  #stopAlone(member: Member): Promise<void> {
    return this.#stopMember(member, this.#deadline(member.child.placement.stopMs ?? STOP_MS))
  }

  async #startAs(member: Member, declared: Child): Promise<void> {
    if (this.#stopping || this.#roster.get(declared.name) !== member) return
    member.child = declared
    member.failures = []
    await this.#startMember(member)
  }

  async refresh(name: string): Promise<Refreshed> {
    const group = this.#root && groupNamed(name, this.#root)
    if (!group || group.state === 'stopped' || group.state === 'failed')
      throw engineProblem('NO_SUCH_SUPERVISOR', { name })
    if (group.node.policy.restart !== 'one-for-one') throw engineProblem('NOT_REFRESHABLE', { name })
    return this.#inTurn(group, () => this.#refresh(group))
  }

  async #refresh(group: Group): Promise<Refreshed> {
    const nodes = await group.node.children()
    // Went down meanwhile with all above it: whoever starts it again asks for its children anew.
    if (group.state !== 'running') return { started: [], gone: [] }
    const known = new Map(group.parts.map((part) => [nameOf(part), part]))
    const others = membersOf(this.#root!).filter((one) => one.group !== group)
    checkChildren(nodes, new Set(others.map((one) => one.child.name)))
    const gone = group.parts.filter((part) => !nodes.some((node) => node.name === nameOf(part)))
    const fresh: (Member | Group)[] = []
    for (const node of nodes.filter((one) => !known.has(one.name))) {
      const part = this.#enter(node, group)
      fresh.push(part)
      known.set(node.name, part)
    }
    group.parts = [...nodes.map((node) => known.get(node.name)!), ...gone]
    this.#wiring.rewake()
    await Promise.allSettled([
      ...fresh.map((part) => this.#startPart(group, part)),
      ...gone.map((part) => this.#remove(part, group)),
    ])
    return { started: fresh.map(nameOf), gone: gone.map(nameOf) }
  }

  async #remove(part: Member | Group, group: Group): Promise<void> {
    await (isMember(part) ? this.#stopAlone(part) : this.#stopGroup(part, this.#deadline(STOP_MS * 3)))
    group.parts = group.parts.filter((one) => one !== part)
    for (const member of isMember(part) ? [part] : membersOf(part)) this.#forget(member)
  }

  // Who was declared before the group started again, and is no more.
  #forgetGone(): void {
    const declared = new Set(membersOf(this.#root!))
    for (const member of this.#roster.all()) if (!declared.has(member) && !member.thread) this.#forget(member)
  }

  #forget(member: Member): void {
    this.#wiring.forget(member)
    this.#roster.forget(member)
    clearSlot(this.board, member.slot)
    this.#wiring.rewake()
  }

  async inspect(id: string): Promise<unknown> {
    const { thread } = this.#roster.find(id)
    if (!thread) return null
    const tooLate = new Promise<null>((resolve) => this.#options.clock.later(500, () => resolve(null)))
    // A call to a thread that dies is never answered, so it races with the thread's end.
    return Promise.race([thread.control.inspect(), thread.down.then(() => null), tooLate])
  }

  cpuProfile(id: string, seconds: number): Promise<string> {
    return this.#profiler.cpuProfile(this.#roster.find(id).thread?.inspected ?? null, id, seconds)
  }

  async heapSnapshot(id: string, file: string): Promise<void> {
    const member = this.#roster.find(id)
    member.excusedUntil = this.#options.clock.elapsed() + SNAPSHOT_MS
    try {
      await this.#profiler.heapSnapshot(member.thread?.inspected ?? null, id, file)
    } finally {
      member.excusedUntil = 0
    }
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
