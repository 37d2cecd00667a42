import type { AnyDefinition } from '../strategy/define.ts'
import type { Param } from '../strategy/params.ts'
import bollinger from './bollinger.ts'
import breakout from './breakout.ts'
import emaCross from './ema-cross.ts'
import pva from './pva.ts'
import rsiReversal from './rsi-reversal.ts'
import supertrend from './supertrend.ts'
import volumeRocket from './volume-rocket.ts'

/** Every strategy that ships, by name. */
export const strategyTypes: Readonly<Record<string, AnyDefinition>> = Object.fromEntries(
  [pva, volumeRocket, emaCross, rsiReversal, breakout, bollinger, supertrend].map((one) => [one.name, one]),
)

/** A strategy as a form or a list shows it. */
export type StrategyDescription = {
  readonly type: string
  readonly title: string
  readonly description: string
  /** Working timeframe by default. */
  readonly bars: string
  readonly params: readonly (Param & { readonly name: string })[]
}

/** What the API tells of a strategy: enough to draw its form. */
export const describe = (definition: AnyDefinition): StrategyDescription => {
  const { name, title, description, bars } = definition
  const params = Object.entries(definition.params as Record<string, Param>)
  const defaults = Object.fromEntries(params.map(([one, param]) => [one, param.default]))
  return {
    type: name,
    title,
    description,
    bars: typeof bars === 'function' ? bars(defaults) : bars,
    params: params.map(([one, param]) => ({ name: one, ...param })),
  }
}
