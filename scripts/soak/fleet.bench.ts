import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '#engine/clock.ts'
import { median, timed, type BenchReport } from '#engine/testing/bench.ts'
import { readRows } from '#actors/feed/read-rows.ts'
import { findFiles } from '#actors/feed/recording-files.ts'
import { nothingBroken } from '#actors/feed/source.ts'
import { SymbolLookup } from '#actors/feed/symbol-lookup.ts'
import { faults, faultWords } from '#actors/testing/faulty.actor.ts'
import { openGround, shippedRecording, startSession, type Session, type SessionOptions } from '../session/open.ts'
import { bareFleet } from './bare.ts'
import { faulty } from './faults.ts'
import { fleetOf } from './fleet.ts'
import { openWindow, quantileIn } from './windows.ts'

/**
 * Many real strategies that read ticks, at many ticks a second, beside as many bare threads that only wait; what they
 * cost while nothing happens; and what one that spins takes from the others.
 */
export const name = 'fleet'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> =>
  measure({ sizes: [6], rounds: 1, settleMs: 500, windowMs: 500, rate: 2000, idle: 6, idleMs: 500, spin: 6 })

/** Worth reading. */
export const full = (): Promise<BenchReport> =>
  measure({
    sizes: [100, 200], rounds: 5, settleMs: 15_000, windowMs: 5000, rate: 20_000, idle: 100, idleMs: 20_000, spin: 100,
  })

type Size = {
  readonly sizes: readonly number[]
  readonly rounds: number
  /** After the start: what comes while every thread is still compiling its code does not count. */
  readonly settleMs: number
  readonly windowMs: number
  readonly rate: number
  readonly idle: number
  readonly idleMs: number
  readonly spin: number
}
type Figures = Readonly<Record<string, number>>
type Part = { readonly results: Figures; readonly ratios: Figures; readonly check: string }

const measure = async (size: Size): Promise<BenchReport> => {
  const parts: Part[] = []
  for (const strategies of size.sizes) parts.push(await besideBare(strategies, size))
  parts.push(await idle(size), await spinning(size))
  return {
    results: Object.assign({}, ...parts.map(({ results }) => results)) as Figures,
    ratios: Object.assign({}, ...parts.map(({ ratios }) => ratios)) as Figures,
    check: parts.map(({ check }) => check).join('; '),
  }
}

/** Rounds of real strategies and bare threads by turns; the figures are medians of the rounds. */
const besideBare = async (strategies: number, { rounds, settleMs, windowMs, rate }: Size): Promise<Part> => {
  const instruments = await recordedInstruments()
  const real: Latency[] = []
  const bare: Latency[] = []
  let lost = 0
  for (let round = 0; round < rounds; round++) {
    const both = [
      async () => {
        const outcome = await realRound(strategies, rate, { settleMs, windowMs })
        real.push(outcome)
        lost += outcome.lost
      },
      async () => {
        const { order, keys } = instruments
        const counts = await bareFleet({ threads: strategies, perSecond: rate, ms: windowMs, instruments: order, keys })
        bare.push({ p50: quantileIn(counts, 0.5)!, p99: quantileIn(counts, 0.99)! })
      },
    ]
    for (const one of round % 2 ? both : both.toReversed()) await one()
  }
  const middle = (list: readonly Latency[], figure: keyof Latency): number => median(list.map((one) => one[figure]))
  const of = `${strategies} at ${rate.toLocaleString('en')} ticks/s`
  return {
    results: {
      [`tick to strategy p50, ${of}, µs`]: middle(real, 'p50'),
      [`tick to strategy p99, ${of}, µs`]: middle(real, 'p99'),
      [`tick to bare thread p50, ${of}, µs`]: middle(bare, 'p50'),
      [`tick to bare thread p99, ${of}, µs`]: middle(bare, 'p99'),
      [`ticks lost, ${of}`]: lost,
    },
    ratios: {
      [`fleet.${strategies}.p99/bare`]: median(real.map((one, i) => one.p99 / bare[i]!.p99)),
      [`fleet.${strategies}.p99/p50`]: median(real.map((one) => one.p99 / one.p50)),
    },
    check: `${of}: ${rounds} rounds, ${lost} ticks lost`,
  }
}

type Latency = { readonly p50: number; readonly p99: number }

type Round = Latency & { readonly lost: number }

