import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { realClock } from './clock.ts'
import type { Problem } from './errors.ts'
import { lockDirectory } from './lock.ts'

const refusalOf = (dir: string): Problem => {
  try {
    lockDirectory(dir, realClock).release()
  } catch (thrown) {
    return thrown as Problem
  }
  throw new Error('the lock was given')
}

const script = (dir: string, told: string) => `
  const { lockDirectory } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)})
  const { realClock } = await import(${JSON.stringify(new URL('./clock.ts', import.meta.url).href)})
  lockDirectory(${JSON.stringify(dir)}, realClock)
  ${told}
  setInterval(() => {}, 1000)`

const holderIn = async (dir: string) => {
  const code = script(dir, `process.stdout.write('held')`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

t.test(
  'a directory held by another process is refused by name, and free the moment that process is killed',
  async (t) => {
    const dir = t.testdir()
    const child = await holderIn(dir)
    const before = Date.now()
    const refusal = refusalOf(dir)
    t.equal(refusal.code, 'LOCK_DATA_DIRECTORY_IN_USE')
    t.match(refusal.details, { dir, pid: child.pid })
    t.match(refusal.message, `process ${child.pid}`)
    t.match(refusal.todo, '--data DIR')
    const since = Date.parse((refusal.details as { since: string }).since)
    t.ok(since <= before && since > before - 60_000, 'it says since when')

    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = lockDirectory(dir, realClock)
    t.equal(lock.holder.pid, process.pid)
    lock.release()
  },
)

t.test('a thread that is ended lets go of its directory, so that the next one can have it', async (t) => {
  const dir = t.testdir()
  const told = `const { parentPort } = await import('node:worker_threads'); parentPort.postMessage('held')`
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script(dir, told))}`))
  await once(thread, 'message')
  t.equal(refusalOf(dir).code, 'LOCK_DATA_DIRECTORY_IN_USE')
  await thread.terminate()
  t.doesNotThrow(() => lockDirectory(dir, realClock).release())
})

t.test('one process cannot take a directory twice, and can take it again after releasing it', async (t) => {
  const dir = join(t.testdir(), 'made', 'on', 'demand')
  const lock = lockDirectory(dir, realClock)
  t.equal(refusalOf(dir).code, 'LOCK_DATA_DIRECTORY_IN_USE')
  t.match(refusalOf(dir).details, { pid: process.pid })
  lock.release()
  lock.release()
  lockDirectory(dir, realClock).release()
})

t.test('a place that cannot hold a directory is another problem', async (t) => {
  const file = join(t.testdir(), 'file')
  writeFileSync(file, '')
  t.equal(refusalOf(join(file, 'below')).code, 'LOCK_DATA_DIRECTORY_UNUSABLE')
})
