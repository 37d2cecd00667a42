import { cpus } from 'node:os'
import type { ThreadCode } from '#engine/mod.ts'
import type { FleetEntry } from '#actors/fleet.ts'
import type { StrategyInfo, SystemFact } from '#actors/messages.ts'
import { formOf, type Cards } from '#actors/run.ts'
import { sourceOf } from '#actors/strategy/load.ts'
import type { BuiltCode } from '../build-threads.ts'
import { checkStrategy, type Verdict } from '../strategies/check.ts'

/** The code of a session's strategies: of those that ship, and of those that are files. */
export type Code = {
  /** What strategy threads load, beside the one strategy each. */
  readonly thread: ThreadCode
  /** What is known of the files at the start. */
  readonly cards: Cards
  /** Strategies whose file may not run, as things stand. */
  readonly refused: ReadonlySet<string>
  /** Ids of the strategies that are files. */
  readonly written: readonly string[]
  /** Where a thread of its own, or this one (`apart` is false), finds a strategy. */
  definitionOf(info: StrategyInfo, apart?: boolean): string
  /** The newest word on a file. */
  verdictOf(id: string): Verdict | undefined
  /**
   * Looks at a strategy's file again; what runs stays what it is.
   * @param now  the parameters it runs with: what a person set since the start is kept, defaults are the file's
   */
  check(id: string, now?: StrategyInfo['params']): Promise<Verdict>
  /** Makes a verdict the newest word: a good one is what runs from the next start on. */
  accept(id: string, verdict: Verdict): void
}

/**
 * Checks every strategy of a fleet that is a file. One that may not run is a word on its own page; all others run.
 * @param into  where their code is kept, by its hash: what the journal names can be looked up there
 */
export const openCode = async (fleet: readonly FleetEntry[], built: BuiltCode, into: string): Promise<Code> => {
  const entries = new Map(fleet.filter(({ file }) => file !== undefined).map((one) => [one.id, one]))
  const verdicts = new Map<string, Verdict>()
  const running = new Map<string, Good>()
  const set = new Map<string, Record<string, unknown>>()
  const refused = new Set<string>()

  const check: Code['check'] = (id, now = {}) => {
    const { type: label, file, symbol, params = {} } = entries.get(id)!
    const before = running.get(id)?.card.params
    const fresh = Object.entries(now).filter(([name, value]) => before && before[name] !== value)
    set.set(id, { ...set.get(id), ...Object.fromEntries(fresh) })
    return checkStrategy({ file: file!, label, symbol, params: { ...params, ...set.get(id) } }, built, into)
  }
  const accept: Code['accept'] = (id, verdict) => {
    verdicts.set(id, verdict)
    if (verdict.type === 'good') running.set(id, verdict)
    if (running.has(id)) refused.delete(id)
    else refused.add(id)
  }
  const waiting = [...entries.keys()]
  const lane = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) accept(id, await check(id))
  }
  await Promise.all(cpus().map(lane))
  return {
    thread: built.thread,
    cards: new Map([...verdicts].map(([id, one]) => [id, one.type === 'good' ? one.card : null])),
    refused,
    written: [...entries.keys()],
    definitionOf: ({ id, type }, apart = true) =>
      entries.has(id) ? instanceOf(id, running.get(id)) : apart ? built.definitionOf(type) : sourceOf(type),
    verdictOf: (id) => verdicts.get(id),
    check,
    accept,
  }
}

// Two of one file may live in one thread: each has its own instance of it, and shares no variable with the other.
const instanceOf = (id: string, good: Good | undefined): string => (good ? `${good.url}?${id}` : '')

type Good = Extract<Verdict, { type: 'good' }>

/** What the record is told of a verdict. @param running  whether an earlier state of the strategy goes on */
export const factOf = (strategy: string, verdict: Verdict, running: boolean): SystemFact =>
  verdict.type === 'good'
    ? { type: 'strategyLoaded', strategy, hash: verdict.hash, form: formOf(verdict.card) }
    : { type: 'strategyRefused', strategy, running, errors: verdict.errors }
