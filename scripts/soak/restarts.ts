import { readdirSync } from 'node:fs'
import { pause, realClock } from '#engine/clock.ts'
import { child, seeded, startSystem, supervisor, type Actor, type Message, type Policy } from '#engine/mod.ts'
import { slopeOf } from './memory.ts'

/** What a process holds at a moment. */
export type Holdings = {
  readonly restarts: number
  readonly heapMb: number
  readonly externalMb: number
  readonly rssMb: number
  /** Handles and requests of the event loop. */
  readonly handles: number
  /** Open file descriptors and threads of the process; null where the system does not say. */
  readonly descriptors: number | null
  readonly threads: number | null
}

/** An actor that does nothing, so that what is left behind is the machinery's. */
const idle: Actor<unknown, null, never, never> = {
  module: import.meta.url,
  start: () => null,
  pump: () => false,
}
/** The same, as a thread loads it. */
export default idle

const policy: Policy = {
  restart: 'one-for-one', atMost: Number.MAX_SAFE_INTEGER, withinMs: 1000, then: 'quarantine',
  delayMs: 0, delayMsMax: 0,
}
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Ends one child again and again, which its supervisor starts again each time, beside a neighbour that sends to it.
 * @param every  how many restarts between two looks
 * @returns      what the process held before, in between and, once all is stopped, after
 */
export const restartOften = async (
  times: number,
  every: number,
  look: (holdings: Holdings) => void = () => undefined,
): Promise<Holdings[]> => {
  const seen: Holdings[] = []
  const note = async (restarts: number): Promise<void> => {
    seen.push(await holdingsAfter(restarts))
    look(seen.at(-1)!)
  }
  let back: () => void = () => undefined
  const one = (name: string, given: unknown) =>
    child(idle, given, { name, limits: { heapMb: 16, youngMb: 2, stackMb: 1 } })
  const system = await startSystem(
    supervisor('root', policy, () => [one('victim', null), one('neighbour', { to: { ref: 'victim' } })]),
    { clock: realClock, random: seeded(1), log: silent, events: { onRestarted: () => back() } },
  )
  await note(0)
  for (let n = 1; n <= times; n++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    back = resolve
    system.kill('victim')
    await promise
    system.send('victim', { type: 'said', at: 0 } as Message)
    if (n % every === 0) await note(n)
  }
  await system.stop(1000)
  await note(times)
  return seen
}

/**
 * How many KB one figure grows with each restart while the tree runs; the first look is left out as warm-up.
 * @param seen  what {@link restartOften} returned, whose last look is after the end
 */
export const growthOf = (seen: readonly Holdings[], figure: 'heapMb' | 'externalMb' | 'rssMb'): number =>
  slopeOf(seen.slice(1, -1).map((one) => [one.restarts, one[figure] * 1024]))

const holdingsAfter = async (restarts: number): Promise<Holdings> => {
  // What a thread leaves is freed a few turns after it is gone.
  for (let n = 0; n < 5; n++) {
    globalThis.gc?.()
    await pause(20)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    restarts,
    heapMb: heapUsed / 2 ** 20, externalMb: external / 2 ** 20, rssMb: rss / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    descriptors: entriesIn('/proc/self/fd'),
    threads: entriesIn('/proc/self/task'),
  }
}

const entriesIn = (dir: string): number | null => {
  try {
    return readdirSync(dir).length
  } catch {
    return null
  }
}
