import type { StrategyState } from '../contract.ts'

/** What is known of a strategy's running, fact by fact. A sentence stands for what is wrong, `null` for nothing. */
export type Condition = {
  removed: string | null
  /** Market time has reached it. */
  live: boolean
  quarantined: string | null
  stopped: string | null
  down: string | null
  /** By its own daily loss limit. */
  halted: string | null
  paused: string | null
  /** What its file says by now may not run; what it said before goes on. */
  refused: string | null
}

/** A strategy before its first fact. */
export const fresh = (): Condition => ({
  removed: null,
  live: false,
  quarantined: null,
  stopped: null,
  down: null,
  halted: null,
  paused: null,
  refused: null,
})

/** The one state people are shown, with the reason: of several, the one that a person has to deal with first. */
export const stateOf = (it: Condition): { state: StrategyState; because: string } => {
  if (it.removed !== null) return { state: 'removed', because: it.removed }
  if (it.quarantined !== null) return { state: 'quarantined', because: it.quarantined }
  if (it.stopped !== null) return { state: 'stopped', because: it.stopped }
  if (it.down !== null) return { state: 'restarting', because: it.down }
  if (it.halted !== null) return { state: 'halted', because: it.halted }
  if (it.paused !== null) return { state: 'paused', because: it.paused }
  return { state: it.live ? 'running' : 'starting', because: it.refused ?? '' }
}