const realRound = (
  strategies: number, rate: number, { settleMs, windowMs: ms }: Pick<Size, 'settleMs' | 'windowMs'>,
): Promise<Round> => {
  const pace = { speed: null, from: null, rate, order: 'arrival' } as const
  return inSession({ strategies, ticks: strategies, pace }, async (session) => {
    await pause(settleMs)
    const close = openWindow(session.system)
    await pause(ms)
    const { p50, p99 } = close(new Set(), 0, ms)
    if (p50 === null || p99 === null) throw new Error(`No strategy handled a tick within ${ms} ms.`)
    return { p50, p99, lost: lostIn(session) }
  })
}

/** What the whole process costs while its strategies have nothing to do, between two minutes of the market. */
const idle = ({ idle: strategies, idleMs }: Size): Promise<Part> =>
  inSession({ strategies, ticks: 0, pace: { speed: 1, from: 600 } }, async (session) => {
    await quietMinute(session, idleMs)
    const cpu = cpuMillis()
    const { ms } = await timed(() => pause(idleMs))
    const percent = ((cpuMillis() - cpu) / ms) * 100
    return {
      results: { [`CPU of the process with ${strategies} idle strategies, % of a core`]: percent },
      ratios: { 'fleet.idle/core': percent / 100 },
      check: `${strategies} idle`,
    }
  })

const MINUTE_MS = 60_000

/** Waits until the market's minute has at least so long to go. */
const quietMinute = async ({ system }: Session, ms: number): Promise<void> => {
  for (;;) {
    const feed = (await system.inspect('feed')) as { at: number } | null
    const gone = (feed?.at ?? 0) % MINUTE_MS
    if (feed && feed.at > 0 && gone > 2_000 && gone + ms < MINUTE_MS - 2_000) return
    await pause(200)
  }
}

/** One strategy takes all the time it can get, though it gives signs of life: what the others' latency becomes. */
const spinning = ({ spin: strategies, rounds, settleMs, windowMs, rate }: Size): Promise<Part> => {
  const words = faultWords(strategies)
  const pace = { speed: null, from: null, rate: rate / 4, order: 'arrival' } as const
  return inSession({ strategies, ticks: strategies, pace, faulty: true }, async (session) => {
    const ratios: number[] = []
    await pause(settleMs)
    const spinner = new Set([session.trading.actorOf(fleetOf(strategies, strategies)[0]!.id)])
    for (let round = 0; round < rounds; round++) {
      const window = async (spin: boolean): Promise<number> => {
        const close = openWindow(session.system)
        const step = 50
        for (let ms = 0; ms < windowMs / 2; ms += step) {
          if (spin) Atomics.store(words, 0, faults.indexOf('spin'))
          await pause(step)
        }
        return close(spinner, 1, windowMs / 2).p99 ?? Number.NaN
      }
      const calm = await window(false)
      ratios.push((await window(true)) / calm)
    }
    return {
      results: {},
      ratios: { [`fleet.spin/calm`]: median(ratios) },
      check: `${strategies} strategies, one spins in ${rounds} windows`,
    }
  })
}

type Fleet = {
  readonly strategies: number
  readonly ticks: number
  readonly pace: Pick<SessionOptions, 'speed' | 'from' | 'rate' | 'order'>
  readonly faulty?: boolean
}

const inSession = async <T>(fleet: Fleet, work: (session: Session) => Promise<T>): Promise<T> => {
  const data = mkdtempSync(join(tmpdir(), 'ringmaster-fleet-'))
  const config = join(data, 'fleet.json')
  writeFileSync(config, JSON.stringify({ strategies: fleetOf(fleet.strategies, fleet.ticks) }))
  const options: SessionOptions = { ...fleet.pace, data, config, log: silent, say: () => undefined }
  try {
    const ground = await openGround(options)
    const session = await startSession(fleet.faulty ? faulty(ground) : ground, options)
    try {
      return await work(session)
    } finally {
      await session.stop()
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** Ticks that a ring says its readers missed. */
const lostIn = ({ system }: Session): number =>
  system.actors().reduce((lost, { reading }) => lost + (reading?.lost ?? 0), 0)

/** Which instrument each tick of the shipped day is of, and those that the fleet listens to. */
const recordedInstruments = async (): Promise<{ order: Int32Array<SharedArrayBuffer>; keys: number[] }> => {
  const { ticks } = await findFiles(shippedRecording)
  const lookup = new SymbolLookup([], { collect: true })
  const order: number[] = []
  for await (const rows of readRows(ticks, lookup, nothingBroken()))
    for (let row = 0; row < rows.length; row++) order.push(rows.instrument[row]!)
  const shared = new Int32Array(new SharedArrayBuffer(order.length * 4))
  shared.set(order)
  return { order: shared, keys: ['NIFTY-I', 'BANKNIFTY-I'].map((symbol) => lookup.symbols.indexOf(symbol)) }
}

const cpuMillis = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
