import { execFile } from 'node:child_process'
import t from 'tap'
import type { Down } from './down.ts'
import type { System } from './system.ts'
import { supervisor } from '../tree.ts'
import { one, policy, startRoot, startTree, stateOf, until } from './testing/trees.ts'

t.setTimeout(120_000) // real threads, on machines that may be busy

// Each kind of death becomes one `down` with its reason, and nobody else notices.
const deaths: readonly { way: string; reason: Down['reason']; says: RegExp; wake?: boolean }[] = [
  { way: 'throw', reason: 'threw', says: /a defect/ },
  { way: 'reject', reason: 'threw', says: /a forgotten promise/ },
  { way: 'overflow', reason: 'threw', says: /call stack/ },
  { way: 'exit', reason: 'exited', says: /exit code 3/ },
  { way: 'leak', reason: 'out of memory', says: /24 MB/ },
  { way: 'hoard buffers', reason: 'out of memory', says: /20 MB/ },
  { way: 'loop', reason: 'hung', says: /no sign of life/ },
  { way: 'microtasks', reason: 'hung', says: /no sign of life/, wake: true },
  { way: 'regex', reason: 'hung', says: /no sign of life/ },
  { way: 'wait', reason: 'hung', says: /no sign of life/ },
  { way: 'flood the supervisor', reason: 'flooded', says: /2000 messages/ },
  { way: 'flood a service', reason: 'flooded', says: /2000 messages/ },
  { way: 'disconnect', reason: 'disconnected', says: /closed the port/ },
]
const limits = { heapMb: 24, youngMb: 2, stackMb: 2, buffersMb: 20 }
const services = { bell: { ring: () => undefined } }

for (const { way, reason, says, wake } of deaths)
  t.test(`an actor that dies by "${way}" is known as "${reason}", and nobody else notices`, async (t) => {
    const downs: { id: string; down: Down }[] = []
    const tally = new SharedArrayBuffer(4)
    const system = await startTree(
      () => [
        one('bystander', { way: 'none', after: 0, tally, wake: true }),
        one('victim', { way, after: 5, ...(wake && { wake }) }, { limits, services }),
      ],
      { onDown: (id, down) => downs.push({ id, down }) },
      { atMost: 0 },
    )
    t.teardown(() => system.stop(1000))
    await until(() => stateOf(system, 'victim') === 'quarantined', 'it is set aside')
    t.match(downs, [{ id: 'victim', down: { reason, error: { says }, next: 'restart' } }])
    t.equal(downs.length, 1)
    const before = Atomics.load(new Int32Array(tally), 0)
    await until(() => Atomics.load(new Int32Array(tally), 0) > before, 'the bystander goes on')
  })

t.test('a path that one end closes is noticed, and who dies alone is ended for it', async (t) => {
  const downs: { id: string; down: Down }[] = []
  const system = await startRoot(
    supervisor('root', { ...policy, restart: 'one-for-all', then: 'escalate' }, () => [
      one('desk', { way: 'none', after: 0 }),
      supervisor('guests', policy, () => [
        one('victim', { way: 'close a path', after: 5, to: { ref: 'desk' } }),
        one('bystander', { way: 'none', after: 0, to: { ref: 'desk' } }),
      ]),
    ]),
    { onDown: (id, down) => downs.push({ id, down }) },
  )
  t.teardown(() => system.stop(1000))
  // A path is no loss where somebody stopped in order or was ended.
  for (let n = 0; n < 3; n++) await system.restart('bystander')
  system.kill('bystander')
  await until(() => downs.length > 1, 'it is noticed')
  t.match(downs, [
    { id: 'bystander', down: { reason: 'killed' } },
    { id: 'victim', down: { reason: 'disconnected', error: { code: 'ENGINE_PATH_CLOSED' } } },
  ])
  await until(() => system.actors().some(({ id, restarts }) => id === 'victim' && restarts === 1), 'it is back')
  t.equal(downs.length, 2, 'nobody else was ended')
})

t.test('a flood of log lines costs its own lines, and says how many', async (t) => {
  const lines: string[] = []
  const note = (_: object, says: string): void => void lines.push(says)
  const system = await startTree(() => [one('talker', { way: 'flood the log', after: 5, wake: true })], {}, {}, {
    info: note, warn: note, error: note,
  })
  t.teardown(() => system.stop(1000))
  await until(() => lines.some((line) => line.includes('too many')), 'it is said')
  t.ok(lines.length <= 401, `${lines.length} lines`)
  t.equal(stateOf(system, 'talker'), 'running')
})

t.test('an error that asks for a person is not tried again', async (t) => {
  const because: string[] = []
  const restarted: string[] = []
  const system = await startTree(() => [one('a', { way: 'ask for a stop', after: 5 })], {
    onRestarted: (id) => restarted.push(id),
    onQuarantined: (_, why) => because.push(why),
  })
  t.teardown(() => system.stop(1000))
  await until(() => because.length > 0, 'it is set aside')
  t.match(because, [/beyond repair.*Bury it/])
  t.same(restarted, [])
})

t.test('ending a thread over and over leaves nothing behind', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const system = await startTree(() => [one('a')], {}, { delayMs: 5, delayMsMax: 5 })
  t.teardown(() => system.stop(1000))
  for (let n = 0; n < 20; n++) system.kill('a')
  await until(() => system.actors().some((line) => line.id === 'a' && line.restarts === 1), 'it is back')
  t.same(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning'), [])
})

t.test('a crash in native code ends the whole process: what contains it is outside', async (t) => {
  const script = new URL('./testing/crash.ts', import.meta.url)
  const ending = await new Promise<{ signal?: NodeJS.Signals }>((resolve) =>
    execFile(process.execPath, [script.pathname], (error) => resolve(error as { signal?: NodeJS.Signals })))
  t.equal(ending.signal, 'SIGSEGV')
})

t.test('what a person ends starts again at once and does not count; over and over, it does', async (t) => {
  const system: System = await startTree(() => [one('a')], {}, { delayMs: 5, delayMsMax: 5 })
  t.teardown(() => system.stop(1000))
  const back = (restarts: number) => (): boolean =>
    system.actors().some((line) => line.id === 'a' && line.restarts === restarts && line.state === 'running')
  for (let n = 1; n <= 32; n++) {
    system.kill('a')
    await until(back(n), `it is back for the ${n}th time`)
  }
  system.kill('a')
  await until(() => stateOf(system, 'a') === 'quarantined', 'it is set aside')
})
