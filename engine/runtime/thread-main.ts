/** What every worker thread runs: its actors, the loop they share, its signs of life. */
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import type { AnyActor, Logger } from '../actor.ts'
import { every } from '../clock.ts'
import { recordOf } from '../errors.ts'
import { bellOf, type EdgeEnd } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import { controlOf } from './board.ts'
import { openHost, type Host } from './host.ts'
import { runLoop } from './loop.ts'
import { gaugesOf } from './metrics.ts'
import { standBack } from './nice.ts'
import type { FromThread, ThreadData, ToThread } from './thread.ts'

/** Log lines a thread may write in a second; a flood costs its own lines, not the supervisor's time. */
const LINES_PER_SECOND = 200
/** Characters of a line; what is longer is cut. */
const LINE_MAX = 4000
const MACHINE_EVERY_MS = 500

standBack((workerData as ThreadData).nice)

// All that is said goes through a port of the supervisor's own, which it can close on a thread that floods it.
parentPort!.close()
const data = workerData as ThreadData
const { board, control } = data
const { id: first, bell } = data.actors[0]!.spec
const beats = new Int32Array(board.beats)
const beat = (): void => void Atomics.add(beats, bell, 1)
const say = (message: FromThread): void => control.postMessage(message)

let lines = 0
every(1000, () => {
  const lost = lines - LINES_PER_SECOND
  lines = 0
  if (lost > 0) logOf(first).warn({ lost }, `${lost} lines of the log were too many for one second`)
})
const logOf = (actor: string): Logger => {
  const line = (level: 'info' | 'warn' | 'error') => (values: object, says: string) => {
    if (lines++ < LINES_PER_SECOND) say({ type: 'log', actor, level, values, says: says.slice(0, LINE_MAX) })
  }
  return { info: line('info'), warn: line('warn'), error: line('error') }
}
// What an actor prints is a line of the log like any other: the process's own output belongs to its commands.
const printed = logOf(first)
const print = (chunk: string | Uint8Array): boolean => {
  printed.info({}, Buffer.from(chunk as string).toString('utf8').trimEnd())
  return true
}
process.stdout.write = print
process.stderr.write = print

// Without this a path that somebody closed by mistake would swallow what is sent by it, and nobody would know.
const watchEnd = ({ id, port }: EdgeEnd): void =>
  void port.on('close', () => {
    if (!stopping) say({ type: 'parted', path: id })
  })

let stopping = false
const hosts = new Map<string, Host>()
for (const { module, spec, sends, services } of data.actors) {
  const { default: actor } = (await import(module)) as { default: AnyActor }
  // Most threads call nobody else's objects, and need not load what that takes.
  const offered = Object.keys(services).length > 0 ? (await import('./services.ts')).reach(services) : {}
  const host = openHost(actor, spec, logOf(spec.id), offered)
  for (const { to, end } of sends) {
    watchEnd(end)
    host.connect(to, end)
  }
  hosts.set(spec.id, host)
}

const answer = (ask: number, work: () => unknown): void => {
  try {
    say({ type: 'answer', ask, value: work() })
  } catch (error) {
    say({ type: 'refusal', ask, error: recordOf(error) })
  }
}
control.on('message', (message: ToThread) => {
  if (message.type === 'stop') stopping = true
  else if (message.type === 'write heap') answer(message.ask, () => void writeHeapSnapshot(message.file))
  else {
    const host = hosts.get(message.actor)!
    if ('end' in message) watchEnd(message.end)
    if (message.type === 'receive') host.receive(message.from, message.end)
    else if (message.type === 'connect') host.connect(message.to, message.end)
    else if (message.type === 'lose') host.lose(message.from)
    else if (message.type === 'wakes') host.wakes(message.slots)
    else answer(message.ask, () => host.inspect())
  }
})

const machine = gaugesOf(board.metrics, data.actors[0]!.spec.slot)
const measure = (): void => {
  const { user, system } = process.threadCpuUsage()
  const { used_heap_size, heap_size_limit, external_memory: buffers } = getHeapStatistics()
  machine.machine({
    cpuMicros: user + system, heapBytes: used_heap_size, heapLimitBytes: heap_size_limit, bufferBytes: buffers,
  })
  if (data.loop === 'event') machine.idle(performance.eventLoopUtilization().idle * 1000)
  // The heap has a limit that V8 enforces; buffers lie outside of it, and would take the whole process with them.
  if (buffers > data.buffersMb * 2 ** 20)
    throw engineProblem('OUT_OF_MEMORY', { name: data.name, heapMb: data.buffersMb })
}
every(MACHINE_EVERY_MS, measure)

beat()
for (const host of hosts.values()) await host.start()
measure()
say({ type: 'ready' })
const all = [...hosts.values()]
for (const host of all) host.turn()
say({ type: 'turned' })

const controlPending = controlOf(board, bell)
if (data.loop === 'event') {
  // A server: the event loop is its own waiting; a turn now and then takes what came.
  const end = every(50, () => {
    beat()
    for (const host of all) host.turn()
    controlPending() // what was posted until now is heard before the next turn
  })
  while (!stopping) await new Promise((resolve) => control.once('message', resolve))
  end()
} else {
  await runLoop({
    hosts: all, bell: bellOf(board.bells, bell), beat, controlPending, stopping: () => stopping, meter: machine,
  })
}
for (const host of all.toReversed()) await host.stop()
say({ type: 'stopped' })
control.close()
for (const { services } of data.actors) for (const end of Object.values(services)) end.close()
