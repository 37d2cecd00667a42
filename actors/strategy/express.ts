import type { Millis } from '#engine/clock.ts'
import { minutesOf } from '../domain/candle.ts'
import type { Instrument } from '../domain/instrument.ts'
import { paise, snap, type Paise } from '../domain/money.ts'
import type { ExitReason, Intent, Levels, Mode } from '../domain/order.ts'
import type { Direction, Signal } from '../domain/signal.ts'
import type { Bar, Decision, Holding, OptionChoice } from './define.ts'
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
 * its own on the same bar; a new one is not bought on that bar.
 *
 * Ids are `strategy:barCloseMillis:n`, where `n` counts the proposals of that instant: the same in every replay.
 */
export const express = (outcome: Outcome, desk: Desk): readonly Proposal[] => {
  const writer = writerOf(outcome, desk)
  const leaving = outcome.decisions.some(({ type }) => type === 'exit')
  if (!leaving && thetaOpen(outcome.bar, desk)) {
    writer.leave('THETA', 'The theta window of this option has opened: out before its value decays.')
    for (const decision of outcome.decisions)
      if (decision.type === 'enter' || decision.type === 'noted') writer.note(decision, decision.because)
    return writer.proposals
  }
  for (const decision of outcome.decisions) take(decision, writer, desk)
  return writer.proposals
}

type Enter = Extract<Decision, { type: 'enter' }>
type Noted = Extract<Decision, { type: 'noted' }>

const thetaOpen = (bar: Bar, { holding, via, inThetaWindow }: Desk): boolean =>
  via !== null && holding.symbol !== null && holding.direction !== 'none' &&
  inThetaWindow(holding.symbol, bar.closeAt, via)

const take = (decision: Decision, writer: Writer, { holding, pending }: Desk): void => {
  const held = holding.direction
  if (decision.type === 'noted') writer.note(decision, decision.because)
  if (decision.type === 'exit' && held !== 'none') writer.leave(decision.reason, decision.because, decision.indicators)
  if (decision.type === 'move' && held !== 'none') writer.move(decision)
  if (decision.type !== 'enter' || decision.direction === (held === 'none' ? pending : held)) return
  if (held !== 'none') writer.leave('SIGNAL', decision.because)
  writer.enter(decision)
}

type Writer = ReturnType<typeof writerOf>

/** Writes the proposals of one instant, numbering them. */
const writerOf = (outcome: Outcome, desk: Desk) => {
  const { bar, readings } = outcome
  const { holding, instrument, strategy, mode } = desk
  const proposals: Proposal[] = []
  let left = false // one exit is enough, whoever asks for it
  const nextId = () => `${strategy}:${bar.closeAt}:${proposals.length}`
  const level = (name: string, value: number | undefined): Paise | null => {
    if (value === undefined) return null
    if (!Number.isFinite(value) || value <= 0) throw problem('LEVEL', { strategy, level: name, value })
    return snap(paise(value), instrument.tickSize)
  }
  const levelsOf = (decision: { readonly stop?: number; readonly target?: number }) => ({
    stop: level('stop', decision.stop),
    target: level('target', decision.target),
  })
  const signalOf = (decision: Enter | Noted, wants: Signal['wants'], because: string): Signal => ({
    id: nextId(),
    strategy,
    symbol: bar.symbol,
    timeframe: bar.timeframe,
    at: bar.closeAt,
    direction: decision.direction,
    wants,
    strength: Math.round(Math.min(100, Math.max(0, decision.strength ?? 50))),
    entry: paise(bar.close),
    ...levelsOf(decision),
    validUntil: bar.closeAt + barsMs(bar, decision.type === 'enter' ? (decision.validBars ?? 1) : 1),
    because,
    conditions: decision.conditions ?? [],
    indicators: { ...readings, ...decision.indicators },
  })

  return {
    proposals: proposals as readonly Proposal[],
    note(decision: Enter | Noted, because: string) {
      proposals.push({ signal: signalOf(decision, 'nothing', because), intent: null })
    },
    leave(reason: ExitReason, because: string, indicators: Outcome['readings'] = {}) {
      if (left || holding.symbol === null || holding.direction === 'none') return
      left = true
      const id = nextId()
      const signal: Signal = {
        id, strategy, symbol: bar.symbol, timeframe: bar.timeframe, at: bar.closeAt,
        direction: holding.direction, wants: 'exit', strength: 100, entry: paise(bar.close),
        stop: null, target: null, validUntil: bar.closeAt + barsMs(bar, 1), because, conditions: [],
        indicators: { ...readings, ...indicators },
      }
      proposals.push({
        signal,
        intent: {
          kind: 'exit', id, strategy, signal: id, at: bar.closeAt, mode, symbol: holding.symbol, reason, because,
        },
      })
    },
    move(decision: Extract<Decision, { type: 'move' }>) {
      if (holding.symbol === null) return
      proposals.push({
        signal: null,
        intent: {
          kind: 'move', id: nextId(), strategy, at: bar.closeAt, symbol: holding.symbol,
          ...levelsOf(decision), because: decision.because,
        },
      })
    },
    enter(decision: Enter) {
      const traded = tradedFor(decision.direction, bar, desk)
      if (traded.type === 'none') return this.note(decision, `${decision.because}. Not traded: ${traded.because}`)
      const signal = signalOf(decision, 'enter', decision.because)
      const levels: Levels = {
        watch: bar.symbol, direction: decision.direction,
        stop: signal.stop, target: signal.target, trailing: false,
      }
      const { symbol } = traded.instrument
      const short = decision.direction === 'short'
      proposals.push({
        signal,
        intent: {
          kind: 'enter', id: signal.id, strategy, signal: signal.id, at: bar.closeAt, mode, symbol,
          side: short && desk.via === null ? 'sell' : 'buy',
          direction: decision.direction,
          price: desk.priceOf(symbol) ?? (symbol === bar.symbol ? signal.entry : null),
          levels,
          entry: signal.entry,
          tier: decision.tier ?? 1,
          holds: holding.symbol === symbol ? holding.quantity : 0,
        },
      })
    },
  }
}

const tradedFor = (direction: Direction, bar: Bar, { via, instrument, chooseOption }: Desk): OptionAnswer => {
  if (via === null) return { type: 'chosen', instrument }
  const { thetaDays, thetaMinute } = via
  const { underlying } = instrument
  const price = paise(bar.close)
  return chooseOption({ underlying, price, direction, at: bar.closeAt, thetaDays, thetaMinute })
}

const barsMs = (bar: Bar, bars: number): number => bars * minutesOf[bar.timeframe] * 60_000
