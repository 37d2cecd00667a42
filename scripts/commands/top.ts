import { command } from '../command/command.ts'
import { dataOption } from './inspect.ts'

/** Shows what each actor of the running engine does, costs and waits for. */
export const top = command({
  name: 'top',
  summary: 'Shows what every actor of the running engine does, second by second',
  options: {
    data: dataOption,
    filter: { value: 'TEXT', default: '', says: 'only actors with this in their name' },
    tree: { says: 'show who watches whom instead of a table' },
    once: { says: 'print one table and end, as it does where there is no terminal' },
    json: { says: 'print the figures as JSON and end' },
  },
  examples: ['npx ringmaster top', 'npx ringmaster top --once --filter strategy/', 'npx ringmaster top --tree --once'],
  run: async ({ data, ...given }) => {
    const { runningOver } = await import('../session/running.ts')
    const { top } = await import('../top/top.ts')
    return top(runningOver(data), given)
  },
})
