import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { controlOf } from './control.ts'
import { openGround, startSession, type Session } from './open.ts'
import { watchStrategies } from './reload.ts'
import { factsOf, only, plain, play, business } from './testing/play.ts'

t.setTimeout(300_000) // whole sessions, on a machine that may be busy

const dir = t.testdir()
const recording = cutDay(join(dir, 'minutes'), '09:45')
let folders = 0

const file = (because: string, decide = `bar.closeAt % 300_000 === 0 ? noted('long', '${because}') : stay`): string =>
  `import { defineStrategy, long, noted, stay, whole } from 'ringmaster'
export default defineStrategy({
  name: 'mine', title: 'Mine', description: 'Mine.', bars: '1m',
  params: { n: whole(3, [1, 9], 'nothing') },
  indicators: () => ({}),
  decide: (bar) => ${decide},
})
`
/** A fleet of one strategy that ships and the files given, each under its name. */
const fleet = (files: Readonly<Record<string, string>>) => {
  const folder = join(dir, `f${folders++}`)
  mkdirSync(folder)
  const put = (name: string, text: string): void => {
    writeFileSync(join(folder, `${name}.tmp`), text)
    renameSync(join(folder, `${name}.tmp`), join(folder, `${name}.ts`))
  }
  for (const [name, text] of Object.entries(files)) put(name, text)
  const own = Object.keys(files).map((id) => ({ id, file: `${id}.ts`, symbol: 'NIFTY-I' }))
  const config = join(folder, 'config.json')
  const ema = { id: 'ema', type: 'ema-cross', symbol: 'NIFTY-I', params: { timeframe: '1m', fast: 3, slow: 8 } }
  writeFileSync(config, JSON.stringify({ strategies: [ema, ...own] }))
  return { config, put, data: join(folder, 'data'), recording }
}
const of = (id: string) => (fact: { signal: { strategy: string } }): boolean => fact.signal.strategy === id

t.test('a file that may not run is refused alone; the others trade as if it were not there', async (t) => {
  const good = { good: file('one') }
  const bad = { clock: file('', 'Date.now() ? stay : stay'), half: 'export default defineStrategy({', none: '' }
  const [alone, among] = [await play(fleet(good)), await play(fleet({ ...good, ...bad }))]
  t.same(business(among.facts).filter(({ type }) => type !== 'minuteClosed' && type !== 'sessionOpened'),
    business(alone.facts).filter(({ type }) => type !== 'minuteClosed' && type !== 'sessionOpened'))
  t.equal(only(among.facts, 'signalRaised').filter(of('good')).length, 6)
  t.match(only(among.facts, 'strategyRefused'), [
    { strategy: 'clock', running: false, errors: [{ code: 'STRATEGY_FORBIDDEN', says: /^clock\.ts:6:20 uses / }] },
    { strategy: 'half', errors: [{ code: 'STRATEGY_SYNTAX' }] },
    { strategy: 'none', errors: [{ code: 'STRATEGY_SHAPE' }] },
  ])
  const [loaded] = only(among.facts, 'strategyLoaded')
  t.match(loaded, { strategy: 'good', hash: /^[0-9a-f]{16}$/, form: { title: 'Mine', params: { n: { max: 9 } } } })
  t.equal(only(among.facts, 'actorDown').length, 0)
})

t.test('a file gives the same facts in threads and in one thread', async (t) => {
  const { inOneThread } = await import('./headless.ts')
  const many = await play(fleet({ good: file('one', `long('up', { stop: bar.close - 30 })`) }))
  const options = { ...plain, ...fleet({ good: file('one', `long('up', { stop: bar.close - 30 })`) }) }
  const ground = await openGround(options)
  await inOneThread(ground, options)
  t.same(business(factsOf(ground.run.journal)), business(many.facts))
  t.ok(only(many.facts, 'orderFilled').length > 0)
})

t.test('two of one file share no variable, whoever shares a thread', async (t) => {
  const text = file('', `(calls++, calls % 7 === 0 ? noted('long', String(calls)) : stay)`)
    .replace('export', 'let calls = 0\nexport')
  const signals = async (thread?: string) => {
    const { config, data } = fleet({ counts: text })
    const entry = { file: 'counts.ts', symbol: 'NIFTY-I', thread }
    writeFileSync(config, JSON.stringify({ strategies: [{ ...entry, id: 'a' }, { ...entry, id: 'b' }] }))
    const { facts } = await play({ config, data, recording })
    return only(facts, 'signalRaised').map(({ signal: { strategy, at, because } }) => [strategy, at, because])
  }
  const apart = await signals()
  t.ok(apart.length > 6)
  t.same(await signals('one'), apart)
})

