import { MessageChannel } from 'node:worker_threads'
import {
  createBells, createMetrics, createRing, latencyOf, readingOf, ringReader, type MetricsHandle,
} from '#engine/mod.ts'
import { median, type BenchReport } from '#engine/testing/bench.ts'
import { onThread } from '#engine/testing/threads.ts'
import { findFiles } from '../feed/recording-files.ts'
import { readRows } from '../feed/read-rows.ts'
import { nothingBroken } from '../feed/source.ts'
import { SymbolLookup } from '../feed/symbol-lookup.ts'
import { COLUMNS, type ReaderGiven, type Round, type Way, type WriterGiven } from './latency-threads.ts'

/** A tick to twenty strategy threads: our ring and bells, beside `postMessage` of the same ticks to each of them. */
export const name = 'latency'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> =>
  measure({ readers: 4, rounds: 1, rates: [{ ticks: 50, perSecond: 250 }] })

/** As the recorded day comes (27 ticks a second), and as a whole market would on a bad morning. */
export const full = (): Promise<BenchReport> =>
  measure({ readers: 20, rounds: 7, rates: [{ ticks: 135, perSecond: 27 }, { ticks: 10_000, perSecond: 10_000 }] })

type Rate = { readonly ticks: number; readonly perSecond: number }
type Size = { readonly readers: number; readonly rounds: number; readonly rates: readonly Rate[] }
/** A rate with what was measured: for each way, a table per round. */
type Case = Rate & { readonly metrics: Readonly<Record<Way, readonly MetricsHandle[]>> }

const measure = async ({ readers, rounds, rates }: Size): Promise<BenchReport> => {
  const tables = () => Array.from({ length: rounds }, () => createMetrics(readers + 1))
  const cases: Case[] = rates.map((rate) => ({ ...rate, metrics: { ring: tables(), post: tables() } }))
  await run(readers, Math.max(...rates.map(({ ticks }) => ticks)), planOf(cases, rounds, createMetrics(readers + 1)))
  const reports = cases.map((one) => reportOf(one, readers))
  return {
    results: Object.assign({}, ...reports.map(({ results }) => results)) as BenchReport['results'],
    ratios: Object.assign({}, ...reports.map(({ ratios }) => ratios)) as BenchReport['ratios'],
    check: reports.map(({ handled }) => handled).join(' '),
  }
}

/** A round of each that does not count, then the two ways by turns: what disturbs one for a while disturbs both. */
const planOf = (cases: readonly Case[], rounds: number, unread: MetricsHandle): Round[] => {
  const once = (n: number): Round[] =>
    cases.flatMap(({ metrics, ...rate }) =>
      (n % 2 ? (['ring', 'post'] as const) : (['post', 'ring'] as const))
        .map((by) => ({ ...rate, by, metrics: metrics[by][n] ?? unread })))
  return Array.from({ length: rounds + 1 }, (_, n) => once(n - 1)).flat()
}

const run = async (readers: number, most: number, rounds: readonly Round[]): Promise<void> => {
  const ring = createRing({ capacity: 2 ** Math.ceil(Math.log2(most)), readers, lossless: true })
  const common = { ring, rounds, bells: createBells(readers + 1), done: new SharedArrayBuffer(4) }
  const ends = Array.from({ length: readers }, () => new MessageChannel())
  const module = new URL('./latency-threads.ts', import.meta.url).href
  const reading = ends.map(({ port2: port }, place) => {
    ringReader(ring, place).activate(0)
    return onThread(module, 'read', { ...common, place, port } satisfies ReaderGiven, [port])
  })
  const ports = ends.map(({ port1 }) => port1)
  const given: WriterGiven = { ...common, ticks: await recordedTicks(most), ports }
  const writing = onThread(module, 'write', given, ports)
  try {
    await Promise.all([...reading, writing].map(({ result }) => result))
  } finally {
    await Promise.all([...reading, writing].map((thread) => thread.terminate()))
  }
}

const reportOf = ({ perSecond, metrics }: Case, readers: number) => {
  const of = (way: Way) => {
    const rounds = metrics[way].map((table) => readRound(table, readers))
    const middle = (figure: keyof RoundReading) => median(rounds.map((one) => one[figure]))
    const handled = rounds.reduce((sum, one) => sum + one.handled, 0)
    return { p50: middle('p50'), p99: middle('p99'), cpu: middle('cpu'), writerCpu: middle('writerCpu'), handled }
  }
  const [ring, post] = [of('ring'), of('post')]
  const at = `at ${perSecond.toLocaleString('en')} ticks/s to ${readers}`
  return {
    results: {
      [`ring p50 ${at}, µs`]: ring.p50,
      [`postMessage p50 ${at}, µs`]: post.p50,
      [`ring p99 ${at}, µs`]: ring.p99,
      [`postMessage p99 ${at}, µs`]: post.p99,
      [`ring, CPU of the writer per tick ${at}, µs`]: ring.writerCpu,
      [`postMessage, CPU of the writer per tick ${at}, µs`]: post.writerCpu,
      [`ring, CPU of a reader per tick ${at}, µs`]: ring.cpu,
      [`postMessage, CPU of a reader per tick ${at}, µs`]: post.cpu,
    },
    ratios: {
      [`postMessage p50 over ring ${at}`]: post.p50 / ring.p50,
      [`postMessage p99 over ring ${at}`]: post.p99 / ring.p99,
      [`postMessage over ring, CPU of all threads ${at}`]:
        (post.writerCpu + readers * post.cpu) / (ring.writerCpu + readers * ring.cpu),
    },
    handled: `${ring.handled} ${post.handled}`,
  }
}

type RoundReading = Readonly<Record<'p50' | 'p99' | 'cpu' | 'writerCpu' | 'handled', number>>

/** One round, all readers together; CPU in microseconds per tick of each reader, and of the writer. */
const readRound = (table: MetricsHandle, readers: number): RoundReading => {
  const places = Array.from({ length: readers }, (_, place) => place)
  const rows = places.map((place) => readingOf(table, place))
  const handled = rows.reduce((sum, row) => sum + row.handled, 0)
  const cpu = rows.reduce((sum, row) => sum + row.thread!.cpuMicros, 0) / handled
  const writer = readingOf(table, readers)
  return { ...latencyOf(table, places)!, handled, cpu, writerCpu: writer.thread!.cpuMicros / writer.handled }
}

/** The first ticks of the shipped day, as {@link WriterGiven} wants them. */
const recordedTicks = async (count: number): Promise<SharedArrayBuffer> => {
  const memory = new SharedArrayBuffer(count * COLUMNS * 8)
  const ticks = new Float64Array(memory)
  const { ticks: file } = await findFiles(new URL('../fixtures/nse-20221110', import.meta.url).pathname)
  let k = 0
  for await (const rows of readRows(file, new SymbolLookup([], { collect: true }), nothingBroken())) {
    for (let row = 0; row < rows.length && k < count; row++, k++) {
      const { at, price, quantity, dayVolume, bid, ask, instrument, oi } = rows
      ticks.set([at, price, quantity, dayVolume, bid, ask, instrument, oi].map((column) => column[row]!), k * COLUMNS)
    }
    if (k === count) return memory
  }
  throw new Error(`The recording has ${k} ticks, not ${count}.`)
}
