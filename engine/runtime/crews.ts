import { engineProblem } from '../problems.ts'
import { clearReading } from './metrics.ts'
import { downOf, type Down } from './down.ts'
import type { SystemOptions } from './face.ts'
import {
  awakeIn, callOff, isIsolating, type ActorState, type Crew, type Group, type Member, type Roster,
} from './roster.ts'
import { startThread, type Thread } from './thread.ts'
import type { Board } from './board.ts'
import type { Wiring } from './wiring.ts'

const START_MS = 30_000
/** How long a child may take to stop unless its placement says otherwise. */
export const STOP_MS = 1000
/** How long an ended thread may take to be gone. Only one that is stuck in native code takes longer. */
const GONE_MS = 2000
/** How long a path may be closed between two that go on: one that dies or stops closes its ends first. */
const PARTED_MS = 4000

/** What the parts of a running system share. */
export type Ground = {
  readonly board: Board
  readonly options: SystemOptions
  readonly roster: Roster
  readonly wiring: Wiring
  /** Keeps the state of a child or group, and tells whoever listens. */
  state(part: Member | Group, state: ActorState): void
}

/** Starts and stops threads with those who live in them; what follows from a death is for others to say. */
export class Crews {
  readonly #ground: Ground
  readonly #onDown: (crew: Crew, aboard: readonly Member[], down: Down) => void

  constructor(ground: Ground, onDown: (crew: Crew, aboard: readonly Member[], down: Down) => void) {
    this.#ground = ground
    this.#onDown = onDown
  }

  /**
   * Starts a crew's thread with all who are not resting; nothing happens when nobody is to run.
   * @returns  once they have started; what they do from then on is no part of it
   * @throws   what the thread died of before
   */
  async start(crew: Crew): Promise<void> {
    const { options: { clock, log, random, startThread: begin = startThread }, board, wiring } = this.#ground
    const aboard = awakeIn(crew)
    const [lead] = aboard
    if (!lead) return
    for (const member of aboard) {
      member.bell = lead.slot
      this.#ground.state(member, 'starting')
      clearReading(board.metrics, member.slot)
    }
    const isAboard = (one: Member | undefined): boolean => one !== undefined && aboard.includes(one)
    const paths = aboard.map((member) => wiring.open(member))
    // Before the thread begins: who hears its promises must know of its paths by then.
    for (const { hand } of paths) hand((to) => !isAboard(to))
    const thread = begin(
      crew.name,
      aboard.map((member, n) => ({
        child: member.child,
        spec: {
          id: member.child.name,
          slot: member.slot,
          bell: lead.slot,
          given: member.child.given,
          sync: member.child.placement.sync ?? null,
          wakes: wiring.wakesOf(member),
          board,
          seed: random.whole(2 ** 31),
        },
        sends: paths[n]!.sends,
      })),
      log,
      (path) => this.#parted(crew, path),
    )
    crew.thread = thread
    crew.wanted = false
    for (const member of aboard) {
      member.thread = thread
      member.beatAt = clock.elapsed()
    }
    void thread.down.then((down) => this.#gone(crew, thread, aboard, down))
    for (const { hand } of paths) hand(isAboard)
    const ms = lead.child.placement.startMs ?? START_MS
    const late = clock.later(ms, () =>
      thread.kill(downOf('hung', engineProblem('START_TIMEOUT', { name: crew.name, ms }))))
    try {
      await thread.ready
      crew.awaited = false // at once: it may be dead already, and that death is its supervisor's business
    } catch (error) {
      await thread.down // so that its death is known before whoever waits goes on
      throw error
    } finally {
      late()
    }
    for (const member of aboard) wiring.reconnect(member)
    for (const member of aboard) {
      member.upSince = clock.now()
      member.beatAt = clock.elapsed()
      if (!crew.wanted) this.#ground.state(member, 'running')
    }
  }

  /** Stops a crew in order, and ends it when it has not stopped by the deadline or within its own time. */
  async stop(crew: Crew, deadline: number): Promise<void> {
    const { clock, log } = this.#ground.options
    callOff(crew)
    crew.wanted = true
    const { thread } = crew
    const aboard = crew.members.filter((member) => member.thread === thread && thread !== null)
    if (thread) {
      for (const member of aboard) this.#ground.state(member, 'stopping')
      const own = Math.max(0, ...aboard.map(({ child }) => child.placement.stopMs ?? STOP_MS))
      const ms = Math.min(Math.max(0, deadline - clock.elapsed()), own)
      const late = Promise.withResolvers<'late'>()
      const callOffLate = clock.later(ms + GONE_MS, () => late.resolve('late'))
      const how = await Promise.race([thread.stop(ms), late.promise])
      callOffLate()
      const values = { thread: crew.name, ms: Math.round(ms) }
      if (how === 'late') log.error(values, `${crew.name} cannot be ended: it is stuck in native code`)
      else if (!how) log.warn(values, `${crew.name} did not stop within ${values.ms} ms and was ended`)
      this.#leave(crew, thread, aboard)
    }
    for (const member of crew.members) if (member.state !== 'quarantined') this.#ground.state(member, 'stopped')
  }

  /**
   * Somebody closed a path. If both ends live on and it is the path between them still, messages are lost by it, and
   * whoever speaks by it alone, or else its sender, is ended. Who says so can bring about no end but its own or that of
   * its neighbour in a group that restarts together.
   */
  #parted(crew: Crew, path: number): void {
    const { wiring, options: { clock } } = this.#ground
    const before = wiring.endsOf(path)
    if (!before || (before.from.crew !== crew && before.to.crew !== crew)) return
    const threads = [before.from.thread, before.to.thread]
    if (threads.includes(null)) return // nobody is there to speak to: there will be a new path when somebody is
    clock.later(PARTED_MS, () => {
      const ends = wiring.endsOf(path)
      if (!ends || ends.from.thread !== threads[0] || ends.to.thread !== threads[1]) return
      const [culprit, other] = isIsolating(ends.to.group) ? [ends.to, ends.from] : [ends.from, ends.to]
      if (culprit.crew.wanted || other.crew.wanted) return
      const problem = engineProblem('PATH_CLOSED', { name: culprit.child.name, other: other.child.name })
      culprit.thread?.kill(downOf('disconnected', problem))
    })
  }

  #gone(crew: Crew, thread: Thread, aboard: readonly Member[], down: Down): void {
    if (crew.thread !== thread) return
    for (const member of aboard) this.#ground.wiring.cut(member.child.name)
    this.#leave(crew, thread, aboard)
    if (!crew.wanted) this.#onDown(crew, aboard, down)
  }

  #leave(crew: Crew, thread: Thread, aboard: readonly Member[]): void {
    if (crew.thread === thread) crew.thread = null
    for (const member of aboard) {
      if (member.thread !== thread) continue
      member.thread = null
      member.upSince = null
    }
  }
}
