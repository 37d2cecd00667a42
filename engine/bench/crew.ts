import { Worker, type Transferable } from 'node:worker_threads'
import { timed } from '../testing/bench.ts'

/** One thread of a crew: the function `task` of the crew's module, called once with `given`, makes its work. */
export type Role = { readonly task: string; readonly given: unknown; readonly transfer?: Transferable[] }

/** What a role's function returns: does its share of `records` records, and says what they added up to. */
export type Work = (records: number) => number | Promise<number>

/** Threads that measure one contestant, round after round; none of them ever runs another contestant's code. */
export type Crew = {
  /** All threads do their work at once; the clock stops when the last is done. `check` is the sum of theirs. */
  race(records: number): Promise<{ readonly ms: number; readonly check: number }>
  dismiss(): Promise<void>
}

/** Starts a thread per role and waits until all are ready. */
export const openCrew = async (module: string, roles: readonly Role[]): Promise<Crew> => {
  const host = new URL('./crew-thread.ts', import.meta.url)
  const threads = roles.map(({ task, given, transfer = [] }) =>
    new Worker(host, { workerData: { module, task, given }, transferList: transfer }))
  await Promise.all(threads.map(heard))
  const race = (records: number) =>
    timed(() => {
      const sums = threads.map(heard)
      for (const thread of threads) thread.postMessage(records)
      return Promise.all(sums)
    })
  return {
    async race(records) {
      const { ms, result } = await race(records)
      return { ms, check: result.reduce((all, sum) => all + sum, 0) }
    },
    async dismiss() {
      await Promise.all(threads.map((thread) => thread.terminate()))
    },
  }
}

const heard = (thread: Worker): Promise<number> =>
  new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (sum: number) => {
      thread.off('error', reject)
      resolve(sum)
    })
  })
