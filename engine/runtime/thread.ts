import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import type { Logger } from '../actor.ts'
import { later, realClock } from '../clock.ts'
import type { ErrorRecord } from '../errors.ts'
import type { EdgeEnd } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import { loopOf, type Child, type ThreadLimits } from '../tree.ts'
import { rouserOf, type Board } from './board.ts'
import { causeOf, downOf, type Down } from './down.ts'
import type { HostSpec } from './host.ts'
import type { Inspected } from './profile.ts'
import { offer } from './services.ts'

/** An actor that is to live in a thread, with the ends of the paths it sends by. */
export type Aboard = {
  readonly child: Child
  readonly spec: HostSpec
  readonly sends: readonly { readonly to: string; readonly end: EdgeEnd }[]
}

/** What a thread is started with. */
export type ThreadData = {
  readonly name: string
  readonly actors: readonly {
    readonly module: string
    readonly spec: HostSpec
    readonly sends: Aboard['sends']
    readonly services: Readonly<Record<string, MessagePort>>
  }[]
  readonly board: Board
  readonly loop: 'blocking' | 'event'
  readonly control: MessagePort
  readonly buffersMb: number
  readonly nice: number
}

/** Supervisor to thread: a lane of its own that never waits behind data. */
export type ToThread =
  | { readonly type: 'receive'; readonly actor: string; readonly from: number; readonly end: EdgeEnd }
  | { readonly type: 'connect'; readonly actor: string; readonly to: string; readonly end: EdgeEnd }
  | { readonly type: 'lose'; readonly actor: string; readonly from: number }
  | { readonly type: 'wakes'; readonly actor: string; readonly slots: readonly number[] }
  | { readonly type: 'inspect'; readonly actor: string; readonly ask: number }
  | { readonly type: 'write heap'; readonly file: string; readonly ask: number }
  | { readonly type: 'stop' }

/** Thread to supervisor: how far it is, what it was asked, and what it logs. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'turned' }
  | { readonly type: 'stopped' }
  | { readonly type: 'parted'; readonly path: number }
  | { readonly type: 'answer'; readonly ask: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly ask: number; readonly error: ErrorRecord }
  | {
      readonly type: 'log'
      readonly actor: string
      readonly level: 'info' | 'warn' | 'error'
      readonly values: object
      readonly says: string
    }

/** A running thread as its supervisor holds it. */
export type Thread = {
  /** Resolves when all its actors have started; rejects when it died before. */
  readonly ready: Promise<void>
  /** Resolves when each of them has had its first turn; never when it died before. */
  readonly turned: Promise<void>
  /** Resolves, once, when the thread is gone. */
  readonly down: Promise<Down>
  /** What one of its actors says of its state; never answered by a thread that dies. */
  inspect(actor: string): Promise<unknown>
  /** What a profiler needs of it. */
  readonly inspected: Inspected
  /** Looks from outside at the memory of one that does not answer, and ends it when that is past its bounds. */
  examine?(): void
  tell(message: ToThread): void
  /** Asks it to stop, and ends it when it has not within `ms`: whether it stopped by itself. */
  stop(ms: number): Promise<boolean>
  /** Ends it at once, for this reason. */
  kill(down: Down): void
}

/** Starts actors in a thread, the first of which lends it its loop, its code and its place on the board. */
export type StartThread = (
  name: string, aboard: readonly Aboard[], log: Logger,
  /** Told the id of each path that ended there, whoever ended it. */
  parted: (path: number) => void,
) => Thread

/**
 * Room for a strategy with its indicators and a month of bars; a leak is found within seconds. Little is young at a
 * time: of eight megabytes seven would be garbage that nobody needed to keep (docs/benchmarks.md).
 */
export const defaultLimits: ThreadLimits = { heapMb: 64, youngMb: 1, stackMb: 2, buffersMb: 64 }

