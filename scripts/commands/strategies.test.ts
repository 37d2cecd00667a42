import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../launch/prepare.mjs'
import { ringmaster } from '../session/testing/process.ts'

t.setTimeout(120_000) // the compiler reads every type there is: some seconds on an idle machine

const dir = t.testdir({
  'good.ts': `import { flat, signal } from 'ringmaster'\nexport default signal('5m', () => flat('never'))\n`,
  'clock.ts': `import { flat, signal } from 'ringmaster'\nexport default signal('5m', () => flat('' + Date.now()))\n`,
})
const place = (name: string): string => join(dir, name)
const strategies = (...args: string[]) => ringmaster(['strategies', ...args]).ended

t.test('a new strategy passes the check, and an editor knows its types', async (t) => {
  t.match(await strategies('new', place('mine/my-trend')), { code: 0, out: /my-trend\.ts/ })
  t.match(await strategies('check', place('mine/my-trend.ts')), { code: 0, out: /: good\. my-trend on 5m bars/ })
  // The program itself: the script around it cannot be run in a child of the test runner.
  const file = join(root, 'node_modules/@typescript/native/lib/getExePath.js')
  const { default: compiler } = (await import(file)) as { default: () => string }
  const typed = (): { status: number | null; stdout: string } =>
    spawnSync(compiler(), ['-p', place('mine')], { encoding: 'utf8' })
  t.match(typed(), { status: 0, stdout: '' })
  const text = readFileSync(place('mine/my-trend.ts'), 'utf8')
  writeFileSync(place('mine/wrong.ts'), text.replace('range.now })', 'rage.now })'))
  t.match(typed(), { status: /[12]/, stdout: /wrong\.ts.*rage/ })
})

t.test('the verdict names the line, and the status says whether all are good', async (t) => {
  t.match(await strategies('check', place('good.ts')), { code: 0, err: '' })
  const { code, out, err } = await strategies('check', place('clock.ts'), place('good.ts'))
  t.equal(code, 1)
  t.match(err, /^STRATEGY_FORBIDDEN: .*clock\.ts:2:45 uses Date\.now: .+\n  What to do: .+/)
  t.match(out, /good\.ts: good/, 'the others are checked all the same')
})

t.test('nothing is written over, and a mistyped line does nothing', async (t) => {
  const before = readFileSync(place('good.ts'), 'utf8')
  const rows: [string[], RegExp][] = [
    [['new', place('good')], /a file that is not there yet/],
    [['new', place('My Trend')], /lower-case/],
    [['new'], /a NAME/],
    [['check'], /a FILE/],
    [['chek', place('good.ts')], /check or new/],
  ]
  for (const [args, says] of rows) t.match(await strategies(...args), { code: 2, err: says }, args.join(' '))
  t.equal(readFileSync(place('good.ts'), 'utf8'), before)
  t.notOk(existsSync(place('My Trend.ts')))
})
