import type { Message } from '../actor.ts'
import { engineProblem } from '../problems.ts'
import { checkChildren, type Child, type Supervisor } from '../tree.ts'
import { createBoard, type Board } from './board.ts'
import { STOP_MS, type Ground } from './crews.ts'
import { downOf } from './down.ts'
import type { Refreshed, System, SystemOptions } from './face.ts'
import { openProfiler, SNAPSHOT_MS } from './profile.ts'
import { Recovery } from './recovery.ts'
import {
  groupNamed, groupOf, isGroup, isMember, membersOf, nameOf, Roster, type Crew, type Group, type Member,
} from './roster.ts'
import { statusesOf, type ActorStatus } from './status.ts'
import { watchThreads } from './watch.ts'
import { Wiring } from './wiring.ts'

export type { Refreshed, System, SystemEvents, SystemOptions } from './face.ts'
export type { ActorState } from './roster.ts'
export type { ActorStatus } from './status.ts'

/** A system without a tree yet: what happens while its tree starts finds it ready to be asked. */
export const openSystem = (options: SystemOptions): System & { start(root: Supervisor): Promise<void> } =>
  new TreeRunner(options)

/** Starts a tree: sinks first, each child running before the next begins; rejects when one cannot start. */
export const startSystem = async (root: Supervisor, options: SystemOptions): Promise<System> => {
  const system = openSystem(options)
  await system.start(root)
  return system
}

/** A tree in the hands of people: what they may ask of it, and the watch over its threads. */
class TreeRunner implements System {
  readonly board: Board = createBoard()
  readonly #options: SystemOptions
  readonly #roster = new Roster()
  readonly #ground: Ground
  readonly #profiler = openProfiler()
  #root: Group | null = null
  #recovery: Recovery | null = null
  #endWatch: () => void = () => undefined

