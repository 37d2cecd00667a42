/** The command line: `npx ringmaster COMMAND [OPTION...]`. */
import { runCommand } from './command/run-command.ts'
import { commands } from './commands/mod.ts'

// Not process.exit: what is still to be written to a pipe would be cut off.
process.exitCode = await runCommand(process.argv.slice(2), commands, {
  out: console.log,
  error: console.error,
})
