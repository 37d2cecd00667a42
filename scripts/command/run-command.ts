import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import type { AnyCommand } from './command.ts'
import { find } from './find.ts'
import { parse } from './parse.ts'
import { overview, usage } from './usage.ts'

/** Where a command line writes. */
export type Output = { out(text: string): void; error(text: string): void }

const USAGE_STATUS = 2 // as every shell command: the line was wrong, nothing was done

/** Runs one command line against a list of commands. Resolves to the exit status, never rejects. */
export const runCommand = async (
  args: readonly string[],
  commands: readonly AnyCommand[],
  output: Output,
): Promise<number> => {
  const [name, ...rest] = args
  try {
    if (name === undefined || name === '--help' || name === '-h') {
      output.out(overview(commands))
      return name === undefined ? USAGE_STATUS : 0
    }
    const command = find(name, commands)
    const parsed = parse(command, rest)
    if (!parsed.help) return await command.run(parsed.given as never, parsed.rest) // `parse` filled in its options
    output.out(usage(command))
    return 0
  } catch (error) {
    const record = recordOf(error)
    output.error(explain(record))
    return record.code.startsWith('COMMAND_') ? USAGE_STATUS : 1
  }
}

const explain = ({ code, says, todo, stack }: ErrorRecord): string =>
  [`${code}: ${says}`, `  What to do: ${todo}`, ...(code === 'UNEXPECTED' ? [stack] : [])].join(
    '\n',
  )
