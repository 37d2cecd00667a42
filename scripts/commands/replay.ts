import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { command } from '../command/command.ts'
import { commandProblem } from '../command/errors.ts'
import { replayOptions } from '../session/options.ts'

/** Replays a session without API and dashboard, and writes what it came to. */
export const replay = command({
  name: 'replay',
  summary: 'Replays a recorded session headless and writes a report',
  options: {
    ...replayOptions,
    speed: { value: 'SPEED', default: 'max', says: '1x, Nx or max' },
    report: { value: 'FILE', says: 'where the JSON report goes (default: standard output)' },
    threads: { value: 'HOW', default: 'many', says: 'many: a thread for each actor; one: all of them in this one' },
    verbose: { says: 'log what happens to the actors' },
  },
  examples: [
    'npx ringmaster replay --speed max --report day.json',
    'npx ringmaster replay --recording ticks.csv.gz --speed 100x',
  ],
  run: async (given) => {
    if (given.report !== undefined) checkWritable(given.report)
    const { replayHeadless } = await import('../session/headless.ts')
    const { status, report } = await replayHeadless(given)
    const text = `${JSON.stringify(report, null, 2)}\n`
    if (given.report === undefined) process.stdout.write(text)
    else writeFileSync(given.report, text)
    return status
  },
})

// Before the day is replayed, not after.
const checkWritable = (file: string): void => {
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK)
  } catch {
    const needs = 'a file in a folder that can be written'
    throw commandProblem('VALUE_INVALID', { option: '--report', given: file, needs })
  }
}
