import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '#engine/clock.ts'
import { ACTORS_MAX, latencyOf, type Logger } from '#engine/mod.ts'
import { median, timed, type BenchReport } from '#engine/testing/bench.ts'
import { atMinute, minute } from '#actors/calendar/mod.ts'
import { openGround, startSession, type Session, type SessionOptions } from './open.ts'
import { reportOf } from './report.ts'

/** The whole system with its twenty strategies over the shipped day: what it costs to start, to wait, and to hurry. */
export const name = 'session'

/** Small enough to run with the tests: a start, and two minutes of the market. */
export const smoke = async (): Promise<BenchReport> => {
  return together([await paced({ speed: 40, from: '09:17', watchMs: 3_000 })])
}

/** A minute and a bit as it happened, ten minutes at the speed `npm start` has, and the day as fast as it goes. */
export const full = async (): Promise<BenchReport> => {
  return together([
    await paced({ speed: 1, from: '10:00', watchMs: 75_000 }),
    await paced({ speed: 30, from: '10:00', watchMs: 20_000 }),
    await hurried(),
    await hurried(),
    await hurried(),
  ])
}

type Part = Pick<BenchReport, 'results'> & { readonly check: string }

/** Every start counts, and what was measured more than once is a median. */
const together = (parts: readonly Part[]): BenchReport => {
  const figures = parts.flatMap(({ results }) => Object.entries(results))
  const byName = Map.groupBy(figures, ([name]) => name)
  return {
    results: Object.fromEntries([...byName].map(([name, list]) => [name, median(list.map(([, value]) => value))])),
    ratios: {},
    check: [...new Set(parts.map(({ check }) => check))].join('; '),
  }
}

/** Starts a session, hurries to `from`, and watches for a while what it costs to keep up with `speed`. */
const paced = ({ speed, from, watchMs }: { speed: number; from: string; watchMs: number }): Promise<Part> =>
  inSession({ speed, from: minute(from) }, async (session, started) => {
    const { run } = session.ground
    while ((await reachedBy(session)) < atMinute(run.recording.days[0]!, minute(from))) await pause(50)
    await pause(500) // what was hurried through has left the queues
    forgetLatencies(session)
    const before = costOf(session)
    const { ms } = await timed(() => pause(watchMs))
    const after = costOf(session)
    const percent = (part: keyof Cost): number => (after[part] - before[part]) / ms / 10
    const latency = latencyOf(session.system.board.metrics, everySlot)
    if (!latency) throw new Error(`No candle closed within ${watchMs} ms.`)
    const at = `at ${speed}x`
    return {
      results: {
        ...started,
        [`minute's end to decided p50 ${at}, µs`]: latency.p50,
        [`minute's end to decided p99 ${at}, µs`]: latency.p99,
        [`CPU of ${run.info.strategies.length} strategy threads ${at}, % of a core`]: percent('strategies'),
        [`CPU of all actors ${at}, % of a core`]: percent('actors'),
        [`CPU of the process ${at}, % of a core`]: percent('process'),
      },
      check: `${run.info.strategies.length} strategies ${at}`,
    }
  })

/** The whole day as fast as it goes, to the last fact on disk. */
const hurried = (): Promise<Part> =>
  inSession({ speed: null, from: null }, async (session, started) => {
    const { ms } = await timed(() => session.finished)
    const { run } = session.ground
    const { ticks, strategies, journal } = reportOf(run.journal, run.info, ms)
    const trades = strategies.reduce((sum, one) => sum + one.trades, 0)
    return {
      results: { ...started, 'whole day at max speed, s': ms / 1000, 'at max speed, ticks/s': (ticks.fed / ms) * 1000 },
      check: `${ticks.fed} ticks, ${ticks.lost} lost, ${trades} trades, facts ${journal.sha256OfFacts}`,
    }
  })

type Watch = (session: Session, started: BenchReport['results']) => Promise<Part>

/** A session in a data directory of its own, which is gone afterwards. */
const inSession = async (pace: Pick<SessionOptions, 'speed' | 'from'>, watch: Watch): Promise<Part> => {
  const data = mkdtempSync(join(tmpdir(), 'ringmaster-bench-'))
  const options: SessionOptions = { ...pace, data, log: silent, say: () => undefined }
  try {
    const ground = await openGround(options)
    const before = processMicros()
    const { ms, result: session } = await timed(() => startSession(ground, options))
    const cost = processMicros() - before
    try {
      const { length } = ground.run.info.strategies
      return await watch(session, {
        'start to all running, ms': ms,
        'start to all running, CPU ms': cost / 1000,
        'start of a strategy thread, CPU ms': costOf(session).strategies / length / 1000,
      })
    } finally {
      await session.stop()
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** CPU so far, in microseconds. */
type Cost = { readonly strategies: number; readonly actors: number; readonly process: number }

const costOf = ({ system }: Session): Cost => {
  const actors = system.actors().map(({ id, reading }) => ({ id, micros: reading?.thread?.cpuMicros ?? 0 }))
  const sum = (list: typeof actors): number => list.reduce((total, { micros }) => total + micros, 0)
  return {
    strategies: sum(actors.filter(({ id }) => id.startsWith('strategy/'))),
    actors: sum(actors),
    process: processMicros(),
  }
}

const processMicros = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Event time the feed has reached. */
const reachedBy = async ({ system }: Session): Promise<number> => {
  const feed = (await system.inspect('feed')) as { at: number } | null
  return feed?.at ?? Number.NEGATIVE_INFINITY
}

// Strategies alone record latencies, so all slots together are the strategies.
const everySlot = Array.from({ length: ACTORS_MAX }, (_, slot) => slot)

const forgetLatencies = ({ system }: Session): void =>
  void new Int32Array(system.board.metrics.buckets).fill(0)

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
