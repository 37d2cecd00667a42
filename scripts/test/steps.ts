import { globSync } from 'node:fs'
import path from 'node:path'
import { recordOf } from '#engine/errors.ts'
import { buildUi } from '../build-ui.ts'
import { root } from '../launch/prepare.mjs'
import { obtainChromium } from './chromium.ts'
import { none, plus, type Counts } from './counts.ts'
import { packageFile, runProgram } from './program.ts'

type Log = (line: string) => void

/** One part of `npm test`. */
export type Step = {
  readonly name: string
  /** What it does and how long that usually takes on two cores. */
  readonly about: string
  run(log: Log): Promise<Counts>
}

const ui = path.join(root, 'ui')

const types = (log: Log) =>
  runProgram(
    { args: [packageFile('@typescript', 'native', 'bin', 'tsc'), '--noEmit', '--project', '.'] },
    log,
  )

const lint = async (log: Log) => {
  const code = { args: [packageFile('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'] }
  await sync(log) // ESLint reads the types that SvelteKit writes
  const pages = {
    args: [packageFile('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', 'ui/src'],
  }
  return plus(await runProgram(code, log), await runProgram(pages, log))
}

const sync = (log: Log) =>
  runProgram({ args: [packageFile('@sveltejs', 'kit', 'svelte-kit.js'), 'sync'], cwd: ui }, log)

const check = async (log: Log) => {
  await sync(log)
  const checker = packageFile('svelte-check', 'bin', 'svelte-check')
  const args = [
    checker,
    '--tsconfig',
    './tsconfig.json',
    '--tsgo',
    '--fail-on-warnings',
    '--output',
    'human',
  ]
  return runProgram({ args, cwd: ui }, log)
}

const build = async (log: Log): Promise<Counts> => {
  try {
    if (!(await buildUi(log))) log('nothing has changed since the last build')
    return { ...none, passed: 1 }
  } catch (error) {
    const { says, todo } = recordOf(error)
    log(`${says}\n${todo}`)
    return { ...none, failed: 1 }
  }
}

const browser = async (log: Log): Promise<Counts> => {
  const found = await obtainChromium(log)
  if (found.path !== undefined)
    return tap(filesOf('ui/tests/**/*.test.ts'), log, { CHROMIUM_PATH: found.path })
  log(found.because)
  // CI must not go green without having looked.
  return process.env['CI'] ? { ...none, failed: 1 } : { ...none, skipped: 1 }
}

/** Runs test files with tap, two at a time. */
export const tap = async (
  files: readonly string[],
  log: Log,
  env: Record<string, string> = {},
): Promise<Counts> => {
  if (files.length > 0)
    return runProgram({ args: [packageFile('tap', 'dist', 'esm', 'run.mjs'), ...files], env }, log)
  log('no test file found')
  return { ...none, failed: 1 }
}

const filesOf = (...patterns: readonly string[]): string[] =>
  globSync(patterns, {
    cwd: root,
    exclude: ['**/node_modules/**', 'scripts/tidy.test.ts'],
  }).toSorted()

/** All of `npm test`, what is quick to fail first. */
export const steps: readonly Step[] = [
  { name: 'types', about: 'tsc over everything but the pages, 3 s', run: types },
  { name: 'lint', about: 'oxlint, and eslint for the pages, 15 s', run: lint },
  {
    name: 'tidy',
    about: 'the rules of the house, 5 s',
    run: (log) => tap(['scripts/tidy.test.ts'], log),
  },
  { name: 'svelte', about: 'types and accessibility of the pages, 10 s', run: check },
  { name: 'build', about: 'the dashboard, 15 s after a change of its sources', run: build },
  {
    name: 'unit',
    about: 'every *.test.ts beside the code, 1 to 3 min',
    run: (log) => tap(filesOf('{engine,actors,api,scripts,supabase}/**/*.test.ts'), log),
  },
  { name: 'browser', about: 'the dashboard in a real Chromium, 1 min', run: browser },
  {
    name: 'bench',
    about: 'every benchmark in its small size, 20 s',
    run: (log) => runProgram({ args: [path.join('scripts', 'bench.ts'), '--smoke'] }, log),
  },
]
