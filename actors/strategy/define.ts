import type { Timeframe } from '../domain/candle.ts'
import type { ExitReason } from '../domain/order.ts'
import type { Condition } from '../domain/signal.ts'
import type { ParamSet, ParamsOf } from './params.ts'

/** A closed bar as a strategy sees it: prices in rupees, volume in units. */
export type Bar = {
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly openAt: number
  readonly closeAt: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly oi: number
  readonly gap: boolean
}

/**
 * A tick as a strategy sees it, in rupees. One object that the next tick overwrites: keep its numbers, not it.
 */
export type Tick = {
  /** The exchange's time, milliseconds UTC. */
  readonly at: number
  /** Last traded price, or the value of an index. */
  readonly price: number
  /** Units traded at it; 0 when only a quote, or an index value, came. */
  readonly quantity: number
  /** Best bid and ask; `NaN` when the source has none. */
  readonly bid: number
  readonly ask: number
}

/**
 * A value computed bar by bar: `undefined` until enough bars have come, and never again after that. A figure that
 * a later bar leaves undefined (a division by no volume) is `NaN`, with which every comparison is false.
 */
export type Indicator<V = number> = {
  /** Bars it takes to give its first value: that one comes with the bar of this number, counted from 1. */
  readonly needs: number
  push(bar: Bar): V | undefined
}

/**
 * The readings of one indicator at the working timeframe's close: the latest, and the one a bar of its own timeframe
 * earlier. A line on 15m bars read at 09:50 gives the values of 09:45 and 09:30.
 */
export type Line<V = number> = { readonly now: V; readonly before: V }

/** An indicator that watches another timeframe or another symbol than the strategy's own. */
export type Elsewhere<V = number> = {
  readonly timeframe?: Timeframe
  readonly symbol?: string
  readonly indicator: Indicator<V>
}
/** Anything a strategy may name as a line. */
// `any`: indicators of many value types side by side; `Lines` gives each line its own back.
export type Watch = Indicator<any> | Elsewhere<any>
/** What a strategy watches, by the name of its line. */
export type Watches = Readonly<Record<string, Watch>>
type ValueOf<W> = W extends Elsewhere<infer V> ? V : W extends Indicator<infer V> ? V : never
/** The lines that come of what is watched. */
export type Lines<I extends Watches> = { readonly [K in keyof I]: Line<ValueOf<I[K]>> }

/** What the strategy holds, as its own facts told it. Prices of what was signalled on, in rupees. */
export type Holding = {
  readonly direction: 'long' | 'short' | 'none'
  readonly symbol: string | null
  readonly quantity: number
  /** Close of the bar whose signal opened it. */
  readonly entry: number
  /** When that bar closed. */
  readonly entryAt: number
  readonly stop: number | null
  readonly target: number | null
  /** Bars of the working timeframe closed since `entryAt`; the runner counts them. */
  readonly bars: number
}

/** What a strategy wants after a bar or a tick. Made by `long`, `short`, `flat`, `move`, `noted` and `stay` alone. */
export type Decision =
  | { readonly type: 'stay' }
  | {
      readonly type: 'enter'
      readonly direction: 'long' | 'short'
      readonly because: string
      readonly stop?: number
      readonly target?: number
      readonly strength?: number
      /** Share of the full size, 0 to 1. */
      readonly tier?: number
      readonly validBars?: number
      readonly conditions?: readonly Condition[]
      readonly indicators?: Readonly<Record<string, number | null>>
    }
  | {
      readonly type: 'exit'
      readonly because: string
      readonly reason: ExitReason
      readonly indicators?: Readonly<Record<string, number | null>>
    }
  | { readonly type: 'move'; readonly because: string; readonly stop?: number; readonly target?: number }
  | {
      /** On record, not acted on: a setup of which a condition failed. */
      readonly type: 'noted'
      readonly direction: 'long' | 'short'
      readonly because: string
      readonly stop?: number
      readonly target?: number
      readonly strength?: number
      readonly conditions?: readonly Condition[]
      readonly indicators?: Readonly<Record<string, number | null>>
    }

/** What a strategy may know of the instrument it runs on, beside its bars. */
export type Own = {
  readonly symbol: string
  /** Smallest price step, in rupees. */
  readonly tick: number
}

/** LONG buys a call, SHORT buys a put: at the money, nearest expiry outside the theta window. */
export type OptionChoice = {
  readonly buy: 'option'
  /** Trading days before expiry on which the theta window opens: 1 is the day before, 0 the expiry day. */
  readonly thetaDays: number
  /** Minute of that day in India at which it opens: 780 is 13:00. */
  readonly thetaMinute: number
}

