import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { niftyJanuary2013 } from '../strategies/fixtures/bars.ts'
import { play } from './play.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const guide = readFileSync(here('../../docs/guides/write-a-strategy.md'), 'utf8')
const files = [...guide.matchAll(/```ts\n\/\/ actors\/strategies\/(\S+)\n([^]*?)```/g)].map(([, name, code]) =>
  ({ name: name!, code: code! }))

t.setTimeout(120_000) // the compiler reads every type there is: some seconds on an idle machine

// Beside actors/strategies, so that the guide's imports mean what they say; hidden, so that nothing else reads it.
const folder = mkdtempSync(here('../.guide-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
for (const { name, code } of files) writeFileSync(join(folder, basename(name)), code)

t.test('the guide\'s strategies and test compile', async (t) => {
  t.strictSame(files.map(({ name }) => name), ['dip.ts', 'dip-on-ticks.ts', 'dip.test.ts', 'late.ts'])
  const config = { extends: '../../tsconfig.json', files: files.map(({ name }) => name) }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  // The program itself: the script around it cannot be run in a child of the test runner.
  const { default: compiler } = await import(here('../../node_modules/@typescript/native/lib/getExePath.js'))
  const { status, stdout } = spawnSync(compiler(), ['--noEmit', '-p', folder], { encoding: 'utf8' })
  t.equal(status, 0, stdout)
})

t.test('the smallest strategy buys at 14:30 and leaves at 15:10', async (t) => {
  const { default: late } = await import(join(folder, 'late.ts'))
  const { trades } = play(late, niftyJanuary2013())
  t.ok(trades.length > 0)
  t.ok(trades.every(({ direction }) => direction === 'long'))
})

// Its tests become tests of this file.
await import(join(folder, 'dip.test.ts'))
