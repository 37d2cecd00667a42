import type { Millis } from '#engine/clock.ts'
import type { Fact } from '../messages.ts'

/** The last instant at which a strategy asked for something, and how many proposals it made at it. */
export type Asked = { readonly at: Millis; readonly count: number }

/** Before the first. */
export const nothingAsked: Asked = { at: Number.NEGATIVE_INFINITY, count: 0 }

/**
 * An answer that does not come within this event time will not: a minute is far beyond all latencies there are, and
 * short enough for a strategy not to miss its day.
 */
const WAIT_MS = 60_000

/** Whether what was asked last may still be answered: until then it is not asked for again. */
export const unanswered = (asked: Asked, answered: Millis, now: Millis): boolean =>
  asked.at > answered && now - asked.at < WAIT_MS

/** Adds so many proposals made at one instant. */
export const askedAgain = (asked: Asked, at: Millis, count: number): Asked =>
  ({ at, count: at === asked.at ? asked.count + count : count })

/**
 * Takes in one fact of the journal, as a strategy that comes back finds out what it asked for last. Each proposal left
 * one of three facts: a signal, levels that moved, or a refusal to move them.
 */
export const askedBy = (asked: Asked, fact: Fact, strategy: string, orderLatencyMs: number): Asked => {
  const at = instantOf(fact, strategy, orderLatencyMs)
  return at === Number.NEGATIVE_INFINITY || at < asked.at ? asked : askedAgain(asked, at, 1)
}

const instantOf = (fact: Fact, strategy: string, orderLatencyMs: number): Millis => {
  if (fact.type === 'signalRaised' && fact.signal.strategy === strategy) return fact.signal.at
  if (fact.type === 'levelsMoved' && fact.strategy === strategy && fact.from === 'risk') return fact.at - orderLatencyMs
  if (fact.type === 'intentRefused' && fact.intent.kind === 'move' && fact.intent.strategy === strategy)
    return fact.intent.at
  return Number.NEGATIVE_INFINITY
}
