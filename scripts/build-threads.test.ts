import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { child, openSystem, realClock, seeded, supervisor, type AnyActor } from '#engine/mod.ts'
import strategy from '#actors/strategy/strategy.actor.ts'
import { buildThreads } from './build-threads.ts'

const code = await buildThreads()
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

t.test('what is built needs nothing but Node, and is the actor that the sources are', async (t) => {
  for (const url of Object.values(code)) {
    const text = readFileSync(new URL(url), 'utf8')
    const names = [...text.matchAll(/^import .*?["']([^"']+)["'];?$/gm)].map(([, name]) => name!)
    t.same(names.filter((name) => !name.startsWith('node:') && !name.startsWith('./')), [], fileURLToPath(url))
  }
  const { default: built } = (await import(code.actor)) as { default: AnyActor }
  t.same(Object.keys(built), Object.keys(strategy))
  t.same(Object.keys(built.on ?? {}), Object.keys(strategy.on ?? {}))
})

t.test('sources that have not changed are not built again', async (t) => {
  const before = statSync(new URL(code.main)).mtimeMs
  t.same(await buildThreads(), code)
  t.equal(statSync(new URL(code.main)).mtimeMs, before)
})

t.test('an error in built code names the line of the source', async (t) => {
  const downs: (string | undefined)[] = []
  const system = openSystem({
    clock: realClock, random: seeded(1), log,
    events: { onDown: (_, { error }) => void downs.push(error?.stack) },
  })
  const nothing = { info: { id: 'x', type: 'no such type' } } as Parameters<typeof strategy.start>[0]
  const policy = {
    restart: 'one-for-one', atMost: 0, withinMs: 1000, then: 'escalate', delayMs: 1, delayMsMax: 1,
  } as const
  const root = supervisor('root', policy, () => [child(strategy, nothing, { name: 'strategy/x', code })])
  await t.rejects(system.start(root), { code: 'STRATEGY_TYPE_UNKNOWN' })
  await system.stop(1000)
  t.match(downs[0], /strategy\.actor\.ts:\d+/)
})
