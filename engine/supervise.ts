import type { Millis } from './clock.ts'

/** When a supervisor restarts a child, how fast, and when it gives up. */
export type Policy = {
  /**
   * `one-for-one`: the one that failed. `one-for-all`: every child, in order, since they share state.
   */
  readonly restart: 'one-for-one' | 'one-for-all'
  /** Failures it takes within `withinMs` before it gives up; counted per child for `one-for-one`. */
  readonly atMost: number
  readonly withinMs: number
  /** Giving up sets the one child aside (`quarantine`) or fails the supervisor itself (`escalate`). */
  readonly then: 'quarantine' | 'escalate'
  /** First delay before a restart; doubles with each failure in the window. */
  readonly delayMs: number
  readonly delayMsMax: number
}

/** What to do about a failure. */
export type Verdict =
  | { readonly type: 'restart'; readonly afterMs: number }
  | { readonly type: 'give up'; readonly failures: number }

/**
 * Weighs one more failure.
 * @param failures  earlier failures of the same child (or of all, for one-for-all), oldest first
 * @param jitter    a number in [0, 1): spreads the restarts of children that died together
 * @returns         the delay is `delayMs * 2^(recent failures)`, capped, then up to a quarter longer
 */
export const weigh = (policy: Policy, failures: readonly Millis[], now: Millis, jitter: number): Verdict => {
  const recent = failures.filter((at) => now - at < policy.withinMs).length
  if (recent + 1 > policy.atMost) return { type: 'give up', failures: recent + 1 }
  const delay = Math.min(policy.delayMs * 2 ** recent, policy.delayMsMax)
  return { type: 'restart', afterMs: Math.round(delay * (1 + jitter / 4)) }
}

/** Failures that still count: a calm period forgets the rest, and with them the longer delays. */
export const stillCounting = (policy: Policy, failures: readonly Millis[], now: Millis): Millis[] =>
  failures.filter((at) => now - at < policy.withinMs)
