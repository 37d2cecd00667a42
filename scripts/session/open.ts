import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { availableParallelism } from 'node:os'
import { pause, realClock } from '#engine/clock.ts'
import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import { lockDirectory, type Lock } from '#engine/lock.ts'
import {
  durableOf, freshSeed, openLog, openSystem, readLog, seeded, supervisor,
  type Logger, type Message, type Node, type System, type SystemEvents,
} from '#engine/mod.ts'
import { standingOf } from '#actors/journal/past.ts'
import { kindOf } from '#actors/journal/kinds.ts'
import type { Command, SystemFact } from '#actors/messages.ts'
import { shardsFor } from '#actors/placement.ts'
import { prepareRun, type Run } from '#actors/run.ts'
import type { Order } from '#actors/strategy/strategy.actor.ts'
import { dataDirectory, readConfig } from '#actors/settings.ts'
import { tradingTree, type Conduct, type Trading } from '#actors/tree.ts'
import { buildThreads } from '../build-threads.ts'
import { sourced } from '../build-threads/sourced.ts'
import { root } from '../launch/prepare.mjs'
import { factOf, openCode, type Code } from './code.ts'
import { problem } from './errors.ts'

/** What a person asked for. */
export type SessionOptions = {
  readonly data?: string | undefined
  readonly recording?: string | undefined
  readonly config?: string | undefined
  /** `null` is as fast as possible. */
  readonly speed: number | null
  /** Minute of the day in India up to which the replay is hurried through. */
  readonly from: number | null
  /** So many ticks a second, whatever the speed; `null` or absent: by speed. */
  readonly rate?: number | null
  /** In which order things happen: in event time by default. */
  readonly order?: Order
  readonly fresh?: boolean
  /** Candle shards, whatever the configuration says. */
  readonly shards?: number
  readonly strategyActor?: Conduct['strategyActor']
  readonly log: Logger
  /** Tells a person what is happening. */
  readonly say: (line: string) => void
}

/** A session's ground: its run, alone in the data directory. */
export type Ground = {
  readonly run: Run
  readonly data: string
  readonly lock: Lock
  readonly resumes: boolean
  /** What strategy threads load. */
  readonly code: Code
}

/** The recording that comes with the engine. */
export const shippedRecording = join(import.meta.dirname, '../../actors/fixtures/nse-20221110')

/**
 * Claims the data directory, prepares the run, and decides whether it goes on: an interrupted run does, a finished one
 * is set aside and begins again.
 * @throws LOCK_DATA_DIRECTORY_IN_USE, and the problems of recording and configuration
 */
export const openGround = async (options: SessionOptions): Promise<Ground> => {
  const data = dataDirectory(options.data, join(root, '.ringmaster'))
  const config = readConfig(options.config)
  const lock = lockDirectory(data, realClock)
  try {
    const recording = options.recording ?? shippedRecording
    const code = await openCode(config.strategies, await buildThreads(), join(data, 'code'))
    for (const id of code.refused) options.say(refusalOf(id, code))
    const run = await prepareRun(recording, config, data, options.say, code.cards)
    if (run.leftOut.length > 0)
      options.say(`left out, since their symbols are not in the recording: ${run.leftOut.join(', ')}`)
    const standing = standingIn(run, options.say)
    if (standing.run && (options.fresh || standing.finished)) {
      const kept = setAside(run.dir)
      options.say(`the ${standing.finished ? 'finished' : 'earlier'} replay is kept in ${kept}; this one begins anew`)
      return { run, data, lock, code, resumes: false }
    }
    return { run, data, lock, code, resumes: standing.run !== null }
  } catch (error) {
    lock.release()
    throw error
  }
}

const refusalOf = (id: string, code: Code): string => {
  const verdict = code.verdictOf(id)
  const { code: name, says } = verdict?.type === 'refused' ? verdict.errors[0]! : { code: '', says: '' }
  return `${id} does not run, the others do. ${name}: ${says}`
}

const standingIn = (run: Run, say: SessionOptions['say']) => {
  if (!existsSync(run.journal)) return standingOf(run.journal, 0)
  const log = openLog(run.journal)
  const { durable, recovered: { cutBytes } } = log
  log.close()
  if (cutBytes > 0) say(`the journal ended in ${cutBytes} bytes that were never acknowledged; they were cut away`)
  return standingOf(run.journal, durable)
}

/** Moves a run's folder out of the way. Its database goes: it is made from the journal, which stays. */
const setAside = (dir: string): string => {
  const name = basename(dir)
  const taken = readdirSync(dirname(dir))
    .filter((one) => one.startsWith(`${name}.`))
    .map((one) => Number(one.slice(name.length + 1)))
  const kept = `${dir}.${Math.max(0, ...taken.filter(Number.isInteger)) + 1}`
  renameSync(dir, kept)
  rmSync(join(kept, 'db'), { recursive: true, force: true })
  return kept
}

/** Facts of the machinery as the executor takes them: at once, whatever the event time. */
export const noteOf = (...facts: SystemFact[]): Message & Extract<Command, { type: 'note' }> =>
  ({ type: 'note', at: Number.NEGATIVE_INFINITY, facts })

/** An error that came as data, to be thrown. */
export const errorOf = ({ code, says, todo }: ErrorRecord): Error => Object.assign(new Error(says), { code, todo })

