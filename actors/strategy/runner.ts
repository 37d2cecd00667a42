import { minutesOf, type Timeframe } from '../domain/candle.ts'
import type { Millis } from '#engine/clock.ts'
import { minuteOfDay } from '../calendar/day.ts'
import { answerOf } from './answer.ts'
import {
  readsTicks, type AnyDefinition, type Bar, type Decision, type Elsewhere, type Holding, type Indicator, type Line,
  type Own, type Tick, type Watch,
} from './define.ts'
import { problem } from './errors.ts'

/** A stream of closed bars that a strategy watches. */
export type Need = { readonly symbol: string; readonly timeframe: Timeframe }

/** What a strategy made of one closed bar of its working timeframe, or of one tick. */
export type Outcome = Need & {
  /** When the bar closed, or the tick was. */
  readonly at: Millis
  /** The bar's close, or the tick's price: what the decision was made at, in rupees. */
  readonly price: number
  /** In the order they are to be taken; without `stay`. */
  readonly decisions: readonly Decision[]
  /** Every reading at that moment, by name; `null` for what was undefined. Empty when nothing was decided. */
  readonly readings: Readonly<Record<string, number | null>>
}

/** One strategy instance without its thread: bars go in, decisions come out. */
export type Runner = {
  readonly timeframe: Timeframe
  /** Bars to subscribe to: the working ones first, then those its lines watch. */
  needs(): readonly Need[]
  /** Bars of the working timeframe until `decide` first runs. */
  readonly warmup: number
  /** Whether every line has a `now` and a `before`. */
  warm(): boolean
  /** Feeds a bar from before the run: lines move, nothing is decided. */
  history(bar: Bar): void
  /** Feeds one closed bar. All bars that close at one instant are fed before `close` is called for it. */
  bar(bar: Bar): void
  /**
   * Decides, if a bar of the working timeframe closed at that instant and every line is warm; `null` otherwise.
   * To be called once for each instant at which bars closed.
   */
  close(at: Millis): Outcome | null
  /** Whether `tick` is of any use. */
  readonly readsTicks: boolean
  /** Decides at a tick of the strategy's own symbol; `null` where it wants nothing, at no cost. */
  tick(tick: Tick): Outcome | null
  /** Tells what is held from now on. */
  hold(holding: Omit<Holding, 'bars'>): void
}

/** Holding nothing. */
export const nothing: Holding = {
  direction: 'none', symbol: null, quantity: 0, entry: 0, entryAt: 0, stop: null, target: null, bars: 0,
}

/** Minutes of a session, by which a line on days is reckoned in shorter bars. Nominal: for warm-up lengths only. */
const sessionMinutes = 375

/**
 * Runs a definition over bars. Pure: its only state is what bars and holdings it was given, so the same calls in the
 * same order give the same decisions.
 */
