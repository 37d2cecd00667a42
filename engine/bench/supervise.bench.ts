import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'vite'
import { machineMicros, realClock } from '../clock.ts'
import { createRing, oneLine, ringWriter } from '../mailbox/mod.ts'
import { seeded } from '../random.ts'
import type { Down } from '../runtime/down.ts'
import { startSystem } from '../runtime/system.ts'
import type { Policy } from '../supervise.ts'
import { interleave, median, type BenchReport, type Contestant } from '../testing/bench.ts'
import { child, supervisor, type ThreadCode } from '../tree.ts'
import { fill } from './content.ts'
import mortal, { type MortalGiven, type Way } from './mortal.actor.ts'

/**
 * How long a strategy is away. From the moment its supervisor knows that a thread is gone to the end of the next one's
 * first turn, which reads what waits in a ring, beside starting an empty worker until its first message. Threads load
 * built code here, as strategies do. Then how long it takes to know of each kind of death.
 *
 * The ratio `supervise.restart/emptyWorker` says how many times longer a restart takes: lower is better.
 */
export const name = 'supervise'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> => measure({ rounds: 1, deaths: 1, ways: ['throw'] })

/** Worth reading. */
export const full = (): Promise<BenchReport> =>
  measure({ rounds: 15, deaths: 5, ways: ['throw', 'exit', 'leak', 'hang'] })

type Size = { readonly rounds: number; readonly deaths: number; readonly ways: readonly Way[] }

/** Records that wait for whoever comes back. */
const WAITING = 1024
/** Of all threads here. */
const limits = { heapMb: 24, youngMb: 2, stackMb: 1 }
/** First delay of the policy that strategies live by. */
const DELAY_MS = 50

const measure = async ({ rounds, deaths, ways }: Size): Promise<BenchReport> => {
  const dir = mkdtempSync(path.join(tmpdir(), 'supervise-bench-'))
  try {
    const code = await buildInto(dir)
    const victim = await keep(code, 'none', 0)
    const times = await interleave({
      restart: () => victim.killed(),
      emptyWorker: emptyWorkerIn(dir),
    }, rounds)
    await victim.end()
    const known: Record<string, number> = {}
    const back: number[] = []
    for (const way of ways) {
      const seen = await dieOften(code, way, deaths)
      known[`supervise.known.${way} ms`] = seen.known
      if (way === 'throw') back.push(seen.back)
    }
    return {
      results: {
        'supervise.restart ms': times.restart.ms,
        'supervise.emptyWorker ms': times.emptyWorker.ms,
        [`supervise.restart after a delay of ${DELAY_MS} ms, ms`]: median(back),
        ...known,
      },
      ratios: { 'supervise.restart/emptyWorker': times.restart.ms / times.emptyWorker.ms },
      check: times.restart.check,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Builds what the threads run, as strategies have it, and an empty worker beside it. */
const buildInto = async (dir: string): Promise<ThreadCode> => {
  const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true, target: 'esnext', minify: false, outDir: dir, emptyOutDir: true,
      rolldownOptions: {
        input: { main: at('../runtime/thread-main.ts'), actor: at('./mortal.actor.ts') },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name].mjs' },
      },
    },
  })
  const empty = `import { parentPort } from 'node:worker_threads'\nparentPort.postMessage(0)\n`
  writeFileSync(path.join(dir, 'empty.mjs'), empty)
  const url = (file: string): string => pathToFileURL(path.join(dir, file)).href
  return { main: url('main.mjs'), actor: url('actor.mjs') }
}

const emptyWorkerIn = (dir: string): Contestant => async () => {
  const from = realClock.elapsed()
  // Bounded and bare as ours are: with all that a worker gets by default, it would take longer.
  const worker = new Worker(path.join(dir, 'empty.mjs'), {
    env: {}, execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: limits.youngMb, stackSizeMb: limits.stackMb,
    },
  })
  const first = Promise.withResolvers<void>()
  worker.once('message', () => first.resolve())
  await first.promise
  const ms = realClock.elapsed() - from
  await worker.terminate()
  return { ms, check: 0 }
}

/** A tree of one mortal, whose deaths and first turns are timed. */
const keep = async (code: ThreadCode, way: Way, delayMs: number) => {
  const ring = createRing({ ...oneLine, capacity: 2 * WAITING, readers: 1, lossless: true })
  const given: MortalGiven = {
    ring, way, turns: new SharedArrayBuffer(8), throes: new SharedArrayBuffer(8),
  }
  const writer = ringWriter(ring)
  for (let n = 0; n < WAITING; n++) {
    const at = writer.claim()
    fill(writer.fields, writer.ints, at, writer.intOffset, n)
  }
  writer.publish()
  const turns = new Int32Array(given.turns)
  let onDown: (down: Down, at: number) => void = () => undefined
  const policy: Policy = {
    restart: 'one-for-one', atMost: 1e6, withinMs: 1, then: 'quarantine', delayMs, delayMsMax: delayMs,
  }
  const system = await startSystem(
    supervisor('root', policy, () => [child(mortal, given, { name: 'victim', code, limits })]),
    {
      clock: realClock, random: seeded(1), log: silent,
      events: { onDown: (_, down) => onDown(down, machineMicros()) },
    },
  )
  const turn = async (after: number): Promise<void> => {
    const change = Atomics.waitAsync(turns, 0, after)
    if (change.async) await change.value
  }
  await turn(0)
  /** From its next death on: when it was known, and when the next thread had its first turn. */
  const comeback = async (die: () => void) => {
    const before = Atomics.load(turns, 0)
    const gone = new Promise<number>((resolve) => (onDown = (_, at) => resolve(at)))
    die()
    const known = await gone
    const began = new Float64Array(given.throes)[0]!
    await turn(before)
    return { known: (known - began) / 1000, back: (machineMicros() - known) / 1000, check: turns[1]! }
  }
  return {
    killed: async () => {
      const { back, check } = await comeback(() => system.kill('victim'))
      return { ms: back, check }
    },
    died: () => comeback(() => undefined),
    end: () => system.stop(1000),
  }
}

const dieOften = async (code: ThreadCode, way: Way, times: number) => {
  const victim = await keep(code, way, DELAY_MS)
  const seen: { known: number; back: number }[] = []
  while (seen.length < times) seen.push(await victim.died())
  await victim.end()
  return { known: median(seen.map((one) => one.known)), back: median(seen.map((one) => one.back)) }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
