/**
 * `npm test`: all of it, in order. `npm test -- --only types,unit` runs some steps,
 * `npm test -- engine/lock.test.ts` some files. The last line is always `N passed, N failed, N skipped`.
 */
import { existsSync } from 'node:fs'
import { command } from './command/command.ts'
import { commandProblem } from './command/errors.ts'
import { nearest } from './command/near.ts'
import { runCommand } from './command/run-command.ts'
import { none, plus, summary, type Counts } from './test/counts.ts'
import { steps, tap, type Step } from './test/steps.ts'

const test = command({
  name: 'test',
  summary: 'Runs every check, or those that are named',
  options: {
    only: { value: 'STEP,STEP', says: `some of ${steps.map(({ name }) => name).join(', ')}` },
  },
  takes: '[FILE...]',
  examples: ['npm test', 'npm test -- --only types,unit', 'npm test -- engine/lock.test.ts'],
  run: async ({ only }, files) => {
    const chosen =
      files.length > 0 ? [stepOf(files)] : only === undefined ? steps : only.split(',').map(named)
    const results: Counts[] = []
    for (const step of chosen) results.push(await report(step))
    const total = results.reduce(plus, none)
    console.log(`\n${summary(total)}`)
    return total.failed === 0 && total.passed > 0 ? 0 : 1
  },
})

const report = async ({ name, about, run }: Step): Promise<Counts> => {
  console.log(`\n${name}: ${about}`)
  const from = performance.now()
  const counts = await run((line) => console.log(`  ${line}`))
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  console.log(
    `${name}: ${counts.failed > 0 ? 'FAILED' : 'ok'} in ${seconds} s (${summary(counts)})`,
  )
  return counts
}

const named = (name: string): Step => {
  const found = steps.find((step) => step.name === name)
  if (found) return found
  const near = nearest(
    name,
    steps.map((step) => step.name),
  )
  const needs = `one of ${steps.map((step) => step.name).join(', ')}${near ? ` (${near}?)` : ''}`
  throw commandProblem('VALUE_INVALID', { option: '--only', given: name, needs })
}

const stepOf = (files: readonly string[]): Step => {
  const missing = files.find((file) => !existsSync(file))
  if (missing !== undefined)
    throw commandProblem('ARGUMENT_UNEXPECTED', { command: 'test', given: missing })
  return { name: 'files', about: files.join(', '), run: (log) => tap(files, log) }
}

// The same door as every command, so that a mistyped option is explained in the same way.
process.exitCode = await runCommand(['test', ...process.argv.slice(2)], [test], {
  out: console.log,
  error: console.error,
})