/** A running session. */
export type Session = {
  readonly ground: Ground
  readonly system: System
  readonly trading: Trading
  readonly log: Logger
  /** Keeps a fact of the machinery. */
  note(...facts: SystemFact[]): void
  /** Keeps what a person did; resolves once it is on disk. @throws SESSION_NOT_RECORDED */
  record(fact: SystemFact): Promise<void>
  /** Resolves when the recording is through; rejects when trading is down for good or cannot be journaled. */
  readonly finished: Promise<void>
  /** Resolves, with the reason, when nothing in this process can help any more: it should end. */
  readonly exhausted: Promise<string>
  /** Why trading stands still: the journal cannot write, or trading is down for good. */
  halt(): ErrorRecord | null
  /** Aborted once the session is being stopped. */
  readonly over: AbortSignal
  stop(): Promise<void>
}

/** Nothing runs longer than this after a person asked for the end: half a second short of what they were promised. */
const STOP_MS = 2500

/** Starts the whole tree over a session's ground; `others` are nodes beside the trading tree. */
export const startSession = async (
  ground: Ground,
  options: SessionOptions,
  others: (session: Session) => readonly Node[] = () => [],
): Promise<Session> => {
  const { run, code } = ground
  const { log, strategyActor } = options
  const finished = Promise.withResolvers<void>()
  finished.promise.catch(() => undefined)
  const over = new AbortController()
  const exhausted = Promise.withResolvers<string>()
  let halted: ErrorRecord | null = null
  const stand = (error: ErrorRecord): void => {
    halted = error
    finished.reject(errorOf(error))
  }
  const trading = tradingTree(run, {
    pace: { speed: options.speed, rate: options.rate ?? null, from: options.from },
    order: options.order ?? 'event-time',
    shards: options.shards ?? run.placement.shards ?? shardsFor(availableParallelism()),
    services: { halting: { halted: stand } },
    refused: code.refused,
    definitionOf: (info) => code.definitionOf(info, !strategyActor),
    ...(strategyActor ? { strategyActor } : { strategyCode: code.thread }),
  })
  const note = (...facts: SystemFact[]): void => system.send('executor', noteOf(...facts))
  const events = eventsOf(trading, {
    log,
    note,
    failed: (because) => stand(recordOf(problem('TRADING_DOWN', { because }))),
    // A person mended what was wrong and had it restarted.
    running: () => (halted = null),
    exhausted: exhausted.resolve,
  })
  const system = openSystem({ clock: realClock, random: seeded(freshSeed()), log, events })
  const end = watchEnd(run.journal, system, () => finished.resolve())
  const session: Session = {
    ground, system, trading, log, note, finished: finished.promise,
    exhausted: exhausted.promise,
    record: (fact) => recordIn(run.journal, system, fact),
    halt: () => halted,
    over: over.signal,
    async stop() {
      over.abort()
      end()
      await system.stop(STOP_MS)
      ground.lock.release()
    },
  }
  try {
    await system.start(supervisor('ringmaster', rootPolicy, () => [trading.tree, ...others(session)]))
  } catch (error) {
    await session.stop()
    throw error
  }
  note(...code.written.map((id) => factOf(id, code.verdictOf(id)!, false)))
  return session
}

/** What trading cannot do without may fail as a whole three times in ten minutes; then the process ends. */
const rootPolicy = {
  restart: 'one-for-one', atMost: 3, withinMs: 600_000, then: 'escalate', delayMs: 200, delayMsMax: 10_000,
} as const

type Ears = {
  readonly log: Logger
  readonly note: (...facts: SystemFact[]) => void
  readonly failed: (because: string) => void
  readonly running: () => void
  readonly exhausted: (because: string) => void
}

/** What happens to actors, as log lines for people and facts for the record. */
const eventsOf = (trading: Trading, { log, note, failed, running, exhausted }: Ears): SystemEvents => {
  return {
    onDown(actor, { reason, error: thrown }) {
      const error = thrown && { ...thrown, stack: sourced(thrown.stack) }
      log.warn({ actor, reason, ...(error && { code: error.code }) }, `${actor} went down: ${error?.says ?? reason}`)
      note({ type: 'actorDown', actor, reason, error })
    },
    onRestarted(actor, restarts, tookMs) {
      log.info({ actor, restarts, tookMs }, `${actor} is back`)
      note({ type: 'actorRestarted', actor, restarts, tookMs })
    },
    onQuarantined(actor, because) {
      const strategy = trading.strategyOf(actor)
      if (strategy) trading.setAside(strategy)
      log.error({ actor }, `${actor} is set aside. ${because}`)
      note({ type: 'actorQuarantined', actor, because })
    },
    onFailed(id, because) {
      log.error({ supervisor: id }, `${id} gave up. ${because}`)
      if (id === trading.tree.name) failed(because)
    },
    onExhausted: exhausted,
    onState: (id, state) => void (id === trading.tree.name && state === 'running' && running()),
  }
}

/** How long what a person did may take to reach the disk: a restart of the core included. */
const RECORD_MS = 3000

const recordIn = async (journal: string, system: System, fact: SystemFact): Promise<void> => {
  const reader = readLog(journal, { after: durableOf(system.board), kinds: new Set([kindOf(fact.type)]) })
  try {
    system.send('executor', noteOf(fact))
    for (let waited = 0; waited < RECORD_MS; waited += 20) {
      if (reader.next(durableOf(system.board))) return
      await pause(20)
    }
    throw problem('NOT_RECORDED', { what: fact.type, ms: RECORD_MS })
  } finally {
    reader.close()
  }
}

/** Calls back once the journal says that the run is over. */
const watchEnd = (journal: string, system: System, over: () => void): (() => void) => {
  const reader = readLog(journal, { kinds: new Set([kindOf('runFinished')]) })
  let watching = true
  const look = async (): Promise<void> => {
    while (watching) {
      if (reader.next(durableOf(system.board))) over()
      await pause(50)
    }
    reader.close()
  }
  void look()
  return () => (watching = false)
}

