import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { command } from '../command/command.ts'
import { commandProblem } from '../command/errors.ts'
import { root } from '../launch/prepare.mjs'

/** Checks a strategy file as a session would, and makes a new one to begin with. */
export const strategies = command({
  name: 'strategies',
  summary: 'Checks a strategy file, or makes a new one',
  options: {
    symbol: { value: 'SYMBOL', default: 'NIFTY-I', says: 'the instrument it is tried out on' },
  },
  takes: 'check FILE... | new NAME',
  examples: ['npx ringmaster strategies new my-trend', 'npx ringmaster strategies check my-trend.ts'],
  run: ({ symbol }, [action, ...names]) => {
    if (action !== 'check' && action !== 'new')
      throw commandProblem('VALUE_INVALID', { option: 'strategies', given: action ?? 'nothing', needs: 'check or new' })
    if (names.length === 0)
      throw commandProblem('VALUE_INVALID', {
        option: `strategies ${action}`, given: 'nothing', needs: action === 'new' ? 'given a NAME' : 'given a FILE',
      })
    return action === 'new' ? scaffold(names[0]!) : check(names, symbol)
  },
})

const check = async (files: readonly string[], symbol: string): Promise<number> => {
  const { buildThreads } = await import('../build-threads.ts')
  const { checkStrategy } = await import('../strategies/check.ts')
  const built = await buildThreads()
  const into = mkdtempSync(path.join(tmpdir(), 'ringmaster-check-'))
  let status = 0
  try {
    for (const label of files) {
      const verdict = await checkStrategy({ file: path.resolve(label), label, symbol, params: {} }, built, into)
      if (verdict.type === 'good') {
        const { card: { name, bars, form }, hash } = verdict
        console.log(`${label}: good. ${name} on ${bars} bars, ${Object.keys(form).length} parameters, code ${hash}.`)
        continue
      }
      status = 1
      for (const { code, says, todo } of verdict.errors) console.error(`${code}: ${says}\n  What to do: ${todo}`)
    }
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
  return status
}

const scaffold = async (given: string): Promise<number> => {
  const file = path.resolve(given.endsWith('.ts') ? given : `${given}.ts`)
  const name = path.basename(file, '.ts')
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    throw commandProblem('VALUE_INVALID', {
      option: 'NAME', given: name, needs: 'lower-case letters, digits and dashes, at most 63',
    })
  if (existsSync(file))
    throw commandProblem('VALUE_INVALID', { option: 'NAME', given, needs: 'the name of a file that is not there yet' })
  const { templateOf, tsconfigFor } = await import('../strategies/template.ts')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, templateOf(name))
  const config = path.join(path.dirname(file), 'tsconfig.json')
  if (!existsSync(config)) writeFileSync(config, tsconfigFor(root))
  const shown = path.relative(process.cwd(), file)
  console.log(`${shown} is there. Check it:\n  npx ringmaster strategies check ${shown}`)
  console.log(`Run it: name it in a configuration and give that by --config:\n  ${entryFor(name, file)}`)
  return 0
}

const entryFor = (name: string, file: string): string =>
  JSON.stringify({ strategies: [{ id: name, file: path.basename(file), symbol: 'NIFTY-I' }] })
