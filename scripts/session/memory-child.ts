/** A process for the memory benchmark: starts so many threads of one sort, lets them settle, and says what it holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { pause } from '#engine/clock.ts'
import { defaultFleet } from '#actors/fleet.ts'
import { openGround, startSession, type SessionOptions } from './open.ts'

/** What one process held, in MB: of its own, and V8's part of that. */
export type Held = { readonly anonymous: number; readonly heaps: number }

const SETTLE_MS = 2500
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

const anonymous = (): number => {
  const line = /^Anonymous: +(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))
  return Number(line?.[1]) / 1024
}

const emptyWorkers = async (count: number): Promise<Held> => {
  const text = 'require("node:worker_threads").parentPort.on("message", () => undefined)'
  const workers = Array.from({ length: count }, () => new Worker(text, { eval: true }))
  await Promise.all(workers.map((one) => new Promise((resolve) => one.once('online', resolve))))
  await pause(SETTLE_MS)
  const held = { anonymous: anonymous(), heaps: 0 }
  await Promise.all(workers.map((one) => one.terminate()))
  return held
}

const strategies = async (count: number): Promise<Held> => {
  const data = mkdtempSync(join(tmpdir(), 'ringmaster-memory-'))
  const fleet = Array.from({ length: count }, (_, n) => ({ ...defaultFleet[n % defaultFleet.length]!, id: `s${n}` }))
  writeFileSync(join(data, 'fleet.json'), JSON.stringify({ strategies: fleet }))
  const options: SessionOptions = {
    data, config: join(data, 'fleet.json'), speed: 1, from: null, log: quiet, say: () => undefined,
  }
  const session = await startSession(await openGround(options), options)
  try {
    await pause(SETTLE_MS)
    const heaps = session.system.actors().filter(({ id }) => id.startsWith('strategy/'))
      .reduce((sum, { reading }) => sum + (reading?.thread?.heapBytes ?? 0), 0)
    return { anonymous: anonymous(), heaps: heaps / 2 ** 20 }
  } finally {
    await session.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

const [sort, count] = process.argv.slice(2)
const held = await (sort === 'empty' ? emptyWorkers : strategies)(Number(count))
process.stdout.write(`${JSON.stringify(held)}\n`)
