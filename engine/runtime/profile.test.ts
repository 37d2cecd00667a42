import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { realClock } from '../clock.ts'
import { seeded } from '../random.ts'
import { child, supervisor } from '../tree.ts'
import { openProfiler, type Inspected } from './profile.ts'
import { startSystem } from './system.ts'
import patient from './testing/patient.actor.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const policy = {
  restart: 'one-for-one', atMost: 5, withinMs: 60_000, then: 'quarantine', delayMs: 20, delayMsMax: 100,
} as const

t.test('a thread that sleeps is profiled and written down while it runs, and is not taken for hung', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ringmaster-profile-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const downs: string[] = []
  const events = { onDown: (id: string) => void downs.push(id) }
  const one = child(patient, { way: 'none', after: 0 }, { name: 'one' })
  const system = await startSystem(supervisor('root', policy, () => [one]), {
    clock: realClock, random: seeded(1), log, events,
  })
  t.teardown(() => system.stop(1000))

  const profile = JSON.parse(await system.cpuProfile('one', 1)) as {
    nodes: { callFrame: { functionName: string } }[]; samples: number[]
  }
  t.ok(profile.samples.length > 0)
  t.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'rest'), 'its rest is told by name')

  const file = join(folder, 'one.heapsnapshot')
  await system.heapSnapshot('one', file)
  const { snapshot } = JSON.parse(readFileSync(file, 'utf8')) as { snapshot: { node_count: number } }
  t.ok(snapshot.node_count > 1000)
  if (process.platform !== 'win32') t.equal(statSync(file).mode & 0o077, 0, 'only its owner may read it')
  t.match(await system.inspect('one'), { turns: Number }, 'it goes on afterwards')
  t.same(downs, [])
  await t.rejects(system.cpuProfile('nobody', 1), { code: 'ENGINE_NO_SUCH_ACTOR' })
  await system.halt('one')
  await t.rejects(system.cpuProfile('one', 1), { code: 'ENGINE_NOT_RUNNING' })
  await t.rejects(system.heapSnapshot('one', `${file}.2`), { code: 'ENGINE_NOT_RUNNING' })
  t.notOk(existsSync(`${file}.2`))
})

t.test('one at a time is looked into; a thread that dies meanwhile ends the wait', async (t) => {
  const down = Promise.withResolvers<void>()
  const asked: unknown[] = []
  const thread: Inspected = {
    down: down.promise,
    startCpuProfile: async (how) => {
      asked.push(how)
      return { stop: () => new Promise<string>(() => undefined), [Symbol.asyncDispose]: async () => undefined }
    },
    writeHeap: async (file) => void asked.push(file),
  }
  const profiler = openProfiler()
  const first = profiler.cpuProfile(thread, 'one', 60)
  await t.rejects(profiler.heapSnapshot(thread, 'two', 'file'), {
    code: 'ENGINE_PROFILE_BUSY', message: /one is being looked into, so two has to wait/,
  })
  down.resolve()
  await t.rejects(first, { code: 'ENGINE_NOT_RUNNING' })
  t.same(asked, [{ sampleInterval: 1, maxBufferSize: 90_000 }], 'bounded in how much it may keep')

  const living = { ...thread, down: new Promise<void>(() => undefined) }
  await profiler.heapSnapshot(living, 'two', 'file')
  t.equal(asked.at(-1), 'file', 'it is free again')
  await t.rejects(profiler.cpuProfile(null, 'three', 1), { code: 'ENGINE_NOT_RUNNING' })
})
