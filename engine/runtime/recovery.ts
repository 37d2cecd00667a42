import { recordOf, type Next } from '../errors.ts'
import { engineProblem } from '../problems.ts'
import { KILLS_AT_MOST, stillCounting, weigh, weighTogether, type Policy, type Verdict } from '../supervise.ts'
import { checkChildren, type Node } from '../tree.ts'
import { clearSlot } from './board.ts'
import { Crews, STOP_MS, type Ground } from './crews.ts'
import type { Down } from './down.ts'
import {
  callOff, crewsOf, groupOf, isIsolating, isMember, membersOf, type Crew, type Group, type Member,
} from './roster.ts'

/**
 * Threads of isolated siblings on their way up at a time. To begin one takes this thread some milliseconds, in which it
 * watches nobody: two hundred at once kept it from that for 1.5 s.
 */
const STARTS_AT_ONCE = 8

/** How an attempt to have a group running again went. */
type Attempt = 'up' | 'called off' | { readonly because: string; readonly error: unknown }

/** Starts groups, stops them, and does what their policies say when a part of them fails. */
export class Recovery {
  readonly crews: Crews
  /** Set once everything is to end: from then on nothing is started. */
  stopping = false
  readonly #ground: Ground
  readonly #root: Group

  constructor(ground: Ground, root: Group) {
    this.#ground = ground
    this.#root = root
    this.crews = new Crews(ground, (crew, aboard, down) => this.#onDown(crew, aboard, down))
  }

  // --- starting -------------------------------------------------------------------------------------------

  /**
   * Starts a group and waits for it. A part that cannot start is tried again as policies allow.
   * @throws  what the last attempt failed with
   */
  async start(group: Group): Promise<void> {
    let error: unknown
    try {
      return await this.#startOnce(group)
    } catch (first) {
      error = first
    }
    if (group.node.policy.restart === 'one-for-one') throw error // each part has had its attempts
    const attempt = await this.#again(group, error)
    if (attempt === 'called off') throw error
    if (attempt !== 'up') throw attempt.error
  }

  async #startOnce(group: Group): Promise<void> {
    this.#ground.state(group, 'starting')
    group.fallen = null
    const nodes = await group.node.children()
    const own = new Set(membersOf(group))
    const others = membersOf(this.#root).filter((one) => !own.has(one))
    checkChildren(nodes, new Set(others.map((one) => one.child.name)))
    for (const crew of crewsOf(group)) crew.members = [] // all are entered anew
    group.parts = nodes.map((node) => this.enter(node, group))
    this.#ground.wiring.rewake()
    // Isolated siblings start side by side, and one that cannot is restarted or set aside like one that dies later.
    // Those that share state start in order, since each may need the one before.
    if (isIsolating(group)) await this.#startSideBySide(crewsOf(group))
    else for (const part of group.parts) await this.#startPart(group, part)
    this.#ground.state(group, 'running')
  }

  async #startSideBySide(crews: readonly Crew[]): Promise<void> {
    const waiting = [...crews]
    const lane = async (): Promise<void> => {
      for (let crew = waiting.shift(); crew; crew = waiting.shift()) await Promise.allSettled([this.crews.start(crew)])
    }
    await Promise.all(Array.from({ length: STARTS_AT_ONCE }, lane))
  }

  /** A node of the tree as a part of its group, not yet started. */
  enter(node: Node, group: Group): Member | Group {
    return node.kind === 'child' ? this.#ground.roster.enter(node, group) : groupOf(node, group)
  }

