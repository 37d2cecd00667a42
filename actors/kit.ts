/** Everything a strategy's author needs; a strategy file imports this and nothing else. */
import type { Timeframe } from './domain/candle.ts'
import type { ExitReason } from './domain/order.ts'
import type { Condition, Direction } from './domain/signal.ts'
import {
  defineStrategy, type Bar, type Decision, type Elsewhere, type Indicator, type Line, type Seen,
} from './strategy/define.ts'

export { defineStrategy }
export type * from './strategy/define.ts'
export type { Condition, Direction, ExitReason, Timeframe }
export { choice, flag, number, whole, type ParamsOf, type ParamSet } from './strategy/params.ts'
export * from './indicators/mod.ts'

type Enter = Extract<Decision, { type: 'enter' }>
type Noted = Extract<Decision, { type: 'noted' }>
type Exit = Extract<Decision, { type: 'exit' }>
type Move = Extract<Decision, { type: 'move' }>
type With<D> = Omit<D, 'type' | 'direction' | 'because' | 'reason'>

/** Wants to hold the long side: buys, after leaving a short. Nothing happens when it is long already. */
export const long = (because: string, rest: With<Enter> = {}): Enter =>
  ({ ...rest, type: 'enter', direction: 'long', because })

/** Wants to hold the short side: sells (or buys a put), after leaving a long. Nothing happens when short already. */
export const short = (because: string, rest: With<Enter> = {}): Enter =>
  ({ ...rest, type: 'enter', direction: 'short', because })

/** Wants to hold nothing. */
export const flat = (because: string, reason: ExitReason = 'SIGNAL', rest: With<Exit> = {}): Exit =>
  ({ ...rest, type: 'exit', because, reason })

/** Moves the stop or the target of what is held; the one not named stays. */
export const move = (because: string, levels: With<Move>): Move => ({ ...levels, type: 'move', because })

/** Puts a setup on record that is not traded, with the conditions that say why. */
export const noted = (direction: Direction, because: string, rest: With<Noted> = {}): Noted =>
  ({ ...rest, type: 'noted', direction, because })

/** Wants nothing to change. */
export const stay: Decision = { type: 'stay' }

/**
 * One thing that was checked, for the record of a signal.
 * @param value  what was measured; `NaN` when it could not be
 * @param needs  what it was measured against, as text
 */
export const condition = (name: string, holds: boolean, value: number, needs: string): Condition =>
  ({ name, holds, value: Number.isFinite(value) ? value : null, needs })

/** Enters when every condition holds; otherwise puts the setup on record with the conditions that failed. */
export const setup = (
  direction: Direction,
  because: string,
  conditions: readonly Condition[],
  rest: With<Noted> & With<Enter> = {},
): Enter | Noted => {
  const failed = conditions.filter(({ holds }) => !holds).map(({ name }) => name)
  return failed.length === 0
    ? { ...rest, type: 'enter', direction, because, conditions }
    : noted(direction, `${because}, but not: ${failed.join('; ')}`, { ...rest, conditions })
}

/** Whether the first line went from at or below the second, or a level, to above it. */
export const crossedAbove = (line: Line, other: Line | number): boolean =>
  line.before <= before(other) && line.now > now(other)

/** Whether the first line went from at or above the second, or a level, to below it. */
export const crossedBelow = (line: Line, other: Line | number): boolean =>
  line.before >= before(other) && line.now < now(other)

/** An indicator on another timeframe than the strategy's own: `on('15m', atr(14))`. */
export const on = <V>(timeframe: Timeframe, watch: Indicator<V> | Elsewhere<V>): Elsewhere<V> =>
  ({ ...elsewhere(watch), timeframe })

/** An indicator on another instrument: `of('NIFTY-I', obv())`; with a timeframe, `of('NIFTY-I', on('15m', obv()))`. */
export const of = <V>(symbol: string, watch: Indicator<V> | Elsewhere<V>): Elsewhere<V> =>
  ({ ...elsewhere(watch), symbol })

/** The smallest strategy: one function of a closed bar. */
export const signal = (
  bars: Timeframe,
  decide: (bar: Bar, seen: Seen<Record<never, never>, Record<never, never>, Record<string, unknown>>) => Decision,
) =>
  defineStrategy({
    name: 'signal',
    title: 'Signal function',
    description: 'One function of a closed bar.',
    bars,
    params: {},
    indicators: () => ({}),
    memory: (): Record<string, unknown> => ({}),
    decide,
  })

const now = (other: Line | number): number => (typeof other === 'number' ? other : other.now)
const before = (other: Line | number): number => (typeof other === 'number' ? other : other.before)
const elsewhere = <V>(watch: Indicator<V> | Elsewhere<V>): Elsewhere<V> =>
  'indicator' in watch ? watch : { indicator: watch }
