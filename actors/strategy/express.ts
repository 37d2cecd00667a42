import type { Millis } from '#engine/clock.ts'
import { minutesOf } from '../domain/candle.ts'
import type { Instrument } from '../domain/instrument.ts'
import { paise, snap, type Paise } from '../domain/money.ts'
import type { Intent, Mode } from '../domain/order.ts'
import type { Direction, Signal } from '../domain/signal.ts'
import type { Decision, Holding, OptionChoice } from './define.ts'
import { problem } from './errors.ts'
import type { Outcome } from './runner.ts'

/** What goes to risk together: what was seen, and what is asked for because of it. */
export type Proposal = { readonly signal: Signal | null; readonly intent: Intent | null }

/** Which option to buy on a signal. */
export type OptionWish = {
  readonly underlying: string
  /** Of the instrument the signal was read from. */
  readonly price: Paise
  readonly direction: Direction
  readonly at: Millis
  readonly thetaDays: number
  readonly thetaMinute: number
}
/** The option to buy, or why there is none. */
export type OptionAnswer =
  | { readonly type: 'chosen'; readonly instrument: Instrument }
  | { readonly type: 'none'; readonly because: string }

/** What a strategy instance stands on when it speaks. */
export type Desk = {
  readonly strategy: string
  readonly mode: Mode
  /** What it reads its signals from. */
  readonly instrument: Instrument
  readonly holding: Holding
  /** Direction of an entry that is asked for and neither filled nor refused yet. */
  readonly pending: Direction | null
  /** Set when it trades options bought on its signals. */
  readonly via: OptionChoice | null
  /** Last known price, or `null`. */
  readonly priceOf: (symbol: string) => Paise | null
  readonly chooseOption: (wish: OptionWish) => OptionAnswer
  /** Whether the theta window of an option is open at an instant. */
  readonly inThetaWindow: (symbol: string, at: Millis, window: OptionChoice) => boolean
}

/**
 * Turns what a strategy decided into records and requests. A decision names a desired state, so asking for what is
 * already held or on its way gives nothing, asking for the other side leaves first, and leaving when flat gives
 * nothing. Rupees become paise and levels are snapped to the instrument's price step.
 *
 * A held option whose theta window has opened is left with reason THETA, unless the strategy leaves for a reason of
 * its own at the same moment; a new one is not bought then.
 *
 * Ids are `strategy:millis:n` with the instant of the bar's close or of the tick, where `n` counts the proposals of
 * that instant: the same in every replay.
 * @param first  proposals of that instant there were already: a bar may close, and several ticks come, at one instant
 */
export const express = (outcome: Outcome, desk: Desk, first = 0): readonly Proposal[] =>
  actsOf(outcome, desk).map((act, i) => {
    const page: Page = { id: `${desk.strategy}:${outcome.at}:${first + i}`, outcome, desk }
    if (act.type === 'move') return moving(act, page)
    if (act.type === 'leave') return leaving(act, page)
    const signal = signalOf(act, page)
    return { signal, intent: act.type === 'enter' ? entering(act, signal, page) : null }
  })

type Enter = Extract<Decision, { type: 'enter' }>
type Noted = Extract<Decision, { type: 'noted' }>
type Exit = Extract<Decision, { type: 'exit' }>
type Move = Extract<Decision, { type: 'move' }>

/** What is to be done, once what is held and on its way has been looked at. */
type Act =
  | { readonly type: 'leave'; readonly held: Held; readonly decision: Omit<Exit, 'type'> }
  | { readonly type: 'enter'; readonly decision: Enter; readonly because: string; readonly traded: Instrument }
  | { readonly type: 'note'; readonly decision: Enter | Noted; readonly because: string }
  | { readonly type: 'move'; readonly held: Held; readonly decision: Move }

type Held = { readonly symbol: string; readonly direction: Direction }

const heldBy = ({ holding: { symbol, direction } }: Desk): Held | null =>
  symbol === null || direction === 'none' ? null : { symbol, direction }

const actsOf = (outcome: Outcome, desk: Desk): readonly Act[] => {
  const { decisions } = outcome
  const held = heldBy(desk)
  const decay = held && !decisions.some(({ type }) => type === 'exit') && inTheta(held, outcome, desk)
  const acts = decay
    ? [{ type: 'leave' as const, held, decision: outOfTheta }, ...decisions.flatMap(onRecord)]
    : decisions.flatMap((decision) => actsFor(decision, held, outcome, desk))
  const first = acts.findIndex(({ type }) => type === 'leave')
  return acts.filter(({ type }, i) => type !== 'leave' || i === first) // one exit is enough, whoever asks for it
}

const inTheta = ({ symbol }: Held, { at }: Outcome, { via, inThetaWindow }: Desk): boolean =>
  via !== null && inThetaWindow(symbol, at, via)