  async #startPart(group: Group, part: Member | Group): Promise<void> {
    if (!isMember(part)) await this.start(part)
    else if (!part.thread && !part.resting) await this.#startAwaited(part.crew)
    if (group.fallen !== null)
      throw engineProblem('START_FAILED', { name: group.fallen.name, says: 'it went down while others started.' })
  }

  // Whoever starts it waits for it: alone it is tried again here; among those who share state, all are.
  async #startAwaited(crew: Crew): Promise<void> {
    const { group } = crew
    for (;;)
      try {
        crew.awaited = true
        return await this.crews.start(crew)
      } catch (error) {
        crew.awaited = false
        const together = group.node.policy.restart === 'one-for-all'
        if (together) group.fallen ??= crew
        if (together || this.stopping) throw error
        const verdict = this.#weighCrew(crew, lastDown(crew)?.next)
        if (verdict.type === 'give up' || !(await this.#delay(crew, verdict.afterMs))) throw error
        for (const member of crew.members) member.restarts++
      }
  }

  // --- dying ----------------------------------------------------------------------------------------------

  #onDown(crew: Crew, aboard: readonly Member[], down: Down): void {
    const { group } = crew
    const { clock, events } = this.#ground.options
    for (const member of aboard) {
      member.down = { ...down, at: clock.now() }
      this.#ground.state(member, 'restarting')
      events?.onDown?.(member.child.name, down)
    }
    if (crew.awaited || this.stopping) return
    if (group.node.policy.restart === 'one-for-one') void this.#restartCrew(crew, aboard, down)
    // While the group starts, whoever starts it sees to this: two restarts at once would run everything twice.
    else if (group.state === 'starting') group.fallen ??= crew
    else if (group.state === 'running') void this.#recover(group, crew)
  }

  async #restartCrew(crew: Crew, aboard: readonly Member[], down: Down): Promise<void> {
    const { clock, events } = this.#ground.options
    const since = clock.elapsed()
    const verdict = this.#weighCrew(crew, down.next)
    if (verdict.type === 'give up') return this.#setAside(crew, aboard, becauseOf(verdict, down))
    if (!(await this.#delay(crew, verdict.afterMs))) return
    for (const member of aboard) member.restarts++
    try {
      await this.crews.start(crew)
    } catch {
      return // its death is a failure of its own and is on its way through #onDown
    }
    for (const { child, restarts } of aboard)
      events?.onRestarted?.(child.name, restarts, Math.round(clock.elapsed() - since))
  }

  async #setAside(crew: Crew, aboard: readonly Member[], because: string): Promise<void> {
    const { group } = crew
    if ((aboard[0]?.child.placement.then ?? group.node.policy.then) === 'escalate') {
      for (const member of aboard) this.#ground.state(member, 'failed')
      return this.#giveUp(group, `${crew.name}: ${because}`, 'escalate')
    }
    for (const member of aboard) {
      member.resting = true
      this.#ground.state(member, 'quarantined')
      this.#ground.options.events?.onQuarantined?.(member.child.name, because)
    }
  }

  async #recover(group: Group, culprit: Crew): Promise<void> {
    group.fallen = culprit
    await this.bringBack(group, culprit.name, () => this.#again(group, null))
  }

  /** Has a group running again by `attempt`, or gives it up; tells either. */
  async bringBack(group: Group, asked: string, attempt: () => Promise<Attempt>): Promise<void> {
    const { clock, events } = this.#ground.options
    const since = clock.elapsed()
    const outcome = await attempt()
    if (outcome === 'called off' || this.stopping) return
    if (outcome !== 'up') return this.#giveUp(group, outcome.because)
    this.#forgetGone()
    events?.onRestarted?.(asked, group.restarts, Math.round(clock.elapsed() - since))
  }

  /** Weighs what befell a group that shares state, stops what is left of it, and starts it until it runs. */
  async #again(group: Group, failure: unknown): Promise<Attempt> {
    for (let error = failure; ; ) {
      const { fallen } = group
      const down = fallen && lastDown(fallen)
      const verdict = this.#weighGroup(group, fallen, down?.next ?? (error as { next?: Next } | null)?.next)
      this.#ground.state(group, 'restarting')
      await this.stop(group, this.#deadline(STOP_MS * 3))
      if (this.stopping) return 'called off'
      if (verdict.type === 'give up') {
        const because = becauseOf(verdict, down ?? { error: error === null ? null : recordOf(error) })
        return { because: fallen ? `${fallen.name}: ${because}` : because, error }
      }
      this.#ground.state(group, 'restarting')
      if (!(await this.#delay(group, verdict.afterMs))) return 'called off'
      const next = await this.startAgain(group)
      if (next === 'up') return 'up'
      error = next.error
      this.#ground.options.log.error({ group: group.node.name, error: recordOf(error) }, 'could not start again')
    }
  }

  /** One more start of a group that has stopped. */
  async startAgain(group: Group): Promise<'up' | { readonly because: string; readonly error: unknown }> {
    group.restarts++
    try {
      await this.#startOnce(group)
      return 'up'
    } catch (error) {
      return { because: recordOf(error).says, error }
    }
  }

  /** A restart that a person asked for: it is no failure, and forgives those before it. */
  async restart(group: Group, asked: string): Promise<void> {
    if (group.state !== 'running' && group.state !== 'failed') return
    forgive(group)
    this.#ground.state(group, 'restarting')
    await this.bringBack(group, asked, async () => {
      await this.stop(group, this.#deadline(STOP_MS * 3))
      if (this.stopping) return 'called off'
      const first = await this.startAgain(group)
      return first === 'up' ? 'up' : this.#again(group, first.error)
    })
  }

  // What a supervisor above does about one that gave up is what it does about any child.
  async #giveUp(group: Group, because: string, then = group.node.policy.then): Promise<void> {
    const { options: { events, clock, random }, state } = this.#ground
    const { parent, node: { name } } = group
    if (then === 'escalate') await this.stop(group, this.#deadline(STOP_MS * 3))
    if (this.stopping) return
    state(group, 'failed')
    if (then === 'quarantine') return events?.onFailed?.(name, because)
    if (!parent) {
      events?.onFailed?.(name, because)
      return events?.onExhausted?.(because)
    }
    if (parent.node.policy.restart === 'one-for-all') {
      if (parent.state !== 'running') return
      parent.fallen = null
      return this.bringBack(parent, name, () => this.#again(parent, Object.assign(new Error(because), { code: name })))
    }
    const now = clock.elapsed()
    const verdict = weigh(parent.node.policy, group.failures, now, random.next())
    group.failures = [...stillCounting(parent.node.policy, group.failures, now), now]
    if (verdict.type === 'give up') {
      const whole = `${name}: ${becauseOf(verdict, null)} ${because}`
      if (parent.node.policy.then === 'quarantine') return events?.onFailed?.(name, whole)
      return this.#giveUp(parent, whole)
    }
    state(group, 'restarting')
    if (!(await this.#delay(group, verdict.afterMs))) return
    forgiveCrews(group)
    await this.bringBack(group, name, () => this.startAgain(group))
  }

  // --- weighing -------------------------------------------------------------------------------------------

  #weighCrew(crew: Crew, next: Next = 'restart'): Verdict {
    const { clock, random } = this.#ground.options
    const now = clock.elapsed()
    if (this.#isForgiven(crew, now)) return { type: 'restart', afterMs: 0 }
    const policy: Policy = { ...crew.group.node.policy, ...intensityOf(crew) }
    const verdict = weigh(policy, crew.failures, now, random.next())
    crew.failures = [...stillCounting(policy, crew.failures, now), now]
    return next === 'stop' ? hopeless : verdict
  }

  #weighGroup(group: Group, fallen: Crew | null, next: Next = 'restart'): Verdict {
    const { clock, random } = this.#ground.options
    const { policy } = group.node
    const now = clock.elapsed()
    if (fallen && this.#isForgiven(fallen, now)) return { type: 'restart', afterMs: 0 }
    const intensity = fallen && intensityOf(fallen)
    const own = fallen && intensity ? { intensity, failures: fallen.failures } : null
    const verdict = weighTogether(policy, group.failures, own, now, random.next())
    group.failures = [...stillCounting(policy, group.failures, now), now]
    if (fallen) fallen.failures = [...stillCounting(intensity ?? policy, fallen.failures, now), now]
    return next === 'stop' ? hopeless : verdict
  }

  // What a person ended starts again at once and does not count, unless it is done over and over.
  #isForgiven(crew: Crew, now: number): boolean {
    if (lastDown(crew)?.reason !== 'killed') return false
    crew.kills = [...stillCounting(KILLS_AT_MOST, crew.kills, now), now]
    return crew.kills.length <= KILLS_AT_MOST.atMost
  }

  // --- stopping -------------------------------------------------------------------------------------------

  /** Stops a group, source first, all within the deadline; what is left then is ended at once. */
  async stop(group: Group, deadline: number): Promise<void> {
    callOff(group)
    const { clock } = this.#ground.options
    const sideBySide = group.parts.every(isMember) && group.node.policy.restart === 'one-for-one'
    const last: Promise<void>[] = []
    for (const part of group.parts.toReversed()) {
      const stopped = isMember(part) ? this.crews.stop(part.crew, deadline) : this.stop(part, deadline)
      last.push(stopped)
      if (!sideBySide && clock.elapsed() < deadline) await stopped
    }
    await Promise.all(last)
    this.#ground.state(group, 'stopped')
  }

  #deadline(withinMs: number): number {
    return this.#ground.options.clock.elapsed() + withinMs
  }

  /** Waits out the delay before a restart: whether it is still wished for then. */
  #delay(part: Crew | Group, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#ground.options.clock.later(ms, () => {
        part.cancelRestart = null
        resolve(true)
      })
      part.cancelRestart = () => {
        cancel()
        resolve(false)
      }
    })
  }

  // Who was declared before a group started again, and is no more.
  #forgetGone(): void {
    const declared = new Set(membersOf(this.#root))
    for (const member of this.#ground.roster.all())
      if (!declared.has(member) && !member.thread) this.forget(member)
  }

  /** Forgets a child that is no longer declared. Its slot is given to the next that comes, as new. */
  forget(member: Member): void {
    this.#ground.wiring.forget(member)
    this.#ground.roster.forget(member)
    clearSlot(this.#ground.board, member.slot)
    this.#ground.wiring.rewake()
  }
}

/** The verdict on a failure that no restart can mend. */
const hopeless: Verdict = { type: 'give up', failures: 0, withinMs: 0 }

const becauseOf = (verdict: Verdict & { type: 'give up' }, down: Pick<Down, 'error'> | null): string =>
  verdict === hopeless
    ? `${down?.error?.says ?? 'It cannot go on.'} A restart would not help: ${down?.error?.todo ?? 'look at the log.'}`
    : `It failed ${verdict.failures} times within ${verdict.withinMs / 1000} s.`

const lastDown = (crew: Crew): Down | null => crew.members.find(({ resting }) => !resting)?.down ?? null

const intensityOf = ({ members }: Crew) => members[0]?.child.placement.intensity ?? null

const forgive = (group: Group): void => {
  group.failures = []
  forgiveCrews(group)
}

const forgiveCrews = (group: Group): void => {
  for (const { crew } of membersOf(group)) crew.failures = []
}
