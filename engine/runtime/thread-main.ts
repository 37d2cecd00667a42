/** What every worker thread runs: one actor, its loop, its signs of life. */
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { expose, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { AnyActor, Logger } from '../actor.ts'
import { every } from '../clock.ts'
import { bellOf } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import { controlOf } from './board.ts'
import { openHost } from './host.ts'
import { runLoop } from './loop.ts'
import { gaugesOf } from './metrics.ts'
import type { ControlLane, FromThread, ThreadData, ToThread } from './thread.ts'

/** Log lines a thread may write in a second; a flood costs its own lines, not the supervisor's time. */
const LINES_PER_SECOND = 200
const MACHINE_EVERY_MS = 500

const data = workerData as ThreadData
const port = parentPort!
const { spec } = data
const beats = new Int32Array(spec.board.beats)
const beat = (): void => void Atomics.add(beats, spec.slot, 1)
const say = (message: FromThread): void => port.postMessage(message)

let lines = 0
every(1000, () => (lines = 0))
const line = (level: 'info' | 'warn' | 'error') => (values: object, says: string) => {
  if (lines++ < LINES_PER_SECOND) say({ type: 'log', level, values, says })
}
const log: Logger = { info: line('info'), warn: line('warn'), error: line('error') }
// What an actor prints is a line of the log like any other: the process's own output belongs to its commands.
const print = (chunk: string | Uint8Array): boolean => {
  log.info({}, Buffer.from(chunk as string).toString('utf8').trimEnd())
  return true
}
process.stdout.write = print
process.stderr.write = print

const services = Object.fromEntries(Object.entries(data.services).map(([name, end]) => [name, wrap(nodeEndpoint(end))]))
const { default: actor } = (await import(data.module)) as { default: AnyActor }
const host = openHost(actor, spec, log, services)
for (const { to, end } of data.sends) host.connect(to, end)

let stopping = false
port.on('message', (message: ToThread) => {
  if (message.type === 'receive') host.receive(message.from, message.end)
  else if (message.type === 'connect') host.connect(message.to, message.end)
  else if (message.type === 'lose') host.lose(message.from)
  else if (message.type === 'wakes') host.wakes(message.slots)
  else stopping = true
})
const lane: ControlLane = { inspect: () => host.inspect(), writeHeap: (file) => void writeHeapSnapshot(file) }
expose(lane, nodeEndpoint(data.control))

const machine = gaugesOf(spec.board.metrics, spec.slot)
const measure = (): void => {
  const { user, system } = process.threadCpuUsage()
  const { used_heap_size, heap_size_limit, external_memory: buffers } = getHeapStatistics()
  machine.machine({
    cpuMicros: user + system, heapBytes: used_heap_size, heapLimitBytes: heap_size_limit, bufferBytes: buffers,
  })
  if (data.loop === 'event') machine.idle(performance.eventLoopUtilization().idle * 1000)
  // The heap has a limit that V8 enforces; buffers lie outside of it, and would take the whole process with them.
  if (buffers > data.buffersMb * 2 ** 20)
    throw engineProblem('OUT_OF_MEMORY', { name: spec.id, heapMb: data.buffersMb })
}
every(MACHINE_EVERY_MS, measure)

beat()
await host.start()
measure()
say({ type: 'ready' })

if (data.loop === 'event') {
  // A server: the event loop is its own waiting; a turn now and then takes what came.
  const end = every(50, () => {
    beat()
    host.turn()
  })
  while (!stopping) await new Promise((resolve) => port.once('message', resolve))
  end()
} else {
  const bell = bellOf(spec.board.bells, spec.slot)
  const controlPending = controlOf(spec.board, spec.slot)
  await runLoop({ hosts: [host], bell, beat, controlPending, stopping: () => stopping, meter: machine })
}
await host.stop()
say({ type: 'stopped' })
port.close()
data.control.close()
for (const end of Object.values(data.services)) end.close()
