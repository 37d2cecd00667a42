import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { child, openSystem, realClock, seeded, supervisor, type AnyActor } from '#engine/mod.ts'
import { strategyTypes } from '#actors/strategies/mod.ts'
import { sourceOf } from '#actors/strategy/load.ts'
import strategy from '#actors/strategy/strategy.actor.ts'
import * as kit from '#actors/kit.ts'
import { buildThreads } from './build-threads.ts'
import { sourced } from './build-threads/sourced.ts'

const code = await buildThreads()
const { main, actor } = code.thread
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const types = Object.keys(strategyTypes)

/** Every file that loading these makes a thread load, with its text. */
const loadedBy = (urls: readonly string[], found = new Map<string, string>()): Map<string, string> => {
  for (const url of urls.filter((one) => !found.has(one))) {
    const text = readFileSync(new URL(url), 'utf8')
    found.set(url, text)
    const names = [...text.matchAll(/(?:^|\n)(?:import|export)[^'"\n]*["']([^"'\n]+)["']/g)].map(([, name]) => name!)
    loadedBy(names.filter((name) => !name.startsWith('node:')).map((name) => new URL(name, url).href), found)
  }
  return found
}

t.test('what is built needs nothing but Node, and is the actor that the sources are', async (t) => {
  const { kit: tools, trial } = code
  for (const [url] of loadedBy([main, actor, tools, trial, ...types.map(code.definitionOf)]))
    t.match(url, /\.mjs$/, fileURLToPath(url))
  const { default: built } = (await import(actor)) as { default: AnyActor }
  t.same(Object.keys(built), Object.keys(strategy))
  t.same(Object.keys(built.on ?? {}), Object.keys(strategy.on ?? {}))
})

t.test('a thread loads the strategy it runs and no other', async (t) => {
  for (const type of types) {
    const text = [...loadedBy([main, actor, code.definitionOf(type)]).values()].join('\n')
    const there = types.filter((one) => text.includes(`name: "${one}"`))
    t.same(there, [type], `${type} alone`)
  }
})

t.test('each strategy is found under its name, as source and built', async (t) => {
  for (const [type, { name, params }] of Object.entries(strategyTypes))
    for (const url of [sourceOf(type), code.definitionOf(type)]) {
      const { default: definition } = (await import(url)) as { default: typeof strategyTypes[string] }
      t.same({ name: definition!.name, params: definition!.params }, { name, params }, url)
    }
})

t.test('the built kit offers what its source does', async (t) =>
  t.same(Object.keys((await import(code.kit)) as object).toSorted(), Object.keys(kit).toSorted()))

t.test('sources that have not changed are not built again', async (t) => {
  const before = statSync(new URL(main)).mtimeMs
  const again = await buildThreads()
  t.same(again.thread, code.thread)
  t.equal(statSync(new URL(main)).mtimeMs, before)
})

t.test('an error in built code names the line of the source', async (t) => {
  const downs: (string | undefined)[] = []
  const system = openSystem({
    clock: realClock, random: seeded(1), log,
    events: { onDown: (_, { error }) => void downs.push(sourced(error?.stack ?? '')) },
  })
  const info = { id: 'x', type: 'ema-cross', symbol: 'NIFTY-I', params: { fast: 0 } }
  const given = { info, definition: code.definitionOf('ema-cross') }
  const nothing = given as unknown as Parameters<typeof strategy.start>[0]
  const policy = {
    restart: 'one-for-one', atMost: 0, withinMs: 1000, then: 'escalate', delayMs: 1, delayMsMax: 1,
  } as const
  const root = supervisor('root', policy, () => [child(strategy, nothing, { name: 'strategy/x', code: code.thread })])
  await t.rejects(system.start(root), { code: 'STRATEGY_PARAMS' })
  await system.stop(1000)
  t.match(downs[0], /\/actors\/strategy\/strategy\.actor\.ts:\d+:\d+/)
  const [, file, line] = /(file:\S+strategy\.actor\.ts):(\d+)/.exec(downs[0]!)!
  t.match(readFileSync(new URL(file!), 'utf8').split('\n')[Number(line) - 1], /problem\('PARAMS'/)
})
