import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import { expose, wrap, type Endpoint, type Remote } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Logger } from '../actor.ts'
import { later } from '../clock.ts'
import { recordOf, type ErrorRecord } from '../errors.ts'
import type { EdgeEnd } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import type { Child, ThreadLimits } from '../tree.ts'
import { rouserOf } from './board.ts'
import type { HostSpec } from './host.ts'
import type { Inspected } from './profile.ts'

/** What a thread is started with. */
export type ThreadData = {
  readonly module: string
  readonly loop: 'blocking' | 'event'
  readonly spec: HostSpec
  readonly sends: readonly { readonly to: string; readonly end: EdgeEnd }[]
  readonly control: MessagePort
  readonly buffersMb: number
  readonly services: Readonly<Record<string, MessagePort>>
}

/** Supervisor to thread: a lane of its own that never waits behind data. */
export type ToThread =
  | { readonly type: 'receive'; readonly from: number; readonly end: EdgeEnd }
  | { readonly type: 'connect'; readonly to: string; readonly end: EdgeEnd }
  | { readonly type: 'lose'; readonly from: number }
  | { readonly type: 'wakes'; readonly slots: readonly number[] }
  | { readonly type: 'stop' }

/** Thread to supervisor: that it started, that it stopped as asked, and what it logs. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'stopped' }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly values: object; readonly says: string }

/** Why a thread is gone; `stopped` alone is no failure. */
export type DownReason = 'threw' | 'exited' | 'out of memory' | 'hung' | 'killed' | 'stopped'
/** How a thread ended: every kind of death in one shape. */
export type Down = { readonly reason: DownReason; readonly error: ErrorRecord | null }

/** What a thread answers its supervisor in between. */
export type ControlLane = {
  inspect(): unknown
  /** Writes its heap into a file; nothing else happens in the thread until that is done. */
  writeHeap(file: string): void
}

/** A running thread as its supervisor holds it. */
export type Thread = {
  /** Resolves when the actor has started; rejects when it died before. */
  readonly ready: Promise<void>
  /** Resolves, once, when the thread is gone. */
  readonly down: Promise<Down>
  readonly control: Remote<ControlLane>
  /** What a profiler needs of it. */
  readonly inspected: Inspected
  tell(message: ToThread): void
  /** Asks it to stop; ends it when it has not within `ms`. */
  stop(ms: number): Promise<Down>
  /** Ends it at once. */
  kill(reason: 'killed' | 'hung', error?: ErrorRecord): void
}

/** Room for a strategy with its indicators and a month of bars; a leak is found within seconds. */
export const defaultLimits: ThreadLimits = { heapMb: 64, youngMb: 8, stackMb: 2, buffersMb: 64 }

const sources = new URL('./thread-main.ts', import.meta.url)

/** Starts a child of the tree in a thread of its own, with the paths it sends by. */
export type StartThread = (child: Child, spec: HostSpec, sends: ThreadData['sends'], log: Logger) => Thread

/** Starts a child in a worker thread of this process. */
export const startThread: StartThread = (child, spec, sends, log) => {
  const limits = child.placement.limits ?? defaultLimits
  const code = child.placement.code ?? { main: sources.href, actor: child.actor.module }
  const control = new MessageChannel()
  const rouse = rouserOf(spec.board, spec.slot)
  const offered = Object.entries(child.placement.services ?? {}).map(([name, object]) => {
    const channel = new MessageChannel()
    expose(object, rousing(channel.port1, rouse))
    return { name, ours: channel.port1, theirs: channel.port2 }
  })
  const data: ThreadData = {
    module: code.actor,
    loop: child.placement.loop ?? 'blocking',
    spec,
    sends,
    control: control.port2,
    buffersMb: limits.buffersMb ?? Number.POSITIVE_INFINITY,
    services: Object.fromEntries(offered.map((one) => [one.name, one.theirs])),
  }
  const worker = new Worker(new URL(code.main), {
    name: child.name,
    workerData: data,
    transferList: [control.port2, ...offered.map((one) => one.theirs), ...sends.map((one) => one.end.port)],
    // An actor sees no secrets of the environment: what it needs it is given.
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning', '--enable-source-maps'],
    resourceLimits: {
      maxOldGenerationSizeMb: limits.heapMb,
      maxYoungGenerationSizeMb: limits.youngMb,
      stackSizeMb: limits.stackMb,
    },
  })

  let ended: Down | null = null
  let failure: unknown
  let stopped = false
  const ready = Promise.withResolvers<void>()
  const down = Promise.withResolvers<Down>()
  ready.promise.catch(() => undefined)

  worker.on('message', (message: FromThread) => {
    if (message.type === 'ready') ready.resolve()
    else if (message.type === 'stopped') stopped = true
    else log[message.level]({ actor: child.name, ...message.values }, message.says)
  })
  worker.on('error', (error) => (failure = error))
  worker.on('exit', (code) => {
    // It had died of something already and was only slow to go.
    if (ended?.reason === 'hung' && failure !== undefined) ended = null
    ended ??= stopped ? { reason: 'stopped', error: null } : causeOf(child.name, limits, code, failure)
    control.port1.close()
    for (const { ours } of offered) ours.close()
    ready.reject(failure ?? engineProblem('START_FAILED', { name: child.name, says: ended.reason }))
    down.resolve(ended)
  })

  const lane = wrap<ControlLane>(rousing(control.port1, rouse))
  return {
    ready: ready.promise,
    down: down.promise,
    control: lane,
    inspected: {
      down: down.promise,
      startCpuProfile: (how) => worker.startCpuProfile(how),
      writeHeap: (file) => lane.writeHeap(file),
    },
    tell: (message) => {
      worker.postMessage(message, 'end' in message ? [message.end.port] : [])
      rouse()
    },
    stop: async (ms) => {
      worker.postMessage({ type: 'stop' } satisfies ToThread)
      rouse()
      const giveUp = later(ms, () => {
        ended ??= { reason: 'stopped', error: null }
        void worker.terminate()
      })
      const how = await down.promise
      giveUp()
      return how
    },
    kill: (reason, error) => {
      ended ??= { reason, error: error ?? null }
      void worker.terminate()
    },
  }
}

/** A comlink endpoint that has the thread at the other end take what is posted to it at once. */
const rousing = (port: MessagePort, rouse: () => void): Endpoint => {
  const endpoint = nodeEndpoint(port)
  return {
    ...endpoint,
    postMessage(message, transfer) {
      endpoint.postMessage(message, transfer)
      rouse()
    },
  }
}

const causeOf = (name: string, limits: ThreadLimits, code: number, failure: unknown): Down => {
  const nodeCode = (failure as { code?: string } | undefined)?.code
  if (nodeCode === 'ERR_WORKER_OUT_OF_MEMORY')
    return { reason: 'out of memory', error: recordOf(engineProblem('OUT_OF_MEMORY', { name, heapMb: limits.heapMb })) }
  if (nodeCode === 'ENGINE_OUT_OF_MEMORY') return { reason: 'out of memory', error: recordOf(failure) }
  if (failure !== undefined) return { reason: 'threw', error: recordOf(failure) }
  return { reason: 'exited', error: recordOf(engineProblem('EXITED', { name, code })) }
}
