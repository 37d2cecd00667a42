import t from 'tap'
import type { Policy } from '../supervise.ts'
import { supervisor } from '../tree.ts'
import { pause, realClock } from '../clock.ts'
import { treeLines } from './status.ts'
import type { System, SystemEvents } from './system.ts'
import { one, policy, startRoot, startTree, stateOf, until } from './testing/trees.ts'

t.setTimeout(120_000) // real threads, on machines that may be busy

const together: Policy = { ...policy, restart: 'one-for-all' }
const none = { way: 'none', after: 0 }
const slowly = { way: 'throw', after: 104, wake: true } // once it has started for good

/** What the system says, one word each, in order. */
const listen = () => {
  const said: string[] = []
  const events: SystemEvents = {
    onDown: (id) => said.push(`${id} down`),
    onRestarted: (id) => said.push(`${id} back`),
    onQuarantined: (id) => said.push(`${id} aside`),
    onFailed: (id) => said.push(`${id} failed`),
    onExhausted: () => said.push('exhausted'),
  }
  return { said, events }
}

t.test('a supervisor that gives up fails upward; at the root the system is exhausted', async (t) => {
  const { said, events } = listen()
  const inner = supervisor('inner', { ...policy, atMost: 1, then: 'escalate' }, () =>
    [one('good'), one('bad', slowly)])
  const system = await startRoot(supervisor('root', { ...policy, atMost: 1, then: 'escalate' }, () => [inner]), events)
  t.teardown(() => system.stop(1000))
  await until(() => said.includes('exhausted'), 'it is exhausted')
  t.same(said, [
    'bad down', 'bad back', 'bad down', // too often for the inner one, which is started again as a whole
    'inner back', 'bad down', 'bad back', 'bad down', // too often for that one too
    'root failed', 'exhausted',
  ])
  t.equal(stateOf(system, 'good'), 'stopped')
})

t.test('a child may fail upward where its siblings are set aside', async (t) => {
  const { said, events } = listen()
  const inner = supervisor('inner', { ...policy, atMost: 0 }, () =>
    [one('dear', slowly, { then: 'escalate' }), one('cheap', slowly), one('good')])
  const root = supervisor('root', { ...policy, atMost: 0, then: 'escalate' }, () => [inner])
  const system = await startRoot(root, events)
  t.teardown(() => system.stop(1000))
  await until(() => said.includes('exhausted'), 'it is exhausted')
  t.same(said.filter((what) => !what.startsWith('cheap')), ['dear down', 'root failed', 'exhausted'])
})

t.test('where giving up sets aside, the others go on', async (t) => {
  const { said, events } = listen()
  const inner = supervisor('inner', { ...together, atMost: 1 }, () => [one('good'), one('bad', slowly)])
  const system = await startRoot(supervisor('root', policy, () => [inner, one('other')]), events)
  t.teardown(() => system.stop(1000))
  await until(() => said.includes('inner failed'), 'it gives up')
  t.same(said, ['bad down', 'bad back', 'bad down', 'inner failed'])
  t.same(['inner', 'good', 'other'].map((id) => stateOf(system, id)), ['failed', 'stopped', 'running'])
  await system.restart('good')
  t.equal(stateOf(system, 'inner'), 'running', 'a person may have it started again')
})

t.test('among those who restart together, a child may have its own measure', async (t) => {
  const { said, events } = listen()
  const strict = { intensity: { atMost: 1, withinMs: 60_000 } }
  const inner = supervisor('inner', { ...together, atMost: 5 }, () => [one('other'), one('strict', slowly, strict)])
  const system = await startRoot(supervisor('root', policy, () => [inner]), events)
  t.teardown(() => system.stop(1000))
  await until(() => said.includes('inner failed'), 'it gives up')
  t.same(said, ['strict down', 'strict back', 'strict down', 'inner failed'])
})

t.test('what dies in the first start is tried again by its policy', async (t) => {
  let starts = 0
  const way = () => (++starts < 3 ? 'throw in start' : 'none')
  const alone = await startTree(() => [one('a', { ...none, get way() { return way() } })])
  t.equal(stateOf(alone, 'a'), 'running')
  await alone.stop(1000)
  starts = 0
  const core = await startRoot(supervisor('root', policy, () => [
    supervisor('core', together, () => [one('sink'), one('a', { way: way(), after: 0 })]),
  ]))
  t.equal(stateOf(core, 'a'), 'running')
  await core.stop(1000)
})

t.test('what asks for a person is not tried again, neither in the first start nor in a group', async (t) => {
  let starts = 0
  const events: SystemEvents = { onState: (id, state) => void (id === 'a' && state === 'starting' && starts++) }
  const core = (child: object) => () => [supervisor('core', together, () => [one('a', child)])]
  await t.rejects(startTree(() => [one('a', { way: 'stop in start' })], events), /beyond repair/)
  await t.rejects(startTree(core({ way: 'stop in start' }), events), /beyond repair/)
  t.equal(starts, 2)
  const because: string[] = []
  const system = await startTree(core({ way: 'ask for a stop', after: 104, wake: true }), {
    onFailed: (_, why) => because.push(why),
  })
  t.teardown(() => system.stop(1000))
  await until(() => because.length > 0, 'it gives up')
  t.match(because, [/beyond repair.*Bury it/])
})

t.test('all are stopped in reverse order and by the deadline; who does not stop is ended and named', async (t) => {
  const order: string[] = []
  const lines: string[] = []
  const note = (_: object, says: string): void => void lines.push(says)
  const system = await startTree(
    () => [
      one('sink'), one('deaf', { way: 'never stops', after: 0 }, { stopMs: 100 }),
      supervisor('many', policy, () => [one('x'), one('y', { way: 'loop', after: 90 })]), one('source'),
    ],
    { onState: (id, state) => void (state === 'stopped' && order.push(id)) },
    {},
    { info: note, warn: note, error: note },
  )
  const before = process.getActiveResourcesInfo().length
  const from = realClock.elapsed()
  await system.stop(1500)
  t.ok(realClock.elapsed() - from < 5000, 'an hour would not do')
  t.same(order.filter((id) => !['x', 'y'].includes(id)), ['source', 'many', 'deaf', 'sink', 'root'])
  t.match(lines.toSorted(), [/^deaf did not stop within 100 ms/, /^y did not stop within \d+ ms/])
  await pause(50)
  t.ok(process.getActiveResourcesInfo().length <= before - 2, 'neither threads nor timers are left')
  t.same(system.actors().filter(({ state }) => state !== 'stopped'), [])
})

t.test('the tree is printed with states, policies, threads and what befell whom', async (t) => {
  const system: System = await startRoot(supervisor('root', policy, () => [
    supervisor('core', { ...together, atMost: 3, withinMs: 5000 }, () => [one('sink')]),
    one('a', none, { thread: 'team' }),
  ]))
  t.teardown(() => system.stop(1000))
  system.kill('a')
  const back = (): boolean => system.actors().some(({ id, restarts }) => id === 'a' && restarts === 1)
  await until(() => back() && stateOf(system, 'a') === 'running', 'it is back')
  t.same(treeLines(system.actors()), [
    'root      running      one-for-one, at most 2 failures in 60 s, then quarantine',
    '  core    running      one-for-all, at most 3 failures in 5 s, then quarantine',
    '    sink  running',
    '  a       running      in the thread of team, 1 restart, last: killed',
  ])
})
