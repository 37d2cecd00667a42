/** One parameter of a strategy: default, bounds and description, from which validation, form and sweep follow. */
export type Param =
  | { readonly kind: 'whole' | 'number'; readonly default: number; readonly min: number; readonly max: number; readonly description: string }
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[]; readonly description: string }
  | { readonly kind: 'flag'; readonly default: boolean; readonly description: string }

export type ParamSet = Readonly<Record<string, Param>>
type ValueOf<P> = P extends { kind: 'choice'; choices: readonly (infer C)[] } ? C : P extends { kind: 'flag' } ? boolean : number
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
export const flag = (byDefault: boolean, description: string) => ({ kind: 'flag', default: byDefault, description }) as const
