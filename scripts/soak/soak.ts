import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { durableOf, every, pause, realClock, seeded, type Node, type Random } from '#engine/mod.ts'
import { factsIn } from '#actors/journal/past.ts'
import { openGround, startSession, type Ground, type Session, type SessionOptions } from '../session/open.ts'
import { draw, faulty, saboteur, type Fault, type Saboteur } from './faults.ts'
import { fleetOf } from './fleet.ts'
import { residentMb, type MemorySample } from './memory.ts'
import { openWindow, type Window } from './windows.ts'

/** What a soak does. */
export type SoakPlan = {
  readonly strategies: number
  /** How many of them read single ticks. */
  readonly ticks: number
  readonly pace: Pick<SessionOptions, 'speed' | 'from' | 'rate' | 'order' | 'recording'>
  /** Stretches of time, one after the other, each with so many faults spread over it. */
  readonly windows: readonly { readonly faults: number; readonly ms: number }[]
  readonly seed: number
  /** Nodes beside the trading tree, such as the API. */
  readonly others?: (session: Session) => readonly Node[]
  readonly say: (line: string) => void
}

/** What it came to. */
export type SoakReport = {
  readonly sessions: number
  readonly windows: readonly Window[]
  readonly struck: Partial<Record<Fault, number>>
  /** How many went down, by reason, over all sessions. */
  readonly deaths: Readonly<Record<string, number>>
  readonly restarted: number
  readonly quarantined: number
  /** Strategies that neither ran nor were set aside at the end of a session: none, if supervision keeps its word. */
  readonly astray: readonly string[]
  readonly ticks: { readonly fed: number; readonly lost: number }
  readonly memory: readonly MemorySample[]
}

type Tally = {
  sessions: number
  restarted: number
  quarantined: number
  readonly windows: Window[]
  readonly struck: Partial<Record<Fault, number>>
  readonly deaths: Record<string, number>
  readonly astray: string[]
  readonly ticks: { fed: number; lost: number }
  readonly memory: MemorySample[]
}

/** After a start, and after what a window struck has come back. */
const SETTLE_MS = 3000
const SAMPLE_MS = 5000

/**
 * Runs a large fleet for a long time and makes its strategies go wrong, window by window; when a recording is through
 * before the plan is, the next session begins.
 */
export const soak = async (plan: SoakPlan): Promise<SoakReport> => {
  const data = mkdtempSync(join(tmpdir(), 'ringmaster-soak-'))
  const config = join(data, 'fleet.json')
  writeFileSync(config, JSON.stringify({ strategies: fleetOf(plan.strategies, plan.ticks) }))
  const options: SessionOptions = { ...plan.pace, data, config, log: silent, say: () => undefined, fresh: true }
  const random = seeded(plan.seed)
  const tally: Tally = {
    sessions: 0, windows: [], struck: {}, deaths: {}, restarted: 0, quarantined: 0, astray: [],
    ticks: { fed: 0, lost: 0 }, memory: [],
  }
  let running: Session | null = null
  const sabotage = saboteur(plan.strategies, () => running!.system)
  const started = realClock.elapsed()
  const sampling = every(SAMPLE_MS, () => running && tally.memory.push(sampleOf(running, started)))
  try {
    const left = [...plan.windows]
    while (left.length > 0) {
      const ground = await openGround(options)
      running = await startSession(faulty(ground), options, plan.others)
      tally.sessions++
      plan.say(`session ${tally.sessions}: ${plan.strategies} strategies run`)
      try {
        await inSession(running, left, { plan, random, sabotage, tally })
      } finally {
        const { system } = running
        astrayIn(running, tally)
        await running.stop()
        running = null
        countFacts(ground, durableOf(system.board), tally)
      }
    }
    return tally
  } finally {
    sampling()
    rmSync(data, { recursive: true, force: true })
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

type Doing = { readonly plan: SoakPlan; readonly random: Random; readonly sabotage: Saboteur; readonly tally: Tally }

/** Goes through what is left of the plan for as long as the session lasts. */
const inSession = async (session: Session, left: SoakPlan['windows'][number][], doing: Doing): Promise<void> => {
  const { plan, tally } = doing
  let over = false
  const end = (): void => void (over = true)
  session.finished.then(end, end)
  await pause(SETTLE_MS)
  while (left.length > 0) {
    const { faults, ms } = left[0]!
    const close = openWindow(session.system)
    const from = realClock.elapsed()
    const hit = await strike(session, faults, ms, doing, () => over)
    const window = close(hit, hit.size, realClock.elapsed() - from)
    if (over) return // cut short: once more in the next session
    left.shift()
    tally.windows.push(window)
    plan.say(`${faults} faults in ${window.seconds.toFixed(0)} s: ${window.readings} readings, `
      + `p50 ${window.p50} µs, p99 ${window.p99} µs; ${residentMb().toFixed(0)} MB`)
    await pause(SETTLE_MS)
  }
}

/** Spreads faults over a window. @returns  who was hit */
const strike = async (
  { system }: Session, faults: number, ms: number, { random, sabotage, tally }: Doing, over: () => boolean,
): Promise<Set<string>> => {
  const running = system.actors().filter(({ id, state }) => id.startsWith('strategy/') && state === 'running')
  const chosen = draw(running, faults, random).map(({ id }) => id)
  const step = ms / Math.max(1, chosen.length)
  for (const id of chosen) {
    const way = sabotage.strike(id)
    tally.struck[way] = (tally.struck[way] ?? 0) + 1
    for (let waited = 0; waited < step && !over(); waited += 100) await pause(Math.min(100, step - waited))
  }
  for (let waited = 0; chosen.length === 0 && waited < ms && !over(); waited += 100) await pause(100)
  return new Set(chosen)
}

const sampleOf = ({ system }: Session, started: number): MemorySample => ({
  seconds: Math.round((realClock.elapsed() - started) / 1000),
  rssMb: Math.round(residentMb()),
  heapsMb: Math.round(sumOf(system.actors().map(({ reading }) => reading?.thread?.heapBytes ?? 0)) / 2 ** 20),
})

const sumOf = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0)

const astrayIn = ({ system }: Session, tally: Tally): void => {
  const settled = ['running', 'quarantined', 'restarting', 'starting']
  for (const { id, state } of system.actors())
    if (id.startsWith('strategy/') && !settled.includes(state)) tally.astray.push(`${id}: ${state}`)
}

const countFacts = ({ run }: Ground, through: number, tally: Tally): void => {
  for (const fact of factsIn(run.journal, through)) {
    if (fact.type === 'actorDown') tally.deaths[fact.reason] = (tally.deaths[fact.reason] ?? 0) + 1
    if (fact.type === 'actorRestarted') tally.restarted++
    if (fact.type === 'actorQuarantined') tally.quarantined++
    if (fact.type === 'runFinished') {
      tally.ticks.fed += fact.fed
      tally.ticks.lost += fact.lost
    }
  }
}
