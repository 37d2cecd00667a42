import type { AnyCommand, Options } from './command.ts'
import { helpOption } from './parse.ts'

/** What `ringmaster --help` prints. */
export const overview = (commands: readonly AnyCommand[]): string =>
  [
    'Runs many trading strategies at once, each in its own thread.',
    '',
    'Usage: npx ringmaster COMMAND [OPTION...]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options of a command: npx ringmaster COMMAND --help',
  ].join('\n')

/** What `ringmaster COMMAND --help` prints. */
export const usage = ({ name, summary, options, takes, examples = [] }: AnyCommand): string =>
  [
    summary,
    '',
    `Usage: npx ringmaster ${[name, '[OPTION...]', takes].filter(Boolean).join(' ')}`,
    '',
    ...columns(optionRows({ ...options, ...helpOption })),
    ...(examples.length > 0 ? ['', 'Examples:', ...examples.map((line) => `  ${line}`)] : []),
  ].join('\n')

const optionRows = (options: Options): [string, string][] =>
  Object.entries(options).map(([name, { value, short, says, default: usual }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    usual === undefined ? says : `${says} (default: ${usual})`,
  ])

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