const outOfTheta = {
  reason: 'THETA', because: 'The theta window of this option has opened: out before its value decays.',
} as const

const onRecord = (decision: Decision): Act[] =>
  decision.type === 'enter' || decision.type === 'noted'
    ? [{ type: 'note', decision, because: decision.because }]
    : []

const actsFor = (decision: Decision, held: Held | null, outcome: Outcome, desk: Desk): Act[] => {
  switch (decision.type) {
    case 'stay': return []
    case 'noted': return onRecord(decision)
    case 'move': return held ? [{ type: 'move', held, decision }] : []
    case 'exit': return held ? [{ type: 'leave', held, decision }] : []
    case 'enter': {
      if (decision.direction === (held ? held.direction : desk.pending)) return []
      const enter = actToEnter(decision, outcome, desk)
      const { because } = decision
      return held ? [{ type: 'leave', held, decision: { reason: 'SIGNAL', because } }, enter] : [enter]
    }
  }
}

const actToEnter = (decision: Enter, outcome: Outcome, { via, instrument, chooseOption }: Desk): Act => {
  const { because, direction } = decision
  if (via === null) return { type: 'enter', decision, because, traded: instrument }
  const { thetaDays, thetaMinute } = via
  const { underlying } = instrument
  const { at } = outcome
  const price = paise(outcome.price)
  const answer = chooseOption({ underlying, price, direction, at, thetaDays, thetaMinute })
  return answer.type === 'chosen'
    ? { type: 'enter', decision, because, traded: answer.instrument }
    : { type: 'note', decision, because: `${because}. Not traded: ${answer.because}` }
}

/** Where one proposal is written: its id, and what it is written from. */
type Page = { readonly id: string; readonly outcome: Outcome; readonly desk: Desk }

const signalOf = ({ type, decision, because }: Extract<Act, { type: 'enter' | 'note' }>, page: Page): Signal => ({
  ...heading(page, 'validBars' in decision ? decision.validBars : 1),
  direction: decision.direction,
  wants: type === 'enter' ? 'enter' : 'nothing',
  strength: Math.round(Math.min(100, Math.max(0, decision.strength ?? 50))),
  ...levelsOf(decision, page.desk),
  because,
  conditions: decision.conditions ?? [],
  indicators: { ...page.outcome.readings, ...decision.indicators },
})

const entering = ({ decision, traded }: Extract<Act, { type: 'enter' }>, signal: Signal, page: Page): Intent => {
  const { direction, tier = 1 } = decision
  const { holding, priceOf, strategy, mode, via } = page.desk
  const { id, at, entry, stop, target } = signal
  const { symbol } = traded
  return {
    kind: 'enter', id, strategy, signal: id, at, mode, symbol,
    side: direction === 'short' && via === null ? 'sell' : 'buy',
    direction,
    price: priceOf(symbol) ?? (symbol === signal.symbol ? entry : null),
    levels: { watch: signal.symbol, direction, stop, target, trailing: false },
    entry,
    tier,
    holds: holding.symbol === symbol ? holding.quantity : 0,
  }
}

const leaving = ({ held, decision }: Extract<Act, { type: 'leave' }>, page: Page): Proposal => {
  const { strategy, mode } = page.desk
  const { symbol, direction } = held
  const { reason, because, indicators } = decision
  const signal: Signal = {
    ...heading(page), direction, wants: 'exit', strength: 100, stop: null, target: null, because, conditions: [],
    indicators: { ...page.outcome.readings, ...indicators },
  }
  const { id, at } = signal
  return { signal, intent: { kind: 'exit', id, strategy, signal: id, at, mode, symbol, reason, because } }
}

const moving = ({ held, decision }: Extract<Act, { type: 'move' }>, { id, outcome, desk }: Page): Proposal => {
  const { because } = decision
  const { symbol } = held
  const { strategy } = desk
  const { at } = outcome
  return { signal: null, intent: { kind: 'move', id, strategy, at, symbol, ...levelsOf(decision, desk), because } }
}

const heading = ({ id, outcome: { symbol, timeframe, at, price }, desk: { strategy } }: Page, validBars = 1) => ({
  id,
  strategy,
  symbol,
  timeframe,
  at,
  entry: paise(price),
  validUntil: at + validBars * minutesOf[timeframe] * 60_000,
})

const levelsOf = (wanted: { readonly stop?: number; readonly target?: number }, desk: Desk) =>
  ({ stop: level('stop', wanted.stop, desk), target: level('target', wanted.target, desk) })

const level = (name: string, value: number | undefined, { strategy, instrument }: Desk): Paise | null => {
  if (value === undefined) return null
  if (!Number.isFinite(value) || value <= 0) throw problem('LEVEL', { strategy, level: name, value })
  return snap(paise(value), instrument.tickSize)
}
