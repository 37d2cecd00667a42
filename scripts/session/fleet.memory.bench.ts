import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median, type BenchReport } from '#engine/testing/bench.ts'
import type { Held } from './memory-child.ts'

/** What a strategy's thread with its indicators keeps in memory, against a worker that does nothing. */
export const name = 'fleet.memory'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> => measure({ count: 4, rounds: 1 })

/** Fifty of each, by turns. */
export const full = (): Promise<BenchReport> => measure({ count: 50, rounds: 5 })

const measure = async ({ count, rounds }: { count: number; rounds: number }): Promise<BenchReport> => {
  const sorts = ['empty', 'strategies'] as const
  const found: Record<(typeof sorts)[number], Held[]> = { empty: [], strategies: [] }
  for (let round = 0; round < rounds; round++)
    for (const sort of round % 2 === 0 ? sorts : sorts.toReversed()) found[sort].push(await eachOf(sort, count))
  const [empty, strategy] = sorts.map((sort) => median(found[sort].map(({ anonymous }) => anonymous)))
  return {
    results: {
      'memory.strategy-emptyWorker MB': strategy! - empty!,
      'memory.strategy MB': strategy!,
      'memory.emptyWorker MB': empty!,
      'memory.strategyHeap MB': median(found.strategies.map(({ heaps }) => heaps)),
    },
    ratios: { 'memory.strategy/emptyWorker': strategy! / empty! },
    check: `${count} strategies and ${count} empty workers, ${rounds} rounds`,
    notes: process.platform === 'linux' ? [] : ['Only Linux says what a process keeps for itself.'],
  }
}

/** What one more costs: a process with one of them is taken from a process with many. */
const eachOf = async (sort: 'empty' | 'strategies', count: number): Promise<Held> => {
  const few = await heldBy(sort, 1)
  const many = await heldBy(sort, count + 1)
  return { anonymous: (many.anonymous - few.anonymous) / count, heaps: (many.heaps - few.heaps) / count }
}

// A process each: memory that was once taken is not always given back.
const heldBy = async (sort: string, count: number): Promise<Held> => {
  const child = fileURLToPath(new URL('./memory-child.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child, sort, String(count)])
  return JSON.parse(stdout) as Held
}
