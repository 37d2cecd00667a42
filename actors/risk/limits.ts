import { catalogue } from '#engine/mod.ts'
import type { StrategyLimits } from '../domain/limits.ts'
import type { Paise } from '../domain/money.ts'
import type { Mode } from '../domain/order.ts'
import type { FactOf } from '../messages.ts'
import type { RiskDefaults } from '../strategy/define.ts'

export type { Sizing, StrategyLimits } from '../domain/limits.ts'

/** What all strategies together may do. */
export type AccountLimits = {
  readonly capital: Paise
  readonly maxOpenTrades: number
  readonly dailyLossPercent: number
  /** Largest quantity of any one order; an instrument's own freeze quantity holds besides. */
  readonly maxOrderQuantity: number | null
  /** No entry from this minute of the day on: what is held is being squared off. */
  readonly lastEntryMinute: number
  /** An intent older than this is refused: the market it was meant for is gone. */
  readonly staleAfterMs: number
}

/** All limits risk judges by, as plain data. */
export type Limits = {
  readonly account: AccountLimits
  readonly strategies: Readonly<Record<string, StrategyLimits>>
}

/** What a strategy is limited by when neither it nor its configuration says anything. */
export const strategyDefaults: Omit<StrategyLimits, 'capital' | 'mode'> = {
  sizing: { by: 'percent-risk', percent: 1 },
  maxOpenTrades: 3,
  dailyLossPercent: 5,
  minRewardToRisk: null,
  cooldownMinutes: 0,
  hours: [555, 915],
  // Index futures ask 12 to 15 % of their value as margin: at five times the capital it still covers the margin.
  maxPositionPercent: 500,
}

/** What the account is limited by unless configured. */
export const accountDefaults: Omit<AccountLimits, 'capital'> = {
  maxOpenTrades: 40, // twice as many as a default fleet of twenty strategies
  dailyLossPercent: 5,
  maxOrderQuantity: null,
  lastEntryMinute: 915,
  staleAfterMs: 60_000, // the shortest bar: by then a newer one has closed
}

/** Makes a throwable error of what can be wrong with configured limits. */
export const { problem } = catalogue('RISK', {
  LIMITS_NOT_AN_OBJECT: {
    next: 'stop',
    says: (d: { of: string }) => `The risk limits of ${d.of} are not an object of named limits.`,
    todo: 'Write them as { "maxOpenTrades": 3, … }, or leave them out.',
  },
  LIMIT_UNKNOWN: {
    next: 'stop',
    says: (d: { of: string; name: string; known: readonly string[] }) =>
      `${d.of} sets a risk limit that does not exist: ${d.name}. Known: ${d.known.join(', ')}.`,
    todo: 'Correct the name, or remove it.',
  },
  LIMIT_OUT_OF_BOUNDS: {
    next: 'stop',
    says: (d: { of: string; name: string; value: unknown; needs: string }) =>
      `Risk limit ${d.name} of ${d.of} is ${JSON.stringify(d.value)}; it must be ${d.needs}.`,
    todo: 'Correct the value.',
  },
})

/**
 * Limits of one strategy: the house's defaults, then what its file asks for, then what this instance is configured
 * with; the later wins.
 * @throws RISK_LIMITS_NOT_AN_OBJECT, RISK_LIMIT_UNKNOWN, RISK_LIMIT_OUT_OF_BOUNDS
 */
export const strategyLimits = (given: {
  readonly id: string
  readonly capital: Paise
  readonly mode: Mode
  readonly declared?: RiskDefaults
  readonly configured?: unknown
}): StrategyLimits => {
  const declared = checked(`strategy ${given.id}`, given.declared ?? {}, strategyChecks)
  const configured = checked(`strategy ${given.id}`, given.configured ?? {}, strategyChecks)
  const capital = positive(`strategy ${given.id}`, given.capital)
  return { ...strategyDefaults, ...declared, ...configured, capital, mode: given.mode }
}