const nonsense: [what: string, decide: string, code: string][] = [
  ['a stop that is no number', `long('up', { stop: bar.close > 15_000 ? 0 / 0 : 1 })`, 'STRATEGY_LEVEL'],
  ['a promise', `(bar.close > 15_000 ? { then: () => stay } : stay) as any`, 'STRATEGY_ANSWER'],
  ['a flood', `bar.close > 15_000 ? Array.from({ length: 500 }, () => noted('long', 'x')) : stay`, 'STRATEGY_FLOOD'],
]
t.test('a strategy that answers nonsense is set aside by rule, and nothing of it leaves', async (t) => {
  const files = Object.fromEntries(nonsense.map(([, decide], n) => [`bad-${n}`, file('', decide)]))
  const { facts } = await play(fleet(files))
  nonsense.forEach(([what, , code], n) => {
    const downs = only(facts, 'actorDown').filter(({ actor }) => actor === `strategy/bad-${n}`)
    t.ok(downs.length > 0 && downs.every(({ error }) => error?.code === code), `${what}: ${downs[0]?.error?.says}`)
    t.ok(only(facts, 'actorQuarantined').some(({ actor }) => actor === `strategy/bad-${n}`), `${what}: set aside`)
  })
  t.equal(only(facts, 'signalRaised').filter((fact) => !of('ema')(fact)).length, 0)
  t.ok(only(facts, 'runFinished').length === 1)
})

/** Until it is so; the test's own time limit ends a wait in vain. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(20)
}
const session = async (options: ReturnType<typeof fleet>, work: (it: Session, said: string[]) => Promise<void>) => {
  const all = { ...plain, ...options, speed: 60 }
  const ground = await openGround(all)
  const running = await startSession(ground, all)
  const said: string[] = []
  const end = watchStrategies(running, (line) => said.push(line))
  try {
    await work(running, said)
  } finally {
    end()
    await running.stop()
  }
  return factsOf(ground.run.journal)
}
const signalsOf = ({ ground }: Session, id: string): string[] =>
  only(factsOf(ground.run.journal), 'signalRaised').filter(of(id)).map(({ signal }) => signal.because)

t.test('a saved file replaces its own thread and nothing else', async (t) => {
  const options = fleet({ mine: file('before'), other: file('other') })
  const facts = await session(options, async (it, said) => {
    const uptimes = () => Object.fromEntries(it.system.actors().map(({ id, upSince }) => [id, upSince]))
    const before = uptimes()
    await until(() => signalsOf(it, 'mine').length > 0)
    options.put('mine', file('after'))
    await until(() => signalsOf(it, 'mine').includes('after'))
    t.match(said, ['mine runs the code of its file as it is now'])
    const after = uptimes()
    const changed = Object.keys(after).filter((id) => after[id] !== before[id])
    t.same(changed, ['strategy/mine'])
  })
  const loads = only(facts, 'strategyLoaded').filter(({ strategy }) => strategy === 'mine')
  t.equal(loads.length, 2)
  t.not(loads[0]!.hash, loads[1]!.hash)
  const [kept] = globSync(join(options.data, 'code', `${loads[1]!.hash}-*`, 'mine.ts.mjs'))
  t.match(readFileSync(kept!, 'utf8'), /after/, 'what ran is kept under the name on record')
})

t.test('a file that was broken leaves what runs running; mended, it is taken up', async (t) => {
  const options = fleet({ mine: file('one') })
  const facts = await session(options, async (it, said) => {
    await until(() => signalsOf(it, 'mine').length > 0)
    options.put('mine', 'export default {')
    await until(() => said.length > 0)
    t.match(said[0], /mine goes on as it was\. STRATEGY_SYNTAX: mine\.ts:1:/)
    const count = signalsOf(it, 'mine').length
    await until(() => signalsOf(it, 'mine').length > count)
    t.match(await controlOf(it).reload('mine'), { type: 'refused', code: 'STRATEGY_SYNTAX' })
    t.match(await controlOf(it).reload('ema'), { type: 'refused', code: 'SESSION_NOT_A_FILE' })
    options.put('mine', file('two'))
    await until(() => signalsOf(it, 'mine').includes('two'))
  })
  t.match(only(facts, 'strategyRefused')[0], { strategy: 'mine', running: true })
})

t.test('a file that was refused at the start runs once it is mended', async (t) => {
  const options = fleet({ mine: 'export default 7' })
  await session(options, async (it) => {
    const stateOf = () => it.system.actors().find(({ id }) => id === 'strategy/mine')?.state
    t.equal(stateOf(), 'stopped')
    t.match(await controlOf(it).start('mine'), { type: 'refused', code: 'STRATEGY_SHAPE' })
    options.put('mine', file('mended'))
    await until(() => signalsOf(it, 'mine').includes('mended'))
    t.equal(stateOf(), 'running')
  })
})