/**
 * Messages a second that a thread may send its supervisor, and calls of what that offers: ten times its most log lines.
 * Past it, it is ended.
 */
export const MESSAGES_PER_SECOND = 2000
/**
 * How long after its control port closed a thread has to end before it counts as disconnected: long, since one that
 * dies closes its ports first, and on a busy machine takes its time over the rest.
 */
const CLOSED_MS = 2000

const sources = new URL('./thread-main.ts', import.meta.url)

/** Starts actors in a worker thread of this process. */
export const startThread: StartThread = (name, aboard, log, parted) => {
  const { child: { placement }, spec: { board, bell } } = aboard[0]!
  const limits = limitsOf(aboard)
  const { port1: control, port2: theirs } = new MessageChannel()
  const rouse = rouserOf(board, bell)
  const admits = boundedTo(MESSAGES_PER_SECOND, () => {
    // With the ports goes what still waits to be read from them.
    closeAll()
    kill(downOf('flooded', engineProblem('FLOODED', { name, most: MESSAGES_PER_SECOND })))
  })
  const offered = aboard.map(({ child }) => offersOf(child, rouse, admits))
  const closeAll = (): void => {
    control.close()
    for (const { ours } of offered) for (const port of ours) port.close()
  }
  const data: ThreadData = {
    name,
    actors: aboard.map(({ child, spec, sends }, n) => ({
      module: child.placement.code?.actor ?? child.actor.module,
      spec, sends,
      services: offered[n]!.theirs,
    })),
    board,
    loop: loopOf(aboard[0]!.child),
    control: theirs,
    buffersMb: limits.buffersMb ?? Number.POSITIVE_INFINITY,
    // Whoever shares a thread with one that must not wait does not wait either.
    nice: Math.min(...aboard.map(({ child }) => child.placement.nice ?? 0)),
  }
  const worker = new Worker(placement.code ? new URL(placement.code.main) : sources, {
    name,
    workerData: data,
    transferList: [
      theirs,
      ...offered.flatMap((one) => Object.values(one.theirs)),
      ...aboard.flatMap(({ sends }) => sends.map(({ end }) => end.port)),
    ],
    // An actor sees no secrets of the environment: what it needs it is given.
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: {
      maxOldGenerationSizeMb: limits.heapMb,
      maxYoungGenerationSizeMb: limits.youngMb,
      stackSizeMb: limits.stackMb,
    },
  })

  let ended: Down | null = null
  let failure: unknown
  let stopped = false
  let calledOff = (): void => undefined
  const ready = Promise.withResolvers<void>()
  const turned = Promise.withResolvers<void>()
  const down = Promise.withResolvers<Down>()
  const asks = new Map<number, (message: FromThread) => void>()
  let asked = 0
  ready.promise.catch(() => undefined)

  let ending = false
  const kill = (as: Down): void => {
    ended ??= as
    // Whoever watches it asks again and again until it is gone, and each request would leave a listener.
    if (!ending) void worker.terminate()
    ending = true
  }
  const take = (message: FromThread): void => {
    if (message.type === 'ready') ready.resolve()
    else if (message.type === 'turned') turned.resolve()
    else if (message.type === 'stopped') stopped = true
    else if (message.type === 'parted') parted(message.path)
    else if (message.type === 'log') log[message.level]({ actor: message.actor, ...message.values }, message.says)
    else asks.get(message.ask)?.(message)
  }
  control.on('message', (message: FromThread) => {
    if (admits()) take(message)
  })
  control.on('close', () => {
    // A thread that ends closes its ports too, and says why a moment later.
    if (ended === null && !stopped)
      calledOff = later(CLOSED_MS, () => kill(downOf('disconnected', engineProblem('DISCONNECTED', { name }))))
  })
  worker.on('error', (error) => (failure = error))
  worker.on('exit', (code) => {
    calledOff()
    // What it said last may not have been heard yet; how much that is, is bounded like everything it says.
    for (let last = receiveMessageOnPort(control), n = 0; last && n < MESSAGES_PER_SECOND; n++) {
      take(last.message as FromThread)
      last = receiveMessageOnPort(control)
    }
    // It had died of something already and was only slow to go.
    if ((ended?.reason === 'hung' || ended?.reason === 'disconnected') && failure !== undefined) ended = null
    ended ??= stopped ? downOf('stopped') : causeOf(name, limits, code, failure)
    closeAll()
    ready.reject(failure ?? engineProblem('START_FAILED', { name, says: ended.error?.says ?? ended.reason }))
    down.resolve(ended)
  })

  const tell = (message: ToThread): void => {
    control.postMessage(message, 'end' in message ? [message.end.port] : [])
    rouse()
  }
  const askFor = <T>(question: (ask: number) => ToThread): Promise<T> =>
    new Promise((resolve, reject) => {
      const ask = asked++
      asks.set(ask, (message) => {
        asks.delete(ask)
        if (message.type === 'answer') resolve(message.value as T)
        else if (message.type === 'refusal') reject(Object.assign(new Error(message.error.says), message.error))
      })
      tell(question(ask))
    })
  return {
    ready: ready.promise,
    turned: turned.promise,
    down: down.promise,
    inspect: (actor) => askFor((ask) => ({ type: 'inspect', actor, ask })),
    inspected: {
      down: down.promise,
      startCpuProfile: (how) => worker.startCpuProfile(how),
      writeHeap: (file) => askFor((ask) => ({ type: 'write heap', file, ask })),
    },
    examine: () => {
      // It has ended when nobody can say any more what it holds.
      const looked = worker.getHeapStatistics().catch(() => ({ external_memory: 0 }))
      void looked.then(({ external_memory: held }) => {
        if (held > data.buffersMb * 2 ** 20)
          kill(downOf('out of memory', engineProblem('OUT_OF_MEMORY', { name, heapMb: data.buffersMb })))
      })
    },
    tell,
    stop: async (ms) => {
      tell({ type: 'stop' })
      let forced = false
      const giveUp = later(ms, () => {
        forced = ended === null
        kill(downOf('stopped'))
      })
      await down.promise
      giveUp()
      return !forced
    },
    kill,
  }
}

