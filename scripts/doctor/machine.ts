import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { fail, ok, warn, type Check, type Finding, type Place } from './finding.ts'
import { judgeClock, judgeCores, judgeDisk, judgeMemory, judgeNode, judgeSync } from './judge.ts'

const SYNCS = 30
const CLOCK_LOOK_MS = 200
const WORKER_WAIT_MS = 5_000

const syncSpeed = ({ data }: Place): Finding => {
  const file = path.join(standing(data), `.ringmaster-doctor-${process.pid}`)
  const fd = openSync(file, 'wx')
  try {
    return judgeSync(median([...Array(SYNCS)].map(() => timedSync(fd))))
  } finally {
    closeSync(fd)
    rmSync(file)
  }
}

const timedSync = (fd: number): number => {
  const from = performance.now()
  writeSync(fd, 'one small record of a journal\n')
  fdatasyncSync(fd)
  return performance.now() - from
}

const writable = (place: Place): Finding => {
  const folder = standing(place.data)
  try {
    const file = path.join(folder, `.ringmaster-doctor-${process.pid}`)
    closeSync(openSync(file, 'wx'))
    rmSync(file)
  } catch (error) {
    const because = (error as NodeJS.ErrnoException).code
    return fail(
      `${folder} cannot be written (${because})`,
      'Choose a directory of your own with --data or RINGMASTER_DATA.',
    )
  }
  return ok(folder === place.data ? `data in ${folder}` : `data will be in ${place.data}`)
}

const clock = async (): Promise<Finding> => {
  const [wall, steady] = [Date.now(), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, CLOCK_LOOK_MS))
  return judgeClock(Date.now(), Date.now() - wall, performance.now() - steady)
}

const zone = (): Finding => {
  const india = new Intl.DateTimeFormat('en', {
    timeZone: 'Asia/Kolkata',
    timeZoneName: 'longOffset',
  })
  return india.format(0).includes('GMT+05:30')
    ? ok('knows the time zone of the exchange')
    : fail(
        'the time zone Asia/Kolkata is unknown',
        'Use a Node with full time zone data (every official one).',
      )
}

// One thread adds in shared memory and wakes the other: all the engine's traffic goes this way.
const threads = async (): Promise<Finding> => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const source = `const { workerData: cell } = require('node:worker_threads')
    Atomics.store(cell, 0, 41); Atomics.add(cell, 0, 1); Atomics.notify(cell, 0)`
  const worker = new Worker(source, { eval: true, workerData: cell })
  const broken = new Promise<never>((_, reject) => worker.once('error', reject))
  const woken = Atomics.waitAsync(cell, 0, 0, WORKER_WAIT_MS)
  await Promise.race([woken.value, broken])
  await worker.terminate()
  return Atomics.load(cell, 0) === 42
    ? ok('threads share memory')
    : fail(
        'a thread did not answer over shared memory',
        'Raise the limit of threads (ulimit -u) or of the container.',
      )
}

const port = async ({ port: wanted }: Place): Promise<Finding> => {
  const because = await listen(wanted)
  if (because === undefined) return ok(`port ${wanted} is free`)
  return because === 'EADDRINUSE'
    ? warn(
        `port ${wanted} is taken`,
        'Nothing: the next free one is used, and npm start prints it. Or give --port.',
      )
    : fail(
        `port ${wanted} cannot be opened (${because})`,
        'Give another one with --port; below 1024 needs root.',
      )
}

const listen = (wanted: number) =>
  new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })

/** The folder itself, or the nearest above it that exists. */
const standing = (folder: string): string =>
  existsSync(folder) ? folder : standing(path.dirname(folder))

const freeDisk = ({ data }: Place): Finding => {
  const { bavail, bsize } = statfsSync(standing(data))
  return judgeDisk(bavail * bsize)
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

/** What the machine itself must offer. */
export const machineChecks: readonly Check[] = [
  { name: 'node', look: () => judgeNode(process.version) },
  { name: 'cores', look: () => judgeCores(availableParallelism()) },
  { name: 'memory', look: () => judgeMemory(process.availableMemory()) },
  { name: 'threads', look: threads },
  { name: 'clock', look: clock },
  { name: 'time-zone', look: zone },
  { name: 'data-writable', look: writable },
  { name: 'disk-space', look: freeDisk },
  { name: 'disk-sync', look: syncSpeed },
  { name: 'port', look: port },
]
