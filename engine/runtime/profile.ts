import type { CPUProfileHandle } from 'node:v8'
import type { Worker } from 'node:worker_threads'
import { later } from '../clock.ts'
import { engineProblem } from '../problems.ts'

/** Longest time that one CPU profile may cover. */
export const PROFILE_SECONDS_MAX = 60
/** How often the thread is looked at: a thousand times a second costs it about a hundredth. */
const SAMPLE_MS = 1
/** Samples kept at most, some 20 bytes of JSON each: the longest profile at this rate, and half as much again. */
const SAMPLES_MAX = 90_000
/** Longest a thread may stand still for a picture of its heap: some 64 MB a second are written. */
export const SNAPSHOT_MS = 30_000

/** A running thread as far as it can be looked into. */
export type Inspected = {
  /** Resolves when it is gone. */
  readonly down: Promise<unknown>
  startCpuProfile: Worker['startCpuProfile']
  /** Has the thread write its heap into a file, which nobody but the owner may read. */
  writeHeap(file: string): Promise<unknown>
}

/** Looks into running threads, one at a time. */
export type Profiler = {
  /**
   * Where the thread spends its time while it goes on working; time asleep is time in `rest`.
   * @param seconds  from now on, at most {@link PROFILE_SECONDS_MAX}
   * @returns  the text of a `.cpuprofile`
   * @throws ENGINE_PROFILE_BUSY, ENGINE_NOT_RUNNING
   */
  cpuProfile(of: Inspected | null, name: string, seconds: number): Promise<string>
  /**
   * Everything the thread holds on to. That one thread stands still until the file is written.
   * @throws ENGINE_PROFILE_BUSY, ENGINE_NOT_RUNNING
   */
  heapSnapshot(of: Inspected | null, name: string, file: string): Promise<void>
}

/**
 * Makes a profiler. Profiles are taken from outside: V8 interrupts the thread wherever it is, also when it waits on its
 * bell or never comes back from a loop, so a thread has nothing to load and nothing to do for it.
 */
export const openProfiler = (): Profiler => {
  let busy: string | null = null
  const alone = async <T>(of: Inspected | null, name: string, work: (of: Inspected) => Promise<T>): Promise<T> => {
    if (busy !== null) throw engineProblem('PROFILE_BUSY', { name, busy })
    if (of === null) throw engineProblem('NOT_RUNNING', { name })
    busy = name
    try {
      // A question to a thread that dies is never answered.
      const gone = of.down.then((): never => {
        throw engineProblem('NOT_RUNNING', { name })
      })
      return await Promise.race([work(of), gone])
    } finally {
      busy = null
    }
  }
  return {
    cpuProfile: (of, name, seconds) =>
      alone(of, name, async (thread) => {
        const handle = await thread.startCpuProfile({ sampleInterval: SAMPLE_MS, maxBufferSize: SAMPLES_MAX })
        return stopAfter(handle, Math.min(seconds, PROFILE_SECONDS_MAX) * 1000, thread.down)
      }),
    heapSnapshot: (of, name, file) =>
      alone(of, name, async (thread) => void (await thread.writeHeap(file))),
  }
}

const stopAfter = async (handle: CPUProfileHandle, ms: number, down: Promise<unknown>): Promise<string> => {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const callOff = later(ms, resolve)
  await Promise.race([over, down])
  callOff()
  return handle.stop()
}
