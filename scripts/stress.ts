/** `npm run stress`: the ring on real threads against a naive oracle, in every mode, for as long as one likes. */
import { runScenario, scenarios, type Tally } from '#engine/mailbox/ring.scenarios.ts'
import { command } from './command/command.ts'
import { commandProblem } from './command/errors.ts'
import { runCommand } from './command/run-command.ts'

const RECORDS = 200_000

const stress = command({
  name: 'stress',
  summary: 'Lets threads write and read rings in every mode, and checks every record',
  options: { minutes: { value: 'N', says: 'for how long, 1 by default' } },
  examples: ['npm run stress', 'npm run stress -- --minutes 10'],
  run: async ({ minutes = '1' }) => {
    const limit = Number(minutes)
    if (!(limit > 0))
      throw commandProblem('VALUE_INVALID', { option: '--minutes', given: minutes, needs: 'a number above 0' })
    const until = performance.now() + limit * 60_000
    const tallies = new Map<string, Tally>()
    do {
      for (const scenario of scenarios) {
        const tally = await runScenario(scenario, RECORDS)
        tallies.set(scenario.name, sum(tallies.get(scenario.name), tally))
        if (performance.now() > until) break
      }
    } while (performance.now() < until)
    for (const [name, tally] of tallies) console.log(`${name}\n  ${line(tally)}`)
    const all = [...tallies.values()].reduce(sum)
    console.log(`all\n  ${line(all)}`)
    const wrong = all.torn + all.disorder + all.lost + all.unreported
    return wrong === 0 && tallies.size === scenarios.length ? 0 : 1
  },
})

const sum = (a: Tally | undefined, b: Tally): Tally => {
  if (!a) return b
  const keys = Object.keys(a) as (keyof Tally)[]
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as Tally
}

const line = (tally: Tally): string =>
  Object.entries(tally).map(([what, count]) => `${what} ${count.toLocaleString('en')}`).join(', ')

process.exitCode = await runCommand(['stress', ...process.argv.slice(2)], [stress], {
  out: console.log,
  error: console.error,
})