/**
 * Limits of the account over the strategies it carries; its capital is the sum of theirs.
 * @throws as {@link strategyLimits}
 */
export const limitsFor = (strategies: Limits['strategies'], configured: unknown = {}): Limits => {
  const account = { ...accountDefaults, ...checked('the account', configured, accountChecks) }
  return { account: { ...account, capital: capitalOf(strategies) }, strategies }
}

/**
 * The limits once a strategy has come or gone: the account's capital is what those that are there were given. What
 * one that is gone made or lost today still counts for the account.
 */
export const limitsAfter = (
  { account, strategies: before }: Limits,
  fact: FactOf<'strategyAdded' | 'strategyRemoved'>,
): Limits => {
  const strategies = { ...before }
  if (fact.type === 'strategyAdded') strategies[fact.info.id] = fact.limits
  else delete strategies[fact.strategy]
  return { account: { ...account, capital: capitalOf(strategies) }, strategies }
}

const capitalOf = (strategies: Limits['strategies']): Paise =>
  Object.values(strategies).reduce((sum, one) => sum + one.capital, 0)

type Check = { readonly needs: string; readonly holds: (value: unknown) => boolean }
type Checks<T> = Readonly<Record<keyof T, Check>>

const within = (min: number, max: number): Check => ({
  needs: `a number from ${min} to ${max}`,
  holds: (value) => typeof value === 'number' && value >= min && value <= max,
})
const whole = (min: number, max: number): Check => ({
  needs: `a whole number from ${min} to ${max}`,
  holds: (value) => Number.isInteger(value) && within(min, max).holds(value),
})
const orNull = (check: Check): Check => ({
  needs: `${check.needs}, or null`,
  holds: (value) => value === null || check.holds(value),
})

const percent = within(0.01, 100)
const minute = whole(0, 1439)

const sizing: Check = {
  needs: '{ by: "percent-risk" or "tiered", percent: a number from 0.01 to 100 }',
  holds: (value) =>
    isRecord(value) &&
    Object.keys(value).length === 2 &&
    (value['by'] === 'percent-risk' || value['by'] === 'tiered') &&
    percent.holds(value['percent']),
}
const hours: Check = {
  needs: 'two minutes of the day, the earlier first',
  holds: (value) => Array.isArray(value) && value.length === 2 && value.every(minute.holds) && value[0] <= value[1],
}

const strategyChecks: Checks<typeof strategyDefaults> = {
  sizing,
  maxOpenTrades: whole(1, 100),
  dailyLossPercent: percent,
  minRewardToRisk: orNull(within(0, 100)),
  cooldownMinutes: within(0, 1440),
  hours,
  maxPositionPercent: within(0.01, 2000),
}

const accountChecks: Checks<typeof accountDefaults> = {
  maxOpenTrades: whole(1, 10_000),
  dailyLossPercent: percent,
  maxOrderQuantity: orNull(whole(1, 10_000_000)),
  lastEntryMinute: minute,
  staleAfterMs: whole(1, 86_400_000),
}

// What passed its check has the type of its limit; the checks above are that promise.
const checked = <T extends object>(of: string, values: unknown, checks: Checks<T>): Partial<T> => {
  if (!isRecord(values)) throw problem('LIMITS_NOT_AN_OBJECT', { of })
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(checks, name)) throw problem('LIMIT_UNKNOWN', { of, name, known: Object.keys(checks) })
    if (value === undefined) continue
    const check = checks[name as keyof T]
    if (!check.holds(value)) throw problem('LIMIT_OUT_OF_BOUNDS', { of, name, value, needs: check.needs })
    kept[name] = value
  }
  return kept as Partial<T>
}

const positive = (of: string, capital: Paise): Paise => {
  if (Number.isSafeInteger(capital) && capital > 0) return capital
  const needs = 'a positive amount in whole paise'
  throw problem('LIMIT_OUT_OF_BOUNDS', { of, name: 'capital', value: capital, needs })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
