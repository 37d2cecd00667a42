import { minutesOf, timeframes, type Timeframe } from '../domain/candle.ts'
import type { AnyDefinition, Own, RiskDefaults, Watch } from './define.ts'
import { problem } from './errors.ts'
import { madeUpBars } from './made-up.ts'
import { parseParams, type ParamSet } from './params.ts'
import { nothing, runner, type Need } from './runner.ts'

/** What others need to know of a strategy without running any of it. */
export type Card = {
  readonly name: string
  readonly title: string
  readonly description: string
  /** Working timeframe with these parameters. */
  readonly bars: Timeframe
  /** What may be set. */
  readonly form: ParamSet
  /** What is set, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>
  readonly risk: RiskDefaults | null
  readonly needs: readonly Need[]
}

/** Bars of the working timeframe that are decided on, beyond those that warm it up. */
const TRIED = 300
/** As long as a hundred sessions, whatever it wants to warm up with. */
const MINUTES_MAX = 40_000

/**
 * Runs a strategy for the first time: over a market that never was, flat, long and short by turns.
 * @param given  parameters as a configuration has them
 * @throws STRATEGY_PARAMS, STRATEGY_SHAPE, STRATEGY_ANSWER and what its own code throws
 */
export const tryOut = (definition: AnyDefinition, given: Readonly<Record<string, unknown>>, own: Own): Card => {
  const { name, title, description } = definition
  const form = definition.params as ParamSet
  const parsed = parseParams(form, given)
  if (parsed.type === 'bad')
    throw problem('PARAMS', { strategy: name, says: parsed.errors.map(({ says }) => says).join(' ') })
  const faults = watchFaults(definition.indicators(parsed.params, own))
  if (faults.length > 0) throw problem('SHAPE', { strategy: name, faults })

  const run = runner(definition, parsed.params, own)
  if (!timeframes.includes(run.timeframe))
    throw problem('SHAPE', { strategy: name, faults: [`bars gives ${run.timeframe}, which is no timeframe.`] })
  const needs = run.needs()
  const minutes = (run.warmup + TRIED) * Math.min(minutesOf[run.timeframe], 375)
  let bars = 0
  for (const group of madeUpBars(needs, Math.min(minutes, MINUTES_MAX))) {
    for (const bar of group) run.bar(bar)
    if (bars++ % 50 === 0) run.hold(heldAt(bars, own, group[0]!.close, group[0]!.closeAt))
    run.close(group[0]!.closeAt)
  }
  definition.via?.(parsed.params)
  const { risk } = definition
  const declared = typeof risk === 'function' ? risk(parsed.params) : risk
  return {
    name, title, description, bars: run.timeframe, form, needs,
    params: parsed.params as Card['params'],
    risk: declared ?? null,
  }
}

const heldAt = (bars: number, { symbol }: Own, entry: number, entryAt: number) => {
  const direction = (['none', 'long', 'short'] as const)[Math.floor(bars / 50) % 3]!
  if (direction === 'none') return nothing
  return { direction, symbol, quantity: direction === 'long' ? 1 : -1, entry, entryAt, stop: null, target: null }
}

const watchFaults = (watches: unknown): string[] => {
  if (typeof watches !== 'object' || watches === null) return ['indicators gives no object of indicators by name.']
  return Object.entries(watches as Readonly<Record<string, Watch>>).flatMap(([name, watch]) => {
    const { timeframe = '1m', indicator = watch } = (watch ?? {}) as { timeframe?: Timeframe; indicator?: unknown }
    const it = indicator as { needs?: unknown; push?: unknown } | null | undefined
    if (typeof it?.push !== 'function' || !Number.isFinite(it.needs))
      return [`indicators gives a ${name} that is no indicator.`]
    return timeframes.includes(timeframe) ? [] : [`indicators watches ${name} on ${timeframe}, which is no timeframe.`]
  })
}