  constructor(options: SystemOptions) {
    this.#options = options
    this.#ground = {
      board: this.board, options, roster: this.#roster, wiring: new Wiring(this.#roster, this.board),
      state(part, state) {
        part.state = state
        options.events?.onState?.(nameOf(part), state)
      },
    }
  }

  async start(root: Supervisor): Promise<void> {
    const { wiring } = this.#ground
    this.#root = groupOf(root, null)
    this.#recovery = new Recovery(this.#ground, this.#root)
    this.#endWatch = watchThreads(
      this.board, this.#options.clock, () => this.#roster.leads(), () => wiring.flush(),
    )
    try {
      await this.#recovery.start(this.#root)
    } catch (error) {
      await this.stop(STOP_MS * 3)
      throw error
    }
  }

  actors(): ActorStatus[] {
    return this.#root ? statusesOf(this.#root, this.board.metrics) : []
  }

  kill(id: string): void {
    const member = this.#roster.find(id)
    if (member.child.placement.killable === false) throw engineProblem('NOT_KILLABLE', { name: id })
    member.thread?.kill(downOf('killed'))
  }

  // --- one child ------------------------------------------------------------------------------------------

  async restart(id: string): Promise<void> {
    const { group } = this.#roster.find(id)
    if (group.node.policy.restart === 'one-for-all') return this.#recovery!.restart(group, id)
    await this.replace(id)
  }

  async replace(id: string): Promise<number> {
    const since = this.#options.clock.elapsed()
    await this.#alone(id, async (member) => {
      await this.#changeCrew(member, await this.#declared(member))
      const { thread } = member
      await Promise.race([thread?.turned, thread?.down])
    })
    return this.#options.clock.elapsed() - since
  }

  async halt(id: string): Promise<void> {
    await this.#alone(id, (member) => this.#changeCrew(member, null))
  }

  async resume(id: string): Promise<void> {
    await this.#alone(id, async (member) => {
      if (!member.thread) await this.#changeCrew(member, await this.#declared(member))
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

  // Its thread stops, and starts again with it as declared, or without it. Who shares the thread comes back from the
  // journal; so does who lives in a thread it moves to.
  async #changeCrew(member: Member, declared: Child | null): Promise<void> {
    await this.#stopCrew(member.crew)
    const crews = new Set([member.crew])
    if (declared) {
      this.#roster.declare(member, declared)
      if (!crews.has(member.crew)) await this.#stopCrew(member.crew)
      crews.add(member.crew)
    }
    member.resting = declared === null
    if (this.#recovery!.stopping || this.#roster.get(member.child.name) !== member) return
    for (const crew of crews) {
      crew.failures = []
      await this.#recovery!.crews.start(crew)
    }
  }

  #stopCrew(crew: Crew): Promise<void> {
    return this.#recovery!.crews.stop(crew, Number.POSITIVE_INFINITY)
  }

  // --- children that come and go --------------------------------------------------------------------------

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
      const part = this.#recovery!.enter(node, group)
      fresh.push(part)
      known.set(node.name, part)
    }
    group.parts = [...nodes.map((node) => known.get(node.name)!), ...gone]
    this.#ground.wiring.rewake()
    await this.#exchange(group, gone, fresh)
    return { started: fresh.map(nameOf), gone: gone.map(nameOf) }
  }

  // Threads that somebody leaves, or that somebody comes to, stop first; then all that are concerned start.
  async #exchange(group: Group, gone: readonly (Member | Group)[], fresh: readonly (Member | Group)[]): Promise<void> {
    const recovery = this.#recovery!
    const crews = new Set([...gone, ...fresh].filter(isMember).map(({ crew }) => crew))
    const deadline = this.#options.clock.elapsed() + STOP_MS * 3
    await Promise.all([
      ...[...crews].filter(({ thread, cancelRestart }) => thread ?? cancelRestart).map((crew) => this.#stopCrew(crew)),
      ...gone.filter(isGroup).map((part) => recovery.stop(part, deadline)),
    ])
    group.parts = group.parts.filter((part) => !gone.includes(part))
    for (const part of gone) for (const member of isMember(part) ? [part] : membersOf(part)) recovery.forget(member)
    if (recovery.stopping || group.state !== 'running') return
    await Promise.allSettled([
      ...[...crews].map((crew) => recovery.crews.start(crew)),
      ...fresh.filter(isGroup).map((part) => recovery.start(part)),
    ])
  }

  // --- looking in, sending, ending ------------------------------------------------------------------------

  async inspect(id: string): Promise<unknown> {
    const { thread } = this.#roster.find(id)
    if (!thread) return null
    const { promise: tooLate, resolve } = Promise.withResolvers<null>()
    const callOff = this.#options.clock.later(500, () => resolve(null))
    try {
      // A call to a thread that dies is never answered, so it races with the thread's end.
      return await Promise.race([thread.inspect(id), thread.down.then(() => null), tooLate])
    } finally {
      callOff()
    }
  }

  async cpuProfile(id: string, seconds: number): Promise<string> {
    return this.#profiler.cpuProfile(this.#roster.find(id).thread?.inspected ?? null, id, seconds)
  }

  async heapSnapshot(id: string, file: string): Promise<void> {
    const { crew, thread } = this.#roster.find(id)
    if (!thread) return this.#profiler.heapSnapshot(null, id, file)
    const excuse = (until: number): void => crew.members.forEach((one) => (one.excusedUntil = until))
    // Only once it is its turn: a second request must not end the excuse of the first.
    const writeHeap = async (into: string): Promise<void> => {
      excuse(this.#options.clock.elapsed() + SNAPSHOT_MS)
      try {
        await thread.inspected.writeHeap(into)
      } finally {
        excuse(0)
      }
    }
    return this.#profiler.heapSnapshot({ ...thread.inspected, writeHeap }, id, file)
  }

  send(to: string, message: Message): void {
    this.#ground.wiring.send(to, message)
  }

  async stop(withinMs: number): Promise<void> {
    if (!this.#recovery || this.#recovery.stopping) return
    this.#recovery.stopping = true
    await this.#recovery.stop(this.#root!, this.#options.clock.elapsed() + withinMs)
    this.#endWatch()
  }
}
