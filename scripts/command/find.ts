import type { AnyCommand } from './command.ts'
import { commandProblem } from './errors.ts'
import { nearest } from './near.ts'

/** The command of that name. Throws `COMMAND_UNKNOWN`, with the name that was probably meant. */
export const find = (name: string, commands: readonly AnyCommand[]): AnyCommand => {
  const found = commands.find((one) => one.name === name)
  if (found) return found
  const meant = nearest(
    name,
    commands.map((one) => one.name),
  )
  throw commandProblem('UNKNOWN', { given: name, meant })
}
