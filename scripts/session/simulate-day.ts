import { createHash } from 'node:crypto'
import {
  durableOf, readLog, simulate, type Faults, type Invariant, type Program, type Simulated, type SimulateOptions,
} from '#engine/mod.ts'
import { kindOf } from '#actors/journal/kinds.ts'
import { factsIn } from '#actors/journal/past.ts'
import { isSystem, type Fact } from '#actors/messages.ts'
import { tradingTree } from '#actors/tree.ts'
import { noteOf, type Ground } from './open.ts'

/** A simulated day: how it went, and the market's facts it left on record. */
export type SimulatedDay = Simulated & { readonly facts: readonly string[]; readonly sha256OfFacts: string }

/** How often things go wrong: a few times in the ten thousand steps or more that a day takes. */
export const weather: Faults =
  { crash: 1 / 800, hang: 1 / 2000, blackout: 1 / 4000, diskFull: 1 / 6000, clockJump: 1 / 2000, pace: 1 / 100 }

/** What a day may go through, and what it must come to. */
export type DayOptions = Pick<SimulateOptions, 'seed' | 'faults' | 'steps'> & {
  /** The facts of an undisturbed day: at no moment may anything else be on record. */
  readonly expected?: readonly string[]
}

/**
 * Runs the trading tree of a session over its recording in a simulation: on one thread, its journal on a disk in
 * memory. The market is as good as its recording and the venue as it is on paper; what goes wrong is the machine.
 */
export const simulateDay = async (ground: Ground, { expected, ...options }: DayOptions): Promise<SimulatedDay> => {
  const { run, code } = ground
  let halted = false
  let looked = 0
  const program: Program = ({ disk, send }) => {
    halted = false
    const trading = tradingTree(run, {
      pace: { speed: null, rate: null, from: null }, shards: 1 + (options.seed % 3), disk,
      services: { halting: { halted: () => (halted = true) } },
      refused: code.refused, definitionOf: (info) => code.definitionOf(info, false),
    })
    return {
      tree: trading.tree,
      events: {
        onDown: (actor, { reason, error }) => send('executor', noteOf({ type: 'actorDown', actor, reason, error })),
        onRestarted: (actor, restarts, tookMs) =>
          send('executor', noteOf({ type: 'actorRestarted', actor, restarts, tookMs })),
      },
    }
  }
  const simulated = await simulate(program, {
    ...options, spare,
    lookEvery: 25,
    invariants: expected ? [isPrefixOf(expected, run.journal)] : [],
    until: ({ board, disk }) => {
      const durable = durableOf(board)
      if (durable === looked) return false
      looked = durable
      const reader = readLog(run.journal, { kinds: finished, fileSystem: disk, through: durable })
      const isOver = reader.next() !== undefined
      reader.close()
      return isOver
    },
    // With room on the disk again, a person restarts what stands still.
    person({ system }) {
      if (!halted && system.actors()[0]?.state !== 'failed') return
      halted = false
      system.restart('executor').catch(() => undefined)
    },
    allows: ({ code: error }) => error === 'LOG_CANNOT_WRITE',
    startsAt: run.marks[0]!,
  })
  const { world: { board, disk } } = simulated
  const facts = businessIn(factsIn(run.journal, durableOf(board), disk))
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(fact)
  return { ...simulated, facts, sha256OfFacts: hash.digest('hex') }
}

const finished = new Set([kindOf('runFinished')])

/** A strategy may fail five times in a minute and the core three times in five, before they stay down. */
const spare = (name: string, downs: readonly string[]): boolean =>
  isOfFleet(name) ? downs.filter((one) => one === name).length > 2 : downs.filter((one) => !isOfFleet(one)).length > 1

/** Whether a thread is that of a strategy, or of some that share it. */
const isOfFleet = (thread: string): boolean => thread.startsWith('strategy/') || thread.startsWith('shared/')

const businessIn = (facts: Iterable<Fact>): string[] =>
  [...facts].filter((fact) => !isSystem(fact)).map((fact) => JSON.stringify(fact))

const isPrefixOf = (expected: readonly string[], journal: string): Invariant => {
  let best = 0
  let known = 0
  return ({ board, disk }) => {
    const durable = durableOf(board)
    if (durable > 0 && durable < best) return `the journal shrank from ${best} records to ${durable}`
    if (durable <= best) return null
    const reader = readLog(journal, { fileSystem: disk, after: best, through: durable })
    let wrong: string | null = null
    for (let one = reader.next(); one && wrong === null; one = reader.next()) {
      const text = one.payload.toString('utf8')
      if (isSystem(JSON.parse(text) as Fact)) continue
      if (text !== expected[known]) wrong = `fact ${known} is ${text}, where an undisturbed day has ${expected[known]}`
      known++
    }
    reader.close()
    best = durable
    return wrong
  }
}
