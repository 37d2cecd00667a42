/** One option of a command: with `value` it takes one, without it is a switch. */
export type Option = {
  readonly says: string
  /** What stands for the value in the help, such as `DIR`. */
  readonly value?: string
  readonly short?: string
  readonly default?: string
}

/** A command's options by the name they are given with. */
export type Options = Readonly<Record<string, Option>>

/** What a person gave: a string for an option with a value, `true` or `false` for a switch. */
export type Given<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly value: string }
    ? O[K] extends { readonly default: string }
      ? string
      : string | undefined
    : boolean
}

/** Something `ringmaster` can do. */
export type Command<O extends Options = Options> = {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly options: O
  /** Names of what follows the options, such as `[COMMAND]`; without it nothing may follow. */
  readonly takes?: string
  readonly examples?: readonly string[]
  /** Does it. Resolves to the exit status; what it throws is shown with its code and what to do. */
  run(given: Given<O>, rest: readonly string[]): Promise<number> | number
}

/** A command as the list of all holds it: its options are checked before `run` sees them. */
export type AnyCommand = Omit<Command, 'run'> & {
  run(given: never, rest: readonly string[]): Promise<number> | number
}

/**
 * Defines a command; `run` gets the types of its options.
 * Import heavy parts inside `run`: the list of commands is loaded for every one of them, and `doctor` must run
 * where the engine does not.
 */
export const command = <const O extends Options>(definition: Command<O>): Command<O> => definition
