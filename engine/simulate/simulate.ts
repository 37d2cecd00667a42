import { memoryDisk } from '../log/memory-disk.ts'
import { seeded, type Random } from '../random.ts'
import type { ActorStatus } from '../runtime/system.ts'
import { calm, drawFaults } from './faults.ts'
import { live, type Run } from './life.ts'
import { openMisfortune, type Met } from './misfortune.ts'
import { openScheduler } from './schedule.ts'
import { openTrace } from './trace.ts'
import type { Program, SimulateOptions, World } from './world.ts'

const STEPS = 200_000
const TRACE_LINES = 300

/** How a simulation ended; the same for the same seed, to the byte of its trace. */
export type Simulated = {
  readonly seed: number
  readonly steps: number
  /** What was found wrong, or null. */
  readonly broken: string | null
  /** The last steps: who ran, what was delivered and sent, what went wrong. */
  readonly trace: readonly string[]
  /** How often each fault struck. */
  readonly met: Readonly<Met>
  /** The tree as it stood before it was stopped. */
  readonly statuses: readonly ActorStatus[]
  /** What is left to look at. */
  readonly world: World
}

/**
 * Runs a tree on this one thread: the same supervisor, hosts and actors, on a virtual clock, a disk in memory, and a
 * schedule drawn from the seed. A turn is atomic, which is all that actors rely on; in which order turns come, how long
 * anything takes, and what goes wrong is a matter of the seed, so every interleaving of turns that threads can show can
 * occur.
 */
export const simulate = async (program: Program, options: SimulateOptions): Promise<Simulated> => {
  const { seed, faults, steps = STEPS, startsAt = 0 } = options
  // A stream for each concern, so that what is drawn for one does not shift the others.
  const streams = seeded(seed)
  const stream = (): Random => seeded(streams.whole(2 ** 31))
  const chances = stream()
  const disk = memoryDisk(stream())
  const run: Run = {
    options, steps, disk,
    scheduler: openScheduler(stream()),
    misfortune: openMisfortune(drawFaults({ ...calm, ...faults }, chances), chances),
    trace: openTrace(TRACE_LINES),
    lengths: stream(),
    jitter: stream(),
    step: 0, lives: 1, broken: null,
  }
  let life = await live(run, program, startsAt)
  while (!life.done) {
    run.lives++
    disk.restart(chances.whole(2) === 0 ? 'kill' : 'power cut')
    disk.fill(false)
    life = await live(run, program, life.endedAt)
  }
  const { trace, step, broken, misfortune: { met } } = run
  return { seed, steps: step, broken, trace: trace.lines(), met, statuses: life.statuses, world: life.world }
}
