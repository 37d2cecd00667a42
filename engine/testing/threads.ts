import { Worker } from 'node:worker_threads'
import type { Transferable } from 'node:worker_threads'

/** A task that runs on a thread of its own. */
export type ThreadTask<R> = {
  /** What the task returned, or the error it died of. */
  readonly result: Promise<R>
  /** Ends the thread at once, wherever it is; `result` then never settles. */
  terminate(): Promise<unknown>
}

/**
 * Calls the function `task` that `module` (a URL) exports, with `given`, on a thread of its own.
 * For tests and benchmarks of what only real threads can show.
 */
export const onThread = <R>(
  module: string,
  task: string,
  given: unknown,
  transferList: Transferable[] = [],
): ThreadTask<R> => {
  const host = new URL('./thread-host.ts', import.meta.url)
  const thread = new Worker(host, { workerData: { module, task, given }, transferList })
  const result = new Promise<R>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  return { result, terminate: () => thread.terminate() }
}
