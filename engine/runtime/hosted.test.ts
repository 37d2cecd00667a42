import t from 'tap'
import type { Node } from '../tree.ts'
import { readingOf } from './metrics.ts'
import type { System } from './system.ts'
import { one, startTree, stateOf, until } from './testing/trees.ts'

t.setTimeout(120_000) // real threads, on machines that may be busy

const together = { thread: 'team' }
const none = { way: 'none', after: 0 }
const upSince = (system: System, id: string): number => system.actors().find((line) => line.id === id)!.upSince!
const running = (system: System, ids: readonly string[], restarts: number) => (): boolean =>
  ids.every((id) => system.actors().some((line) =>
    line.id === id && line.state === 'running' && line.restarts === restarts))

t.test('actors that name the same thread share it, and speak with each other and with others', async (t) => {
  const system = await startTree(() => [
    one('sink', none, together),
    one('inside', { ...none, to: { ref: 'sink' } }, together),
    one('outside', { ...none, to: { ref: 'inside' } }),
  ])
  t.teardown(() => system.stop(1000))
  t.same(system.actors().map(({ thread }) => thread), [null, 'team', 'team', 'outside'])
  const heard = async (id: string) => ((await system.inspect(id)) as { heard: unknown[] }).heard.length
  let all = [0, 0]
  for (let tries = 0; tries < 1000 && all.some((n) => n < 100); tries++)
    all = [await heard('sink'), await heard('inside')]
  t.same(all, [100, 100])
  system.send('sink', { type: 'said', at: 0, what: 7 } as never)
  for (let tries = 0; tries < 1000 && all[0]! < 101; tries++) all = [await heard('sink'), 0]
  t.equal(all[0], 101, 'the supervisor wakes the thread they share')
  const slots = system.actors().flatMap(({ slot }) => slot ?? [])
  for (const slot of slots.slice(0, 2))
    t.ok(readingOf(system.board.metrics, slot).turns > 0, 'each has its own figures')
  const threads = slots.map((slot) => readingOf(system.board.metrics, slot).thread)
  t.same(threads.map((one) => one !== null), [true, false, true], 'what their thread costs is shown once')
  t.ok(threads[0]!.heapLimitBytes > 1.5 * threads[2]!.heapLimitBytes, 'and may be what both of them may have')
})

t.test('a shared thread that dies takes all down with its reason; they come back together', async (t) => {
  const events: string[] = []
  const system = await startTree(
    () => [one('a', none, together), one('b', { way: 'throw', after: 5 }, together), one('c')],
    {
      onDown: (id, { reason }) => events.push(`${id} ${reason}`),
      onRestarted: (id) => events.push(`${id} back`),
      onQuarantined: (id) => events.push(`${id} aside`),
    },
  )
  t.teardown(() => system.stop(1000))
  await until(() => stateOf(system, 'a') === 'quarantined', 'both are set aside')
  const round = ['a threw', 'b threw', 'a back', 'b back']
  t.same(events, [...round, ...round, 'a threw', 'b threw', 'a aside', 'b aside'])
  t.equal(stateOf(system, 'c'), 'running')
})

t.test('to stop, start or replace one of them restarts the others; who comes or goes does too', async (t) => {
  let names = ['a', 'b']
  const children = (): Node[] => [...names.map((name) => one(name, none, together)), one('alone')]
  const downs: string[] = []
  const system = await startTree(children, { onDown: (id) => downs.push(id) })
  t.teardown(() => system.stop(1000))
  const states = () => ['a', 'b', 'c'].map((id) => stateOf(system, id))
  const apart = upSince(system, 'alone')
  await system.halt('a')
  t.same(states(), ['stopped', 'running', undefined])
  await system.replace('b')
  t.same(states(), ['stopped', 'running', undefined], 'who was halted stays so')
  await system.resume('a')
  t.same(states(), ['running', 'running', undefined])
  names = ['b', 'c']
  t.same(await system.refresh('root'), { started: ['c'], gone: ['a'] })
  t.same(states(), [undefined, 'running', 'running'])
  system.kill('c')
  await until(running(system, ['b', 'c'], 1), 'both are back')
  t.same(downs.toSorted(), ['b', 'c'], 'and only then anybody went down')
  t.equal(upSince(system, 'alone'), apart, 'whoever lives alone did not notice')
})

t.test('a child that is declared in another thread moves there when it is replaced', async (t) => {
  let shared = false
  const system = await startTree(() => [one('a', none, together), one('b', none, shared ? together : {})])
  t.teardown(() => system.stop(1000))
  shared = true
  await system.replace('b')
  t.same(system.actors().map(({ thread }) => thread), [null, 'team', 'team'])
  shared = false
  await system.replace('b')
  t.same(system.actors().map(({ thread, state }) => [thread, state]), [
    [null, 'running'], ['team', 'running'], ['b', 'running'],
  ])
})

t.test('a shared thread that hangs is ended, whoever of them it was', async (t) => {
  const downs: string[] = []
  const system = await startTree(
    () => [one('a', none, together), one('b', { way: 'loop', after: 5 }, together)],
    { onDown: (id, { reason }) => downs.push(`${id} ${reason}`) },
    { atMost: 0 },
  )
  t.teardown(() => system.stop(1000))
  await until(() => stateOf(system, 'b') === 'quarantined', 'they are set aside')
  t.same(downs, ['a hung', 'b hung'])
})
