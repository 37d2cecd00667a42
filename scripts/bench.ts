/** `npm run bench`: every benchmark in full size, or those that are named; `--smoke` for the small size. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Outcome } from './bench/bench.ts'
import { findBenches, nameOf, runBench } from './bench/run.ts'
import { command } from './command/command.ts'
import { commandProblem } from './command/errors.ts'
import { runCommand } from './command/run-command.ts'
import { summary } from './test/counts.ts'

const bench = command({
  name: 'bench',
  summary: 'Measures what is fast, beside what it is compared with',
  options: {
    only: { value: 'NAME,NAME', says: 'some of the benchmarks, such as ring' },
    smoke: { says: 'the small size that runs with the tests' },
    json: { value: 'FILE', says: 'also write the figures, with commit and machine' },
  },
  examples: ['npm run bench', 'npm run bench -- --only ring --json bench.json'],
  run: async ({ only, smoke, json }) => {
    const outcomes: Outcome[] = []
    for (const file of choose(only)) {
      const outcome = await runBench(file, smoke ? 'smoke' : 'full')
      outcomes.push(outcome)
      console.log(tableOf(outcome))
    }
    if (json !== undefined)
      writeFileSync(json, `${JSON.stringify(reportOf(outcomes), null, 2)}\n`)
    const failed = outcomes.filter(({ error }) => error !== undefined).length
    if (outcomes.length === 0) console.log('no *.bench.ts found')
    console.log(summary({ passed: outcomes.length - failed, failed, skipped: 0 }))
    return failed === 0 && outcomes.length > 0 ? 0 : 1
  },
})

const choose = (only: string | undefined): string[] => {
  const files = findBenches()
  if (only === undefined) return files
  return only.split(',').flatMap((name) => {
    // A name stands for what is below it too: `fleet` for `fleet.memory`.
    const chosen = files.filter((file) => nameOf(file) === name || nameOf(file).startsWith(`${name}.`))
    const needs = `one of ${files.map(nameOf).join(', ')}`
    if (chosen.length === 0)
      throw commandProblem('VALUE_INVALID', { option: '--only', given: name, needs })
    return chosen
  })
}

const tableOf = (outcome: Outcome): string => {
  const title = `${outcome.name} (${outcome.file}, ${(outcome.wallMs / 1000).toFixed(1)} s)`
  if (outcome.error !== undefined) return `FAIL ${title}\n  ${outcome.error}\n`
  const rows = [
    ...Object.entries(outcome.results).map(([name, value]) => [name, figure(value)] as const),
    ...Object.entries(outcome.ratios).map(([name, value]) => [name, `${figure(value)} x`] as const),
  ]
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return [
    title,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value.padStart(14)}`),
    ...(outcome.notes ?? []).map((note) => `  ${note}`),
    '',
  ].join('\n')
}

const figure = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 4 })

/** The file: where and when, every benchmark's ratios in one place, and each benchmark whole. */
const reportOf = (outcomes: readonly Outcome[]) => ({
  ...machine(),
  ratios: Object.assign({}, ...outcomes.map((one) => ('ratios' in one ? one.ratios : {}))) as Record<string, number>,
  benches: outcomes,
})

const machine = () => ({
  commit: commit(),
  at: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 1024 ** 3),
})

const commit = (): string | null => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  } catch {
    return null // not a git checkout
  }
}

process.exitCode = await runCommand(['bench', ...process.argv.slice(2)], [bench], {
  out: console.log,
  error: console.error,
})
