import { command } from '../command/command.ts'
import { find } from '../command/find.ts'
import { overview, usage } from '../command/usage.ts'

/** Shows what there is to run, or what one command takes. */
export const help = command({
  name: 'help',
  summary: 'Lists the commands, or the options of one',
  options: {},
  takes: '[COMMAND]',
  examples: ['npx ringmaster help doctor'],
  run: async (_, [name]) => {
    // Imported here because the list holds this very command.
    const { commands } = await import('./mod.ts')
    console.log(name === undefined ? overview(commands) : usage(find(name, commands)))
    return 0
  },
})
