import { spawn, spawnSync } from 'node:child_process'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { withLock } from './lock.mjs'
import { wantedHere } from './platform.mjs'

t.test('work under one lock takes turns and leaves no lock behind', async (t) => {
  const file = path.join(t.testdir(), 'lock')
  const trail: string[] = []
  const job = (name: string) =>
    withLock(file, async () => {
      trail.push(`${name} in`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      trail.push(`${name} out`)
    })
  const first = job('a')
  await job('b')
  await first
  t.same(trail, ['a in', 'a out', 'b in', 'b out'])
  t.notOk(existsSync(file))
})

t.test('a lock is given back when the work fails', async (t) => {
  const file = path.join(t.testdir(), 'lock')
  await t.rejects(
    withLock(file, () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  t.notOk(existsSync(file))
})

t.test('a lock is taken over from the dead and from one that stopped touching it', async (t) => {
  const ended = spawnSync(process.execPath, ['-p', 'process.pid'], {
    encoding: 'utf8',
  }).stdout.trim()
  const folder = t.testdir({ dead: ended, silent: String(process.ppid) })
  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(path.join(folder, 'silent'), longAgo, longAgo)
  for (const name of ['dead', 'silent'])
    t.equal(await withLock(path.join(folder, name), async () => 'mine'), 'mine', name)
})

t.test('whoever waits hears for whom', async (t) => {
  const file = path.join(t.testdir(), 'lock')
  const heard: number[] = []
  const first = withLock(file, () => new Promise((resolve) => setTimeout(resolve, 20)))
  await withLock(
    file,
    async () => {},
    (pid) => heard.push(pid),
  )
  await first
  t.same(heard, [process.pid])
})

t.test('of a lockfile only what fits this machine is wanted', async (t) => {
  const other = process.platform === 'win32' ? 'linux' : 'win32'
  const wanted = wantedHere({
    '': {},
    'node_modules/plain': {},
    'node_modules/ours': { os: [process.platform], cpu: [process.arch], optional: true },
    'node_modules/theirs': { os: [other], optional: true },
    'node_modules/not-here': { os: [`!${process.platform}`], optional: true },
    'node_modules/anywhere-else': { os: [`!${other}`] },
  })
  t.same(wanted.all, ['node_modules/plain', 'node_modules/ours', 'node_modules/anywhere-else'])
  t.same(wanted.binaries, ['node_modules/ours'])
})

// Starts a process that launches `code`, as run.mjs would after its preparation.
const launched = (t: Tap, code: string) => {
  const starter = path.join(t.testdir(), 'starter.mjs')
  const launcher = path.join(import.meta.dirname, 'launch.mjs')
  writeFileSync(
    starter,
    `import { launch } from ${JSON.stringify(launcher)}
     launch(process.execPath, 'node', ['-e', ${JSON.stringify(code)}], ${JSON.stringify(process.cwd())})`,
  )
  return spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'ignore'] })
}
type Tap = { testdir(): string }
const ending = (child: ReturnType<typeof launched>) =>
  new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))

t.test('a launched command ends us as it ended itself', async (t) => {
  t.equal(await ending(launched(t, 'process.exit(7)')), 7)
})

t.test('a launched command killed by a signal is seen to be', async (t) => {
  t.equal(await ending(launched(t, `process.kill(process.pid, 'SIGKILL')`)), 'SIGKILL')
})

t.test('signals reach the command once, and it may end in order', async (t) => {
  const child = launched(
    t,
    `let times = 0
     const hear = () => { times++; setTimeout(() => process.exit(10 + times), 100) }
     for (const one of ['SIGTERM', 'SIGINT']) process.on(one, hear)
     setInterval(() => {}, 1000)
     console.log('ready')`,
  )
  child.stdout.once('data', () => child.kill('SIGTERM'))
  t.equal(await ending(child), 11)
})
