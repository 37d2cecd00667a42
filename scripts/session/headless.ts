import { realClock } from '#engine/clock.ts'
import type { ErrorRecord } from '#engine/errors.ts'
import { durableOf, readLog, runInline, seeded } from '#engine/mod.ts'
import { kindOf } from '#actors/journal/kinds.ts'
import { tradingTree } from '#actors/tree.ts'
import { commandProblem } from '../command/errors.ts'
import { loggerOver, openPino } from './log.ts'
import { errorOf, openGround, startSession, type Ground, type SessionOptions } from './open.ts'
import { fromOf, orderOf, rateOf, speedOf } from './options.ts'
import { reportOf, type Report } from './report.ts'
import { problem } from './errors.ts'

/** What a person gave to `replay`. */
export type HeadlessGiven = {
  readonly data?: string | undefined
  readonly recording?: string | undefined
  readonly config?: string | undefined
  readonly from?: string | undefined
  readonly rate?: string | undefined
  readonly order: string
  readonly fresh: boolean
  readonly speed: string
  readonly threads: string
  readonly verbose: boolean
}

/** Runs a whole recording through and reads its journal into a report. */
export const replayHeadless = async (given: HeadlessGiven): Promise<{ status: number; report: Report }> => {
  const { data, recording, config, fresh, threads } = given
  if (threads !== 'one' && threads !== 'many')
    throw commandProblem('VALUE_INVALID', { option: '--threads', given: threads, needs: 'one or many' })
  const options: SessionOptions = {
    data, recording, config, fresh,
    speed: speedOf(given.speed),
    from: fromOf(given.from),
    rate: rateOf(given.rate),
    order: orderOf(given.order),
    log: loggerOver(openPino(given.verbose ? 'info' : 'warn')),
    say: (line) => console.error(`replay: ${line}`),
  }
  const started = realClock.elapsed()
  const ground = await openGround(options)
  if (ground.resumes) options.say('going on where the journal ends')
  await (threads === 'one' ? inOneThread : inManyThreads)(ground, options)
  const report = reportOf(ground.run.journal, ground.run.info, realClock.elapsed() - started)
  const seconds = (report.wallMs / 1000).toFixed(1)
  options.say(`done in ${seconds} s: ${report.ticks.fed} ticks, ${report.journal.records} records`)
  return { status: 0, report }
}

const inManyThreads = async (ground: Ground, options: SessionOptions): Promise<void> => {
  // Heard from the first moment on, so that an end asked for while starting is an ordered end too.
  const interrupted = Promise.withResolvers<never>()
  interrupted.promise.catch(() => undefined)
  const interrupt = (): void => interrupted.reject(problem('INTERRUPTED', {}))
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const session = await startSession(ground, options)
    try {
      await Promise.race([session.finished, interrupted.promise])
    } finally {
      await session.stop()
    }
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** Runs the tree in this thread. @throws what halted the journal, or what an actor threw */
export const inOneThread = async (
  { run, lock, code }: Ground, { speed, from, rate = null, order = 'event-time', log, shards = 1 }: SessionOptions,
): Promise<void> => {
  let halted: ErrorRecord | null = null
  const services = { halting: { halted: (error: ErrorRecord) => void (halted = error) } }
  const { tree } = tradingTree(run, {
    pace: { speed, rate, from }, order, shards, services, refused: code.refused,
    definitionOf: (info) => code.definitionOf(info, false),
  })
  const reader = readLog(run.journal, { kinds: new Set([kindOf('runFinished')]) })
  try {
    await runInline(tree, {
      log, random: seeded(1),
      done: (board) => {
        if (halted) throw errorOf(halted)
        return reader.next(durableOf(board)) !== undefined
      },
    })
  } finally {
    reader.close()
    lock.release()
  }
}
