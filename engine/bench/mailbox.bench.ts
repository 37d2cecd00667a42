import { bellOf, createBells, createEdge } from '../mailbox/mod.ts'
import { createMetrics, readingOf, type MetricsHandle } from '../runtime/metrics.ts'
import { median, type BenchReport } from '../testing/bench.ts'
import { onThread } from '../testing/threads.ts'
import { END, GO, HANDLED, ROW, WAY, type Shared } from './mailbox-threads.ts'
import { createCommandRing } from './rivals/command-ring.ts'

/** Commands of many threads to one: a bounded port for each sender, beside one shared ring for all of them. */
export const name = 'mailbox'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> => measure({ senders: 4, rounds: 1, alone: 20, bursts: 5 })

/** As two hundred strategies propose to risk. */
export const full = (): Promise<BenchReport> => measure({ senders: 200, rounds: 7, alone: 1000, bursts: 25 })

type Size = {
  readonly senders: number
  readonly rounds: number
  /** Messages sent while nobody else sends, and times that all send at once: in each round, each way. */
  readonly alone: number
  readonly bursts: number
}

const ways = ['port', 'ring'] as const
const loads = ['one at a time', 'all at once'] as const

const measure = async (size: Size): Promise<BenchReport> => {
  const { senders, rounds } = size
  const shared: Shared = {
    bells: createBells(senders + 1),
    ring: createCommandRing(1024),
    words: new SharedArrayBuffer((GO + senders) * 4),
    metrics: createMetrics((rounds + 1) * 4),
  }
  const module = new URL('./mailbox-threads.ts', import.meta.url).href
  const edges = Array.from({ length: senders }, () => createEdge(1024))
  const ends = edges.map(({ receiver }) => receiver)
  const threads = [
    onThread(module, 'receive', { ...shared, ends }, ends.map(({ port }) => port)),
    ...edges.map(({ sender: end }, place) => onThread(module, 'send', { ...shared, place, end }, [end.port])),
  ]
  try {
    const cpu = await conduct(shared, size)
    await Promise.all(threads.map(({ result }) => result))
    return reportOf(shared.metrics, cpu, size)
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

/** Row of the metrics for one way and one load of one round. */
const rowOf = (round: number, way: number, load: number): number => (round * 2 + way) * 2 + load

/** Leads all rounds; the first warms up. @returns CPU microseconds per message of the whole process, by row */
const conduct = async ({ bells, words: memory }: Shared, { senders, rounds, alone, bursts }: Size) => {
  const words = new Int32Array(memory)
  const bell = bellOf(bells, 0)
  const cpu: number[] = []
  let wanted = 0
  const tell = (place: number): void => {
    wanted++
    Atomics.add(words, GO + place, 1)
    bell.ring(place + 1)
  }
  const handled = async (): Promise<void> => {
    for (let now; (now = Atomics.load(words, HANDLED)) < wanted; )
      await Atomics.waitAsync(words, HANDLED, now, 1000).value
  }
  const everybody = async (): Promise<void> => {
    for (let place = 0; place < senders; place++) tell(place)
    await handled()
  }
  const oneAfterAnother = async (): Promise<void> => {
    for (let n = 0; n < alone; n++) {
      tell((n * 61) % senders)
      await handled()
    }
  }
  await everybody()
  for (let round = 0; round <= rounds; round++)
    for (let turn = 0; turn < 4; turn++) {
      const way = (turn + round) % 2
      const load = turn >> 1
      Atomics.store(words, WAY, way)
      Atomics.store(words, ROW, rowOf(round, way, load))
      const before = process.cpuUsage()
      const sentBefore = wanted
      if (load === 0) await oneAfterAnother()
      else for (let burst = 0; burst < bursts; burst++) await everybody()
      const { user, system } = process.cpuUsage(before)
      cpu[rowOf(round, way, load)] = (user + system) / (wanted - sentBefore)
    }
  Atomics.store(words, WAY, END)
  for (let place = 0; place < senders; place++) Atomics.store(words, GO + place, END)
  for (let thread = 0; thread <= senders; thread++) bell.ring(thread)
  return cpu
}

const reportOf = (metrics: MetricsHandle, cpu: readonly number[], size: Size): BenchReport => {
  const { senders, rounds, alone, bursts } = size
  const results: Record<string, number> = {}
  const ratios: Record<string, number> = {}
  const figures = [
    ['p50', 'µs', (row: number) => readingOf(metrics, row).latencyP50!],
    ['p99', 'µs', (row: number) => readingOf(metrics, row).latencyP99!],
    ['CPU', 'µs per message', (row: number) => cpu[row]!],
  ] as const
  for (const [load, when] of loads.entries())
    for (const [what, unit, read] of figures) {
      const [port, ring] = ways.map((_, way) =>
        median(Array.from({ length: rounds }, (_, round) => read(rowOf(round + 1, way, load))))) as [number, number]
      for (const [way, value] of [port, ring].entries())
        results[`${ways[way]}, ${what} ${when} from ${senders}, ${unit}`] = value
      ratios[`mailbox.port/ring${senders} ${what} ${when}`] = port / ring
    }
  return { results, ratios, check: senders + (rounds + 1) * 2 * (alone + senders * bursts) }
}
