import { parseArgs } from 'node:util'
import type { AnyCommand, Option, Options } from './command.ts'
import { commandProblem } from './errors.ts'
import { nearest } from './near.ts'

/** What a command line came down to. */
export type Parsed = {
  readonly help: boolean
  readonly given: Record<string, string | boolean | undefined>
  /** What is no option. */
  readonly rest: string[]
}

/** Every command knows it. */
export const helpOption = {
  help: { short: 'h', says: 'show this help' },
} as const satisfies Options

/** Reads what follows a command's name. Throws a `COMMAND_…` problem for what the command does not know. */
export const parse = (
  command: Pick<AnyCommand, 'name' | 'options' | 'takes'>,
  args: readonly string[],
): Parsed => {
  const options: Options = { ...command.options, ...helpOption }
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, shapeOf(option)]),
    ),
    strict: false, // our own errors say more
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option') check(command.name, options, token)
    if (token.kind === 'positional' && !command.takes && !values['help'])
      throw commandProblem('ARGUMENT_UNEXPECTED', { command: command.name, given: token.value })
  }
  const given = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      values[name] ?? option.default ?? without(option),
    ]),
  ) as Parsed['given'] // an option given twice keeps its last value, so no arrays
  return { help: values['help'] === true, given, rest: positionals }
}

type Token = {
  readonly name: string
  /** As it was written, with its dashes. */
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

const check = (command: string, options: Options, token: Token): void => {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (!option) {
    const near = nearest(token.name, Object.keys(options))
    throw commandProblem('OPTION_UNKNOWN', {
      command,
      given: token.rawName,
      meant: near && `--${near}`,
    })
  }
  const { rawName, value, inlineValue } = token
  if (!option.value && value !== undefined)
    throw commandProblem('OPTION_TAKES_NONE', { option: rawName, given: value })
  // `--data --port 8080` lost its directory: what looks like an option is not a value.
  if (
    option.value &&
    (value === undefined || value === '' || (!inlineValue && value.startsWith('-')))
  )
    throw commandProblem('OPTION_NEEDS_VALUE', { option: rawName, value: option.value })
}

const shapeOf = ({ value, short }: Option) => ({
  type: value ? ('string' as const) : ('boolean' as const),
  ...(short && { short }),
})

const without = (option: Option) => (option.value ? undefined : false)
