import { timeframes } from '../domain/candle.ts'
import type { Param } from './params.ts'

/** Parameters of one strategy; a form longer than this is nobody's. */
const PARAMS_MAX = 64

/** Every fault of what should be a strategy, as sentences; none when it is one. */
export const faultsOf = (value: unknown): string[] => {
  if (!isRecord(value))
    return [`the default export is ${kindOf(value)}; it must be what defineStrategy({ … }) or signal(…) returns.`]
  const { name, title, description, bars, params, risk, via, indicators, memory, decide, onTick, ticks } = value
  return [
    ...(isName(name) ? [] : [`name is ${shown(name)}; it must be lower-case letters, digits and dashes.`]),
    ...textFaults({ title, description }),
    ...(typeof bars === 'function' || isTimeframe(bars) ? [] : [`bars is ${shown(bars)}; it must be ${anyTimeframe}.`]),
    ...paramFaults(params),
    ...functionFaults({ indicators, decide }, 'a function'),
    ...functionFaults(without({ memory, via, onTick, ticks }), 'a function, or absent'),
    ...(risk === undefined || typeof risk === 'function' || isRecord(risk)
      ? [] : [`risk is ${shown(risk)}; it must be an object or a function, or absent.`]),
  ]
}

const anyTimeframe = `one of ${timeframes.join(', ')}, or a function of the parameters that gives one`

const textFaults = (texts: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(texts)
    .filter(([, text]) => typeof text !== 'string' || text === '')
    .map(([key, text]) => `${key} is ${shown(text)}; it must be a text for people.`)

const functionFaults = (given: Readonly<Record<string, unknown>>, needs: string): string[] =>
  Object.entries(given)
    .filter(([, one]) => typeof one !== 'function')
    .map(([key, one]) => `${key} is ${kindOf(one)}; it must be ${needs}.`)

const without = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined))

const paramFaults = (params: unknown): string[] => {
  if (!isRecord(params)) return [`params is ${kindOf(params)}; it must be an object, {} for none.`]
  const entries = Object.entries(params)
  if (entries.length > PARAMS_MAX) return [`params has ${entries.length} entries; ${PARAMS_MAX} are allowed.`]
  return entries
    .filter(([, param]) => !isParam(param))
    .map(([key]) => `params.${key} is none; make it with whole, number, choice or flag, its default within its bounds.`)
}

const isParam = (value: unknown): boolean => {
  if (!isRecord(value) || typeof value['description'] !== 'string') return false
  const param = value as Partial<Param>
  if (param.kind === 'flag') return typeof param.default === 'boolean'
  if (param.kind === 'choice') return Array.isArray(param.choices) && param.choices.includes(param.default!)
  if (param.kind !== 'whole' && param.kind !== 'number') return false
  const { kind, default: byDefault, min, max } = param
  const numbers = [byDefault, min, max]
  return numbers.every(Number.isFinite) && min! <= byDefault! && byDefault! <= max! &&
    (kind === 'number' || Number.isInteger(byDefault))
}

const isTimeframe = (value: unknown): boolean => (timeframes as readonly unknown[]).includes(value)
const isName = (value: unknown): boolean => typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value in a few words, whatever it is: never longer than a line, and never a reason to fail. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

const kindOf = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) return 'a promise'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
