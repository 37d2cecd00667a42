/** The command line: `npx ringmaster COMMAND [OPTION...]`. */
import { runCommand } from './command/run-command.ts'
import { commands } from './commands/mod.ts'

// Not process.exit: what is still to be written to a pipe would be cut off.
process.exitCode = await runCommand(process.argv.slice(2), commands, {
  out: console.log,
  error: console.error,
})
// Nothing that was left open keeps a finished command alive; a pipe has had time to drain by then.
setTimeout(() => process.exit(), 2000).unref()
