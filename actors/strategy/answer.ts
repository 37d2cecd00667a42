import { exitReasons } from '../domain/order.ts'
import type { Decision } from './define.ts'
import { problem } from './errors.ts'
import { shown } from './shape.ts'

/** Decisions taken of one bar: an exit, an entry and a few notes are a handful; more is a loop gone wrong. */
export const DECISIONS_MAX = 16
/** Conditions and readings kept with one decision. */
const NOTES_MAX = 64
/** Letters of a sentence for people. */
const TEXT_MAX = 500

/**
 * What a strategy answered, if it is an answer: nothing else leaves its thread.
 * @param strategy  its name, for the message
 * @returns         in the order they are to be taken, without `stay`
 * @throws STRATEGY_ANSWER, STRATEGY_LEVEL, STRATEGY_FLOOD
 */
export const answerOf = (strategy: string, given: unknown): readonly Decision[] => {
  if (!Array.isArray(given)) return isStay(given) ? nothing : [decisionOf(strategy, given)]
  if (given.length > DECISIONS_MAX) throw problem('FLOOD', { strategy, count: given.length, most: DECISIONS_MAX })
  return given.filter((one) => !isStay(one)).map((one) => decisionOf(strategy, one))
}

const nothing: readonly Decision[] = []

const isStay = (given: unknown): boolean => (given as { type?: unknown } | null | undefined)?.type === 'stay'

const decisionOf = (strategy: string, given: unknown): Decision => {
  const one = given as Record<string, unknown> | null | undefined
  const fault = faultOf(one)
  if (fault !== null) throw problem('ANSWER', { strategy, fault })
  for (const level of ['stop', 'target'] as const) {
    const value = one![level]
    if (value !== undefined && !isPrice(value)) throw problem('LEVEL', { strategy, level, value: shown(value) })
  }
  return given as Decision // every field that anybody reads was looked at
}

const faultOf = (one: Record<string, unknown> | null | undefined): string | null => {
  if (typeof one !== 'object' || one === null) return `${shown(one)}, which is no decision`
  if (typeof one['then'] === 'function') return 'a promise; decide may not be async'
  const { type, because, direction, reason } = one
  if (!kinds.has(type)) return `a decision of type ${shown(type)}`
  if (typeof because !== 'string' || because === '' || because.length > TEXT_MAX)
    return `a reason that is ${shown(because)}; it must be a text of at most ${TEXT_MAX} letters`
  if ((type === 'enter' || type === 'noted') && direction !== 'long' && direction !== 'short')
    return `a direction of ${shown(direction)}`
  if (type === 'exit' && !reasons.has(reason)) return `an exit with the reason ${shown(reason)}`
  return figureFault(one) ?? notesFault(one)
}

const figureFault = ({ strength, tier, validBars }: Record<string, unknown>): string | null => {
  if (strength !== undefined && !Number.isFinite(strength)) return `a strength of ${shown(strength)}`
  if (tier !== undefined && !Number.isFinite(tier)) return `a tier of ${shown(tier)}`
  if (validBars !== undefined && !(Number.isInteger(validBars) && Number(validBars) > 0 && Number(validBars) <= 1000))
    return `validBars of ${shown(validBars)}`
  return null
}

const notesFault = ({ conditions, indicators }: Record<string, unknown>): string | null => {
  if (conditions !== undefined && !(Array.isArray(conditions) && conditions.length <= NOTES_MAX &&
    conditions.every(isCondition)))
    return 'conditions that were not made with condition(…)'
  if (indicators === undefined) return null
  const readings = typeof indicators === 'object' && indicators !== null ? Object.values(indicators) : [indicators]
  return readings.length <= NOTES_MAX && readings.every((value) => value === null || typeof value === 'number')
    ? null
    : 'indicators that are not numbers by name'
}

const isCondition = (value: unknown): boolean => {
  const one = value as Record<string, unknown> | null
  return typeof one?.['name'] === 'string' && typeof one['holds'] === 'boolean' && typeof one['needs'] === 'string' &&
    (one['value'] === null || Number.isFinite(one['value']))
}

const isPrice = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0

const kinds: ReadonlySet<unknown> = new Set<Decision['type']>(['stay', 'enter', 'exit', 'move', 'noted'])
const reasons: ReadonlySet<unknown> = new Set(exitReasons)
