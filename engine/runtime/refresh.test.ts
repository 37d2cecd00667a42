import t from 'tap'
import { supervisor, type Node } from '../tree.ts'
import type { System } from './system.ts'
import { one, policy, startRoot, startTree, stateOf, until } from './testing/trees.ts'

t.setTimeout(120_000) // real threads, on machines that may be busy

const threadsOf = (system: System): string[] =>
  system.actors().filter(({ kind, state }) => kind === 'actor' && state === 'running').map(({ id }) => id)
const slotOf = (system: System, id: string): number | null => system.actors().find((one) => one.id === id)!.slot
const upSince = (system: System, id: string): number | null => system.actors().find((one) => one.id === id)!.upSince

t.test('a refresh starts who is new, forgets who is gone, and touches nobody else', async (t) => {
  let declared = ['a', 'b']
  const states: string[] = []
  const system = await startTree(() => declared.map((name) => one(name)), {
    onState: (id, state) => void states.push(`${id} ${state}`),
  })
  t.teardown(() => system.stop(1000))
  const before = upSince(system, 'b')
  const freed = slotOf(system, 'a')
  states.length = 0
  declared = ['c', 'b']
  t.same(await system.refresh('root'), { started: ['c'], gone: ['a'] })
  t.same(threadsOf(system), ['c', 'b'])
  t.same(states.filter((line) => line.startsWith('b')), [])
  t.equal(upSince(system, 'b'), before)
  t.throws(() => system.kill('a'), { code: 'ENGINE_NO_SUCH_ACTOR' })
  declared = ['c', 'b', 'd']
  await system.refresh('root')
  t.equal(slotOf(system, 'd'), freed, 'a slot is given back')
  t.equal(system.actors().find(({ id }) => id === 'd')!.reading!.latencyP99, null, 'and as new')
  t.same(await system.refresh('root'), { started: [], gone: [] })
})

t.test('messages reach who is new, and its own arrive; who comes back after it was gone is heard again', async (t) => {
  let declared = ['sink']
  const system = await startTree(() =>
    declared.map((name) => one(name, { way: 'none', after: 0, ...(name !== 'sink' && { to: { ref: 'sink' } }) })))
  t.teardown(() => system.stop(1000))
  const heard = async () => ((await system.inspect('sink')) as { heard: number[] }).heard.length
  for (const [n, names] of [['sink', 'one'], ['sink', 'two'], ['sink', 'one']].entries()) {
    declared = names
    await system.refresh('root')
    for (let tries = 0; tries < 200 && (await heard()) < 100 * (n + 1); tries++) await new Promise(setImmediate)
    await until(() => stateOf(system, names[1]!) === 'running', 'it runs')
    let all = 0
    for (let tries = 0; tries < 500 && all < 100 * (n + 1); tries++) all = await heard()
    t.equal(all, 100 * (n + 1))
  }
})

t.test('who wakes a supervisor wakes whom it has at the time', async (t) => {
  let declared: string[] = []
  const system = await startRoot(supervisor('root', policy, (): Node[] => [
    supervisor('many', policy, () => declared.map((name) => one(name, { way: 'none', after: 0 }))),
    one('waker', { way: 'none', after: 0, wake: true }, { wakes: ['many'] }),
  ]))
  t.teardown(() => system.stop(1000))
  declared = ['late']
  await system.refresh('many')
  const turns = async () => ((await system.inspect('late')) as { turns: number }).turns
  // Left alone it takes a hundred turns, and then rests.
  let taken = 0
  for (let tries = 0; tries < 2000 && taken < 400; tries++) taken = await turns()
  t.ok(taken >= 400, `${taken} turns: it is woken all the time`)
})

t.test('one that dies while a refresh starts it follows its policy; the refresh goes on', async (t) => {
  let declared = ['ok']
  const quarantined: string[] = []
  const system = await startTree(
    () => declared.map((name) => one(name, { way: name === 'bad' ? 'throw in start' : 'none', after: 0 })),
    { onQuarantined: (id) => quarantined.push(id) },
  )
  t.teardown(() => system.stop(1000))
  declared = ['ok', 'bad', 'late']
  t.same(await system.refresh('root'), { started: ['bad', 'late'], gone: [] })
  await until(() => quarantined.length === 1, 'it is set aside')
  t.equal(stateOf(system, 'late'), 'running')
  declared = ['ok', 'late']
  t.same(await system.refresh('root'), { started: [], gone: ['bad'] })
})

t.test('a replaced child runs what is declared now, once, however many ask', async (t) => {
  let way = 'none'
  const starts: string[] = []
  const system = await startTree(() => [one('a', { way, after: 0 }), one('b')], {
    onState: (id, state) => void (state === 'starting' && starts.push(id)),
  })
  t.teardown(() => system.stop(1000))
  way = 'changed'
  starts.length = 0
  const took = await Promise.all([system.replace('a'), system.replace('a'), system.restart('a')])
  t.ok(took[0] > 0)
  t.same(starts, ['a', 'a', 'a'], 'one after the other')
  t.match(await system.inspect('a'), { way: 'changed' })
})

t.test('what cannot be refreshed or replaced says so', async (t) => {
  let declared = ['a', 'b']
  const together = { ...policy, restart: 'one-for-all', then: 'escalate' } as const
  const system = await startRoot(supervisor('root', policy, () => [
    supervisor('core', together, () => [one('x')]),
    ...declared.map((name) => one(name)),
  ]))
  t.teardown(() => system.stop(1000))
  await t.rejects(system.refresh('core'), { code: 'ENGINE_NOT_REFRESHABLE' })
  await t.rejects(system.refresh('nobody'), { code: 'ENGINE_NO_SUCH_SUPERVISOR' })
  await t.rejects(system.replace('x'), { code: 'ENGINE_NOT_KILLABLE' })
  declared = ['b']
  await t.rejects(system.replace('a'), { code: 'ENGINE_NOT_DECLARED' })
  t.equal(stateOf(system, 'a'), 'running', 'what cannot be replaced is not stopped')
  declared = ['b', 'x']
  await t.rejects(system.refresh('root'), { code: 'ENGINE_NAME_TAKEN' })
  t.same(threadsOf(system), ['x', 'a', 'b'], 'a list that is refused changes nothing')
})