/** Those who share a thread have there what they would have alone; what comes and goes at once they need not add up. */
const limitsOf = (aboard: readonly Aboard[]): ThreadLimits =>
  aboard.map(({ child: { placement } }) => placement.limits ?? defaultLimits).reduce((all, one) => ({
    heapMb: all.heapMb + one.heapMb,
    youngMb: Math.max(all.youngMb, one.youngMb),
    stackMb: Math.max(all.stackMb, one.stackMb),
    ...(all.buffersMb !== undefined && one.buffersMb !== undefined && { buffersMb: all.buffersMb + one.buffersMb }),
  }))

/** What a child is offered by name: the ends its thread gets, and those that stay here. */
const offersOf = ({ placement }: Child, rouse: () => void, admits: () => boolean) => {
  const ours: MessagePort[] = []
  const theirs: Record<string, MessagePort> = {}
  for (const [name, object] of Object.entries(placement.services ?? {})) {
    const { port1, port2 } = new MessageChannel()
    offer(object, port1, rouse, admits)
    ours.push(port1)
    theirs[name] = port2
  }
  return { ours, theirs }
}

/** Asked at each message: admits so many a second; at the first one more, calls `flooded`, and none from then on. */
const boundedTo = (perSecond: number, flooded: () => void): (() => boolean) => {
  let since = realClock.elapsed()
  let count = 0
  let over = false
  return () => {
    if (over) return false
    if (++count <= perSecond) return true
    const now = realClock.elapsed()
    if (now - since > 1000) {
      since = now
      count = 1
      return true
    }
    over = true
    flooded()
    return false
  }
}
