/** One parameter of a strategy: default, bounds and description, from which validation, form and sweep follow. */
export type Param =
  | {
      readonly kind: 'whole' | 'number'
      readonly default: number
      readonly min: number
      readonly max: number
      readonly description: string
    }
  | {
      readonly kind: 'choice'
      readonly default: string
      readonly choices: readonly string[]
      readonly description: string
    }
  | { readonly kind: 'flag'; readonly default: boolean; readonly description: string }

/** The parameters of a strategy, by name. */
export type ParamSet = Readonly<Record<string, Param>>
type ValueOf<P> = P extends { kind: 'choice'; choices: readonly (infer C)[] } ? C
  : P extends { kind: 'flag' } ? boolean
  : number
/** The values that a declaration stands for: a choice is one of its words, a flag true or false, all else a number. */
export type ParamsOf<S extends ParamSet> = { readonly [K in keyof S]: ValueOf<S[K]> }

/** A whole number within bounds, both included. */
export const whole = (byDefault: number, [min, max]: readonly [number, number], description: string) =>
  ({ kind: 'whole', default: byDefault, min, max, description }) as const

/** A number within bounds, both included. */
export const number = (byDefault: number, [min, max]: readonly [number, number], description: string) =>
  ({ kind: 'number', default: byDefault, min, max, description }) as const

/** One of a few words. */
export const choice = <const C extends string>(byDefault: C, choices: readonly C[], description: string) =>
  ({ kind: 'choice', default: byDefault, choices, description }) as const

/** Yes or no. */
export const flag = (byDefault: boolean, description: string) =>
  ({ kind: 'flag', default: byDefault, description }) as const

/** What is wrong with one given value: where, and a sentence with the bounds. */
export type ParamError = { readonly path: string; readonly says: string }
/** Values fit to run with, or every fault found in what was given. */
export type Parsed<S extends ParamSet> =
  | { readonly type: 'ok'; readonly params: ParamsOf<S> }
  | { readonly type: 'bad'; readonly errors: readonly ParamError[] }

/**
 * Checks given values against their declarations and fills in the defaults. Every fault is reported, not just the
 * first: an unknown name, a wrong type, a value out of bounds.
 */
export const parseParams = <S extends ParamSet>(set: S, given: Readonly<Record<string, unknown>>): Parsed<S> => {
  const errors: ParamError[] = []
  for (const path of Object.keys(given))
    if (!Object.hasOwn(set, path)) errors.push({ path, says: unknownName(path, Object.keys(set)) })
  const params: Record<string, unknown> = {}
  for (const [path, param] of Object.entries(set)) {
    const value = Object.hasOwn(given, path) ? given[path] : param.default
    if (fits(param, value)) params[path] = value
    else errors.push({ path, says: `${path} must be ${wanted(param)}; it was ${JSON.stringify(value) ?? 'nothing'}.` })
  }
  // The loop above proved each field against its own declaration, which the type system cannot follow.
  return errors.length ? { type: 'bad', errors } : { type: 'ok', params: params as ParamsOf<S> }
}

const fits = (param: Param, value: unknown): boolean => {
  if (param.kind === 'flag') return typeof value === 'boolean'
  if (param.kind === 'choice') return typeof value === 'string' && param.choices.includes(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  return value >= param.min && value <= param.max && (param.kind === 'number' || Number.isInteger(value))
}

const wanted = (param: Param): string => {
  if (param.kind === 'flag') return 'true or false'
  if (param.kind === 'choice') return `one of ${param.choices.join(', ')}`
  return `a ${param.kind === 'whole' ? 'whole number' : 'number'} from ${param.min} to ${param.max}`
}

const unknownName = (path: string, known: readonly string[]): string =>
  `${path} is not a parameter of this strategy; it has ${known.length ? known.join(', ') : 'none'}.`
