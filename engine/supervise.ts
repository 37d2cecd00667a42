/**
 * How many failures within how long are too many. Moments are of a clock that never runs backwards: a wall clock that
 * is set forwards would forget failures, and one that is set back would keep them.
 */
export type Intensity = { readonly atMost: number; readonly withinMs: number }

/** When a supervisor restarts a child, how fast, and when it gives up. */
export type Policy = Intensity & {
  /**
   * `one-for-one`: the one that failed, and failures count per child. `one-for-all`: every child, in order, since they
   * share state, and failures count together, unless a child has an {@link Intensity} of its own beside the group's.
   */
  readonly restart: 'one-for-one' | 'one-for-all'
  /**
   * Giving up sets aside what failed until a person acts (`quarantine`): the one child, or the group whose children
   * share state. Or it stops the supervisor with all its children, and its own supervisor weighs that as the failure
   * of a child (`escalate`); at the root the system is exhausted.
   */
  readonly then: 'quarantine' | 'escalate'
  /** First delay before a restart; doubles with each failure in the window. */
  readonly delayMs: number
  readonly delayMsMax: number
}

/** What to do about a failure. */
export type Verdict =
  | { readonly type: 'restart'; readonly afterMs: number }
  | { readonly type: 'give up'; readonly failures: number; readonly withinMs: number }

/** Times a person may end one child within a minute before that counts like any other failure. */
export const KILLS_AT_MOST: Intensity = { atMost: 30, withinMs: 60_000 }

/**
 * Weighs one more failure.
 * @param failures  when the same child (or any, for one-for-all) failed before, oldest first
 * @param now       by the same clock
 * @param jitter    a number in [0, 1): spreads the restarts of children that died together
 * @returns         the delay is `delayMs * 2^(recent failures)`, capped, then up to a quarter longer
 */
export const weigh = (policy: Policy, failures: readonly number[], now: number, jitter: number): Verdict => {
  const recent = recentOf(policy, failures, now)
  if (recent + 1 > policy.atMost) return { type: 'give up', failures: recent + 1, withinMs: policy.withinMs }
  const delay = Math.min(policy.delayMs * 2 ** recent, policy.delayMsMax)
  return { type: 'restart', afterMs: Math.round(delay * (1 + jitter / 4)) }
}

/**
 * Weighs one more failure of a child within a one-for-all group: too many of its own, or too many of all.
 * @param own  the child's intensity and earlier failures, where it has one
 */
export const weighTogether = (
  policy: Policy,
  failures: readonly number[],
  own: { readonly intensity: Intensity; readonly failures: readonly number[] } | null,
  now: number,
  jitter: number,
): Verdict => {
  const count = own ? recentOf(own.intensity, own.failures, now) + 1 : 0
  if (own && count > own.intensity.atMost)
    return { type: 'give up', failures: count, withinMs: own.intensity.withinMs }
  return weigh(policy, failures, now, jitter)
}

/** Failures that still count: a calm period forgets the rest, and with them the longer delays. */
export const stillCounting = (within: Intensity, failures: readonly number[], now: number): number[] =>
  failures.filter((at) => now - at < within.withinMs)

const recentOf = (within: Intensity, failures: readonly number[], now: number): number =>
  stillCounting(within, failures, now).length