export const runner = (definition: AnyDefinition, params: any, own: Own): Runner => {
  const timeframe: Timeframe =
    typeof definition.bars === 'function' ? definition.bars(params) : definition.bars
  const feeds = Object.entries(definition.indicators(params, own) as Record<string, Watch>).map(
    ([name, watch]) => feedOf(name, watch, { symbol: own.symbol, timeframe }),
  )
  for (const { name } of feeds)
    if (reserved.has(name)) throw problem('LINE_NAME', { strategy: definition.name, line: name })

  const seen: Record<string, any> = { params, position: nothing, memory: definition.memory?.() ?? {}, minute: 0 }
  for (const { name, line } of feeds) seen[name] = line

  let closed: Bar | null = null // the working bar that waits for its `close`
  const history = (bar: Bar) => {
    for (const feed of feeds)
      if (feed.timeframe === bar.timeframe && feed.symbol === bar.symbol) update(feed, bar)
  }
  const isWarm = () => feeds.every((feed) => feed.readings >= 2)
  const outcomeOf = (at: Millis, price: number, decisions: readonly Decision[]): Outcome => ({
    symbol: own.symbol, timeframe, at, price, decisions, readings: decisions.length ? readingsOf(feeds) : {},
  })
  const onTick = readsTicks(definition, params) ? definition.onTick : undefined
  let warm = false // once it is, it stays so

  return {
    timeframe,
    warmup: Math.max(1, ...feeds.map((feed) => Math.ceil((feed.needs + 1) * ratio(feed.timeframe, timeframe)))),
    needs: () => unique([{ symbol: own.symbol, timeframe }, ...feeds]),
    warm: isWarm,
    history,
    bar(bar) {
      history(bar)
      if (bar.timeframe === timeframe && bar.symbol === own.symbol) closed = bar
    },
    close(at) {
      const bar = closed
      if (bar?.closeAt !== at) return null
      closed = null
      if (seen.position.direction !== 'none' && at > seen.position.entryAt)
        seen.position = { ...seen.position, bars: seen.position.bars + 1 }
      if (!isWarm()) return null
      seen.minute = minuteOfDay(at)
      const decisions = answerOf(definition.name, definition.decide(bar, seen as never))
      return outcomeOf(at, bar.close, decisions)
    },
    readsTicks: onTick !== undefined,
    tick(tick) {
      warm ||= isWarm()
      if (!warm || !onTick) return null
      seen.minute = minuteOfDay(tick.at)
      const decisions = answerOf(definition.name, onTick(tick, seen as never))
      return decisions.length === 0 ? null : outcomeOf(tick.at, tick.price, decisions)
    },
    hold(holding) {
      const same = holding.direction !== 'none' && holding.entryAt === seen.position.entryAt
      seen.position = { ...holding, bars: same ? seen.position.bars : 0 }
    },
  }
}

/** What `decide` finds beside its lines, and which no line may therefore be called. */
const reserved: ReadonlySet<string> = new Set(['params', 'position', 'memory', 'minute'])

type Feed = Need & {
  readonly name: string
  readonly needs: number
  readonly indicator: Indicator<unknown>
  /** The object the strategy holds: changed in place, so that no bar costs an allocation. */
  readonly line: { -readonly [K in keyof Line<unknown>]: Line<unknown>[K] }
  /** Values so far. */
  readings: number
}

const feedOf = (name: string, watch: Watch, working: Need): Feed => {
  const { indicator, symbol, timeframe }: Elsewhere<unknown> =
    'indicator' in watch ? watch : { indicator: watch }
  return {
    name,
    symbol: symbol ?? working.symbol,
    timeframe: timeframe ?? working.timeframe,
    needs: indicator.needs,
    indicator,
    line: { now: undefined, before: undefined },
    readings: 0,
  }
}

const update = (feed: Feed, bar: Bar): void => {
  const value = feed.indicator.push(bar)
  if (value === undefined) return
  feed.line.before = feed.line.now
  feed.line.now = value
  feed.readings++
}

const ratio = (line: Timeframe, working: Timeframe) => lengthOf(line) / lengthOf(working)
const lengthOf = (timeframe: Timeframe) => Math.min(minutesOf[timeframe], sessionMinutes)

const unique = (needs: readonly Need[]): Need[] => {
  const byKey = new Map(needs.map(({ symbol, timeframe }) => [`${symbol}|${timeframe}`, { symbol, timeframe }]))
  return [...byKey.values()]
}

/** Readings as plain numbers: an indicator that gives several has each under its own name, `profile.poc`. */
const readingsOf = (feeds: readonly Feed[]): Record<string, number | null> => {
  const readings: Record<string, number | null> = {}
  for (const { name, line } of feeds) {
    const now = line.now
    if (typeof now !== 'object' || now === null) {
      put(readings, name, now)
      continue
    }
    for (const [part, value] of Object.entries(now)) put(readings, `${name}.${part}`, value)
  }
  return readings
}

const put = (readings: Record<string, number | null>, name: string, value: unknown): void => {
  if (typeof value === 'number') readings[name] = Number.isFinite(value) ? value : null
  else if (typeof value === 'boolean') readings[name] = value ? 1 : 0
  else if (value === null) readings[name] = null
}
