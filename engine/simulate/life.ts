import type { Logger, Message } from '../actor.ts'
import { breath, type Millis } from '../clock.ts'
import { recordOf } from '../errors.ts'
import type { MemoryDisk } from '../log/memory-disk.ts'
import type { Random } from '../random.ts'
import { openSystem, type ActorStatus } from '../runtime/system.ts'
import type { Misfortune, Victim } from './misfortune.ts'
import type { Scheduler } from './schedule.ts'
import { threadsOn, type SimulatedThread } from './thread.ts'
import { virtualTime } from './time.ts'
import type { Trace } from './trace.ts'
import type { Program, SimulateOptions, World } from './world.ts'

/** Virtual time in which nobody does any work before that counts as standing still; longer than any restart's delay. */
const STILL_MS = 60_000
/** Virtual time that an ordered stop may take. */
const STOP_MS = 10_000

/** What outlives a simulated process. */
export type Run = {
  readonly options: SimulateOptions
  readonly steps: number
  readonly disk: MemoryDisk
  readonly scheduler: Scheduler
  readonly misfortune: Misfortune
  readonly trace: Trace
  /** For how long things take, and for the supervisor's own draws. */
  readonly lengths: Random
  readonly jitter: Random
  step: number
  lives: number
  /** The first thing found wrong. */
  broken: string | null
}

/** One life of the process: from its start until all is done, something is broken, or it ends before its time. */
export type Life = {
  readonly world: World
  /** The tree as it stood before it was stopped. */
  readonly statuses: readonly ActorStatus[]
  /** What its wall clock showed at the end. */
  readonly endedAt: Millis
  /** False when the process ended before its time. */
  readonly done: boolean
}

/** Starts a process, and steps through its life. */
export const live = async (run: Run, program: Program, startsAt: Millis): Promise<Life> => {
  const { options, disk, scheduler, misfortune, trace } = run
  const { until, invariants = [], lookEvery = 1, spare = () => false, allows = () => false, person } = options
  const time = virtualTime(startsAt)
  const threads = new Set<SimulatedThread>()
  const underWay = new Set<Promise<unknown>>()
  const downs: string[] = []
  const faultsBefore = sumOf(misfortune.met)
  let workedAt = 0
  let work = 0
  let isOver = false
  let failed: unknown = null

  const say = (who: string, what: string): void => trace.add(`${run.step} ${time.elapsed().toFixed(3)} ${who} ${what}`)
  const threw = (who: string, error: unknown): void => {
    if (disk.isDown || allows(recordOf(error))) return
    run.broken ??= `${who} threw: ${recordOf(error).says}`
    say(who, (error as Error).stack ?? '')
  }
  const wait = (it: Promise<unknown>): void => {
    underWay.add(it)
    void it.finally(() => underWay.delete(it))
  }
  const startThread = threadsOn({ time, disk: disk.io, random: run.lengths, threads, say, threw, await: wait })
  const send = (to: string, message: Message): void => system.send(to, message)
  const { tree, events = {} } = program({ disk: disk.io, clock: time, send })
  const system = openSystem({
    clock: time, random: run.jitter, log: loggerOf(say), startThread,
    events: {
      ...events,
      onDown(id, down) {
        downs.push(id)
        events.onDown?.(id, down)
      },
      onState(id, state) {
        say(id, `is ${state}`)
        events.onState?.(id, state)
      },
    },
  })
  const world: World = {
    get step() {
      return run.step
    },
    lives: run.lives, clock: time, board: system.board, system, disk: disk.look,
  }
  const victim: Victim = {
    time, disk, say,
    spares: (name) => spare(name, downs),
    end: () => void (isOver = true),
  }

  const settle = async (): Promise<void> => {
    do {
      while (underWay.size > 0) await Promise.all(underWay)
      await breath()
    } while (underWay.size > 0)
  }
  /** Nobody has anything to do now: on to when somebody has. */
  const leap = async (): Promise<void> => {
    person?.(world)
    const next = scheduler.nextOf(threads, time)
    if (time.elapsed() - workedAt > STILL_MS || next === Number.POSITIVE_INFINITY)
      run.broken ??= `nothing has moved for ${STILL_MS / 1000} s of its time`
    else await time.advance(next)
    // Whoever slept looks around after a while, rung or not.
    work++
  }
  const turn = async (thread: SimulatedThread): Promise<void> => {
    const turns = thread.turn()
    thread.wantsAt = time.elapsed() + Math.min(...turns.filter((one) => typeof one === 'number'))
    if (turns.some((one) => one === true || typeof one === 'object')) {
      work++
      workedAt = time.elapsed()
    } else thread.idleSince = work
    for (const one of turns) if (typeof one === 'object') await one.settled
    await time.advance(time.elapsed() + scheduler.drawMs())
  }
  const take = async (isCalm: boolean): Promise<void> => {
    run.step++
    const thread = scheduler.choose(threads, time.elapsed(), work)
    if (thread && !isCalm) misfortune.strike(thread, victim)
    misfortune.relent(victim)
    if (thread?.ready) await turn(thread)
    else if (!thread) await leap()
    await settle()
  }
  const look = (): void => {
    for (const holds of invariants) run.broken ??= sayOf(() => holds(world))
  }
  /** Steps on for as long as all is well: true when it is done. */
  const play = async (): Promise<boolean> => {
    system.start(tree).catch((error: unknown) => (failed = error))
    while (run.broken === null) {
      await take(false)
      if (disk.isDown || isOver) return false
      if (failed !== null) {
        if (sumOf(misfortune.met) === faultsBefore) run.broken = `it cannot start: ${recordOf(failed).says}`
        return false
      }
      if (run.step % lookEvery === 0) look()
      if (run.broken === null && until(world)) return true
      if (run.step >= run.steps) run.broken ??= `not done after ${run.steps} steps`
    }
    return true
  }
  const stop = async (): Promise<void> => {
    let stopped = false
    disk.stopAfter(Number.POSITIVE_INFINITY)
    disk.fill(false)
    void system.stop(STOP_MS).then(() => (stopped = true))
    while (!stopped && run.broken === null) await take(true)
    look()
  }

  say('process', `starts, life ${run.lives}`)
  const done = await play()
  const statuses = system.actors()
  if (done && run.broken === null) await stop()
  for (const thread of threads) thread.vanish()
  return { world: { ...world, step: run.step }, statuses, endedAt: time.now(), done: done || run.broken !== null }
}

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, one) => sum + one, 0)

const sayOf = (look: () => string | null): string | null => {
  try {
    return look()
  } catch (error) {
    return recordOf(error).says
  }
}

const loggerOf = (say: (who: string, what: string) => void): Logger => {
  const line = (level: string) => (_: object, says: string) => say(level, says)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}
