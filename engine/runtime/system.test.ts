import t from 'tap'
import { supervisor, type Child } from '../tree.ts'
import type { Policy } from '../supervise.ts'
import { pause } from '../clock.ts'
import type { System, SystemEvents } from './system.ts'
import { one, policy, startRoot, startTree as start, stateOf, until } from './testing/trees.ts'

t.setTimeout(120_000) // real threads, on machines that may be busy

const isBack = (system: System, id: string) => (): boolean =>
  system.actors().some((actor) => actor.id === id && actor.restarts === 1 && actor.state === 'running')

t.test('an actor that fails is restarted, then set aside; its neighbour never stops', async (t) => {
  const events: string[] = []
  const tally = new SharedArrayBuffer(4)
  const system = await start(
    () => [one('bystander', { way: 'none', after: 0, tally }), one('victim', { way: 'throw', after: 5 })],
    {
      onDown: (id, { reason }) => events.push(`${id} ${reason}`),
      onRestarted: (id, restarts) => events.push(`${id} ${restarts}`),
      onQuarantined: (id, because) => events.push(`${id} ${because}`),
    },
  )
  t.teardown(() => system.stop(1000))
  await until(() => stateOf(system, 'victim') === 'quarantined', 'it is set aside')
  t.same(events, [
    'victim threw', 'victim 1', 'victim threw', 'victim 2', 'victim threw', 'victim It failed 3 times within 60 s.',
  ])
  t.equal(stateOf(system, 'bystander'), 'running')
  const beats = new Int32Array(tally)
  const before = Atomics.load(beats, 0)
  await until(() => Atomics.load(beats, 0) > before, 'the bystander goes on')
})

t.test('a person ends an actor and it comes back; stops it and it stays down; starts it and it runs', async (t) => {
  const downs: string[] = []
  const children = (): Child[] => [
    one('a', { way: 'none', after: 0 }),
    one('fixed', { way: 'none', after: 0 }, { killable: false }),
  ]
  const system = await start(children, { onDown: (id, down) => downs.push(`${id} ${down.reason}`) })
  t.teardown(() => system.stop(1000))
  system.kill('a')
  await until(isBack(system, 'a'), 'it is back')
  t.same(downs, ['a killed'])
  await system.halt('a')
  t.equal(stateOf(system, 'a'), 'stopped')
  await system.resume('a')
  t.equal(stateOf(system, 'a'), 'running')
  t.same(downs, ['a killed'], 'an ordered stop is no failure')
  t.throws(() => system.kill('fixed'), { code: 'ENGINE_NOT_KILLABLE' })
  t.throws(() => system.kill('nobody'), { code: 'ENGINE_NO_SUCH_ACTOR' })
})

t.test('messages reach an actor in order, also through a restart of the receiver', async (t) => {
  const system = await start(() => [
    one('sink', { way: 'none', after: 0 }),
    one('source', { way: 'none', after: 0, to: { ref: 'sink' } }),
  ])
  t.teardown(() => system.stop(1000))
  const heard = async () => ((await system.inspect('sink')) as { heard: number[] } | null)?.heard ?? []
  let all: number[] = []
  for (let tries = 0; tries < 200 && all.length < 100; tries++) {
    all = await heard()
    await pause(20)
  }
  t.same(all, Array.from({ length: 100 }, (_, i) => i + 1))
  system.kill('sink')
  await until(isBack(system, 'sink'), 'the sink is back')
  system.send('sink', { type: 'said', at: 0, what: 7 } as never)
  for (let tries = 0; tries < 200 && (await heard()).length === 0; tries++) await pause(20)
  t.same(await heard(), [7])
})

t.test('children that share state are started again together, and given up together', async (t) => {
  const states: string[] = []
  const failed: string[] = []
  let made = 0
  const system = await start(
    () => {
      made++
      // Late enough to have started for good: who falls while the tree first starts fails the start.
      return [one('first', { way: 'none', after: 0 }), one('second', { way: 'throw', after: 104, wake: true })]
    },
    { onState: (id, state) => void states.push(`${id} ${state}`), onFailed: (id) => failed.push(id) },
    { restart: 'one-for-all', then: 'escalate' },
  )
  t.teardown(() => system.stop(1000))
  await until(() => failed.length === 1, 'it gives up')
  t.equal(made, 3, 'the children are made anew for each start')
  t.equal(stateOf(system, 'first'), 'stopped')
  t.equal(states.filter((one) => one === 'first running').length, 3)
})

const oneOfTwoCannotStart = (): Child[] => [
  one('ok', { way: 'none', after: 0 }),
  one('bad', { way: 'throw in start', after: 0 }),
]

t.test('a tree that cannot start says why, and leaves nothing running', async (t) => {
  await t.rejects(start(oneOfTwoCannotStart), /cannot begin/)
  await t.rejects(start(() => [one('twin', {}), one('twin', {})]), { code: 'ENGINE_NAME_TAKEN' })
  await t.rejects(start(() => [one('a', { to: { ref: 'nobody' } })]), { code: 'ENGINE_REF_UNKNOWN' })
})

const nested = (name: string, over: Partial<Policy>, children: () => Child[], events: SystemEvents): Promise<System> =>
  startRoot(supervisor('root', policy, () => [supervisor(name, { ...policy, ...over }, children)]), events)

for (const victim of ['first', 'second'])
  t.test(`one more start, not two at once, when the ${victim} dies in a restart`, async (t) => {
    const states: string[] = []
    let made = 0
    let system: System | null = null
    const children = (): Child[] => {
      made++
      return [one('first', { way: 'none', after: 0 }), one('second', { way: 'none', after: 0 })]
    }
    const events: SystemEvents = {
      onState(id, state) {
        states.push(`${id} ${state}`)
        if (id === 'second' && state === 'starting' && made === 2) setImmediate(() => system!.kill(victim))
      },
    }
    system = await nested('core', { restart: 'one-for-all', then: 'escalate', atMost: 5 }, children, events)
    t.teardown(() => system!.stop(1000))
    system.kill('second')
    await until(() => made === 3 && stateOf(system!, 'core') === 'running', 'it is up again')
    await pause(500) // a second restart would be under way by now
    t.equal(made, 3)
    for (const id of ['first', 'second']) {
      t.equal(states.filter((one) => one === `${id} starting`).length, 3)
      t.equal(stateOf(system, id), 'running')
    }
  })

t.test('an isolated child that cannot start is set aside, and the others run', async (t) => {
  const quarantined: string[] = []
  const system = await nested('alone', {}, oneOfTwoCannotStart, { onQuarantined: (id) => quarantined.push(id) })
  t.teardown(() => system.stop(1000))
  await until(() => quarantined.length === 1, 'it is set aside')
  t.same(quarantined, ['bad'])
  t.equal(stateOf(system, 'ok'), 'running')
})

t.test('a group within a group starts again with it', async (t) => {
  const inner = () => supervisor('inner', policy, () => [one('leaf', { way: 'none', after: 0 })])
  const outer = supervisor('outer', { ...policy, restart: 'one-for-all', then: 'escalate' }, () => [
    one('core', { way: 'none', after: 0 }), inner(),
  ])
  const restarted: string[] = []
  const system = await startRoot(supervisor('root', policy, () => [outer]), {
    onRestarted: (id) => restarted.push(id),
  })
  t.teardown(() => system.stop(1000))
  system.kill('core')
  await until(() => restarted.length === 1, 'the group is back')
  for (const id of ['outer', 'core', 'inner', 'leaf']) t.equal(stateOf(system, id), 'running', id)
})
