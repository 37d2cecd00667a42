import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { buildThreads } from '../build-threads.ts'
import { checkStrategy, type Verdict } from './check.ts'

const built = await buildThreads()
const dir = t.testdir()
let folders = 0

/** Checks `bad.ts` of a folder of its own, with other files beside it. */
const check = (text: string, others: Readonly<Record<string, string>> = {}, ms = 20_000): Promise<Verdict> => {
  const folder = join(dir, `f${folders++}`)
  mkdirSync(folder)
  symlinkSync(fileURLToPath(import.meta.url), join(folder, 'link.ts'))
  for (const [name, content] of Object.entries({ 'bad.ts': text, ...others })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const ask = { file: join(folder, 'bad.ts'), label: 'mine/bad.ts', symbol: 'NIFTY-I', params: {} }
  return checkStrategy(ask, built, join(folder, 'code'), ms)
}

/** A whole strategy of which one part is as given; `decide` is on line 9. */
const strategy = ({ top = '', decide = 'stay', more = '', name = `'bad'`, params = '{}', lines = '{}' } = {}): string =>
  `import { atr, defineStrategy, flat, long, on, stay, whole } from 'ringmaster'
${top}
export default defineStrategy({
  name: ${name},
  title: 'A try', description: 'A try.', bars: '5m',
  params: ${params},
  indicators: () => (${lines}),${more}
  decide: (bar, seen) =>
    ${decide},
})
`
const said = (verdict: Verdict) =>
  verdict.type === 'good' ? { code: 'good', says: '' } : verdict.errors[0]!

const atDecide = 'mine/bad.ts:9:5'
type Row = [what: string, text: string, code: string, says: string | RegExp]
const rows: Row[] = [
  ['half a file', 'export default defineStrategy({', 'SYNTAX', /bad\.ts:1:\d+ does not compile/],
  ['a type where a value goes', strategy({ top: 'const n: number = ;' }), 'SYNTAX', 'mine/bad.ts:2:19'],
  ['an enum', strategy({ top: 'enum Side { Up, Down }' }), 'SYNTAX', /bad\.ts:2:1 .*enum/],
  ['a name declared twice', strategy({ top: 'const atr = 1' }), 'SYNTAX', /bad\.ts:2:7 .*atr/],
  ['the file system', strategy({ top: `import fs from 'node:fs'` }), 'IMPORT', /bad\.ts:2:16 imports node:fs/],
  ['a package', strategy({ top: `import 'fastify'` }), 'IMPORT', /bad\.ts:2:8 imports fastify/],
  ['an address', strategy({ top: `export * from 'https://x.example/a.ts'` }), 'IMPORT', /2:15 imports https/],
  ['a file outside', strategy({ top: `import '../../secret.ts'` }), 'IMPORT', /2:8 .*(no such file|outside)/],
  ['a file by a link that leads outside', strategy({ top: `import './link.ts'` }), 'IMPORT', /outside the folder/],
  ['a file that is not there', strategy({ top: `import './gone.ts'` }), 'IMPORT', /no such file/],
  ['something that is no code', strategy({ top: `import './data.json'` }), 'IMPORT', /ends in \.ts/],
  ['an import at run time', strategy({ decide: `import('node:fs')` }), 'FORBIDDEN', `${atDecide} uses import()`],
  ['require', strategy({ decide: `require('fs')` }), 'FORBIDDEN', `${atDecide} uses require`],
  ['import.meta', strategy({ decide: 'import.meta.url' }), 'FORBIDDEN', `${atDecide} uses import.meta`],
  ['the process', strategy({ decide: 'process.exit()' }), 'FORBIDDEN', `${atDecide} uses process`],
  ['the process, round a corner', strategy({ decide: `globalThis['pro' + 'cess']` }), 'FORBIDDEN', 'uses globalThis'],
  ['a function made of text', strategy({ decide: `stay.constructor('1')()` }), 'FORBIDDEN', 'uses .constructor'],
  ['eval', strategy({ decide: `eval('1')` }), 'FORBIDDEN', `${atDecide} uses eval`],
  ['the network', strategy({ decide: `fetch('https://x.example')` }), 'FORBIDDEN', `${atDecide} uses fetch`],
  ['a timer', strategy({ decide: 'setTimeout(() => 1)' }), 'FORBIDDEN', `${atDecide} uses setTimeout`],
  ['the clock', strategy({ decide: 'Date.now() ? stay : stay' }), 'FORBIDDEN', `${atDecide} uses Date.now`],
  ['the clock, as a date', strategy({ decide: 'new Date() && stay' }), 'FORBIDDEN', 'bad.ts:9:9 uses new Date()'],
  ['the clock, by another name', strategy({ top: 'const Time = Date' }), 'FORBIDDEN', 'bad.ts:2:14 uses Date'],
  ['a finer clock', strategy({ decide: 'performance.now()' }), 'FORBIDDEN', `${atDecide} uses performance`],
  ['chance', strategy({ decide: 'Math.random() ? stay : stay' }), 'FORBIDDEN', `${atDecide} uses Math.random`],
  ['chance, taken apart', strategy({ top: 'const { random } = Math' }), 'FORBIDDEN', 'bad.ts:2:20 uses Math'],
  ['the time zone', strategy({ decide: 'new Date(bar.closeAt).getHours()' }), 'FORBIDDEN', 'uses .getHours'],
  ['a wait', strategy({ more: '\n  memory: async () => ({}),' }), 'FORBIDDEN', 'bad.ts:8:11 uses async'],
  ['a name nobody declared', strategy({ decide: 'sty' }), 'FORBIDDEN', `${atDecide} uses sty: neither the file nor`],
  ['no strategy', 'export const a = 1', 'SHAPE', /default export is missing/],
  ['something else', 'export default 7', 'SHAPE', /default export is a number/],
  ['no name', strategy({ name: 'undefined' }), 'SHAPE', /name is missing/],
  ['a parameter made by hand', strategy({ params: '{ a: 5 }' }), 'SHAPE', /params\.a is none/],
  ['a default out of its bounds', strategy({ params: `{ a: whole(9, [1, 3], 'x') }` }), 'SHAPE', /params\.a/],
  ['a line that is no indicator', strategy({ lines: '{ a: 5 }' }), 'SHAPE', /a a that is no indicator/],
  ['a timeframe that there is not', strategy({ lines: `{ a: on('7m' as '5m', atr(3)) }` }), 'SHAPE', /watches a on 7m/],
  ['a line called as something else', strategy({ lines: '{ memory: atr(3) }' }), 'LINE_NAME', /memory/],
  ['a decision that is none', strategy({ decide: '({ type: "buy" })' }), 'ANSWER', /of type "buy"/],
  ['nothing', strategy({ decide: 'undefined' }), 'ANSWER', /missing, which is no decision/],
  ['a reason that is none', strategy({ decide: 'long("")' }), 'ANSWER', /a reason/],
  ['a stop that is no number', strategy({ decide: `long('up', { stop: 0 / 0 })` }), 'LEVEL', /stop of NaN/],
  ['a stop below nothing', strategy({ decide: `long('up', { stop: -5 })` }), 'LEVEL', /stop of -5/],
  ['a target without end', strategy({ decide: `long('up', { target: 1 / 0 })` }), 'LEVEL', /target of Infinity/],
  ['a flood', strategy({ decide: `Array.from({ length: 17 }, () => flat('out'))` }), 'FLOOD', /17 decisions at once/],
  ['an error of its own', strategy({ decide: '(seen as any).range.now' }), 'THROWS', /^mine\/bad\.ts:9:\d+ throws/],
]
for (const [what, text, code, says] of rows)
  t.test(`${what} is refused`, async (t) => {
    const error = said(await check(text))
    t.equal(error.code, `STRATEGY_${code}`, error.says)
    t.match(error.says, says)
  })

t.test('every fault of a file is found, not only the first', async (t) => {
  const verdict = await check(`import 'fastify'\nconsole.log(Date.now(), process.pid)\nexport default 1`)
  t.match(verdict, { type: 'refused', errors: [/./, /./, /./].map((says) => ({ says })) })
})

t.test('a file that never ends does not keep anybody', async (t) => {
  const loops = await check('for (;;);\nexport default 1', {}, 1500)
  t.equal(said(loops).code, 'STRATEGY_LOOPS')
  const hangs = await check(strategy({ decide: '(() => { for (;;); })()' }), {}, 1500)
  t.equal(said(hangs).code, 'STRATEGY_LOOPS')
})

t.test('a file that eats its memory is refused', async (t) => {
  const hoards = await check(strategy({ top: 'const all: number[][] = []; for (;;) all.push(Array(1e5).fill(0.5))' }))
  t.equal(said(hoards).code, 'STRATEGY_THROWS')
  t.match(said(hoards).says, /memory/)
})

t.test('what a strategy file may do', async (t) => {
  const uses: [string, Parameters<typeof strategy>[0]][] = [
    ['files beside it, and types', { top: `import { half } from './lib/half.ts'\ntype Side = 'up' | 'down'; half(2)` }],
    ['names of its own, whatever they are', { top: 'const process = { fetch: 1 }; { process.fetch++ }' }],
    ['arithmetic and the usual collections', { decide: 'Math.max(...new Map([[1, 2]]).keys()) > 0 ? stay : stay' }],
    ['a date of a bar', { decide: 'new Date(bar.closeAt).getUTCDay() > Date.UTC(2022, 1) ? stay : stay' }],
    ['sixteen decisions', { decide: `Array.from({ length: 16 }, () => flat('out'))` }],
    ['a line on other bars', { lines: `{ a: on('15m', atr(3)) }` }],
    ['lines for whoever debugs', { decide: '(console.log(bar.close), stay)' }],
  ]
  const half = 'export const half = (x: number): number => x / 2'
  for (const [what, parts] of uses) t.same(said(await check(strategy(parts), { 'lib/half.ts': half })).says, '', what)
})

t.test('a good file comes with its form, its files and the hash of its code', async (t) => {
  const verdict = await check(strategy({ params: `{ n: whole(2, [1, 3], 'bars') }`, top: `import './other.ts'` }), {
    'other.ts': 'export const a = 1',
  })
  if (verdict.type !== 'good') return t.fail(verdict.errors[0]!.says)
  t.match(verdict.card, { name: 'bad', title: 'A try', bars: '5m', params: { n: 2 }, form: { n: { max: 3 } } })
  t.match(verdict.files.map((file) => file.split('/').at(-1)), ['bad.ts', 'other.ts'])
  t.match(readFileSync(new URL(verdict.url), 'utf8'), built.kit)
  const again = await check(strategy({ params: `{ n: whole(3, [1, 3], 'bars') }`, top: `import './other.ts'` }), {
    'other.ts': 'export const a = 1',
  })
  t.ok(again.type === 'good' && again.hash !== verdict.hash, 'other code, another hash')
})