/** Limits a strategy asks to be judged by; an instance's configuration may tighten or replace them. */
export type RiskDefaults = {
  /** How a position is sized: see actors/risk/size.ts. */
  readonly sizing?: { readonly by: 'percent-risk' | 'tiered'; readonly percent: number }
  readonly maxOpenTrades?: number
  readonly dailyLossPercent?: number
  readonly minRewardToRisk?: number
  readonly cooldownMinutes?: number
  /** Minutes of the day in India between which entries are allowed: [555, 900] is 09:15 to 15:00. */
  readonly hours?: readonly [number, number]
}

/** What `decide` may look at beside the bar and its lines. */
export type Seen<P, I extends Watches, M> = Lines<I> & {
  readonly params: P
  readonly position: Holding
  /** The strategy's own notes; rebuilt by replaying bars, so put nothing in it that did not come from them. */
  readonly memory: M
  /** Minute of the day in India of this bar's close. */
  readonly minute: number
}

/** Something to look at and not to touch, all the way down. */
export type Frozen<T> =
  T extends (...given: any[]) => unknown ? T
  : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<K, Frozen<V>>
  : T extends ReadonlySet<infer V> ? ReadonlySet<V>
  : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> }
  : T

/**
 * What `onTick` may look at beside the tick: what `decide` does, as of the last closed bar, and the minute of the
 * tick. Memory is to be read here and not written: ticks are not read again after a restart, as bars are, so notes
 * that came of ticks would be lost.
 */
export type SeenAtTick<P, I extends Watches, M> = Omit<Seen<P, I, M>, 'memory'> & { readonly memory: Frozen<M> }

/** A strategy as its author declares it: what it watches, what may be set, and what it makes of each closed bar. */
export type Definition<S extends ParamSet = ParamSet, I extends Watches = Watches, M = any> = {
  readonly name: string
  /** Shown to people: `EMA crossover`. */
  readonly title: string
  /** One sentence: what it looks for. */
  readonly description: string
  /** Working timeframe, fixed or taken from a parameter. */
  readonly bars: Timeframe | ((params: ParamsOf<S>) => Timeframe)
  readonly params: S
  readonly risk?: RiskDefaults | ((params: ParamsOf<S>) => RiskDefaults)
  /** Trade an option bought on the signal; `null` or absent: the signal's own instrument. */
  readonly via?: (params: ParamsOf<S>) => OptionChoice | null
  readonly indicators: (params: ParamsOf<S>, own: Own) => I
  readonly memory?: () => M
  /**
   * Runs once for each closed bar of the working timeframe when every line has a `now` and a `before`. Several
   * decisions are taken in the order given: leave, and put on record what else was seen.
   */
  readonly decide: (bar: Bar, seen: Seen<ParamsOf<S>, I, M>) => Decision | readonly Decision[]
  /**
   * Runs for each tick of the strategy's own instrument, from when every line is warm. Not while something that was
   * asked for, or an exit at a stop, is still under way: the ticks that come meanwhile would only ask again.
   */
  readonly onTick?: (tick: Tick, seen: SeenAtTick<ParamsOf<S>, I, M>) => Decision | readonly Decision[]
  /** Whether ticks are read with these parameters; a strategy that reads none costs nothing per tick. */
  readonly ticks?: (params: ParamsOf<S>) => boolean
}

/** A definition of which only the shape matters: what a registry holds and a runner runs. */
// `any`: parameters and lines of many strategies at once; each file was checked against its own types.
export type AnyDefinition = Omit<Definition<any, any, any>, 'decide' | 'onTick'> & {
  readonly decide: (bar: Bar, seen: any) => Decision | readonly Decision[]
  readonly onTick?: (tick: Tick, seen: any) => Decision | readonly Decision[]
}

/** Whether a strategy reads ticks when it runs with these parameters. */
// `any`: parameters of any strategy, checked against its own declaration.
export const readsTicks = (definition: AnyDefinition, params: any): boolean =>
  definition.onTick !== undefined && (definition.ticks?.(params) ?? true)

/** Declares a strategy; the types of its parameters and lines follow from the declaration. */
export const defineStrategy = <const S extends ParamSet, I extends Watches, M = Record<never, never>>(
  definition: Definition<S, I, M>,
): Definition<S, I, M> => definition
