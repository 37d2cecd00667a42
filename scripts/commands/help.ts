import { command, type AnyCommand } from '../command/command.ts'
import { find } from '../command/find.ts'
import { overview, usage } from '../command/usage.ts'

/** Makes the command that shows what there is to run, or what one command takes. */
export const helpOn = (commands: () => readonly AnyCommand[]) =>
  command({
    name: 'help',
    summary: 'Lists the commands, or the options of one',
    options: {},
    takes: '[COMMAND]',
    examples: ['npx ringmaster help doctor'],
    run: (_, [name]) => {
      console.log(name === undefined ? overview(commands()) : usage(find(name, commands())))
      return 0
    },
  })
