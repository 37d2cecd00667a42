import { realClock } from '#engine/clock.ts'
import { durableOf, readLog, runInline, seeded } from '#engine/mod.ts'
import { kindOf } from '#actors/journal/kinds.ts'
import { tradingTree } from '#actors/tree.ts'
import { commandProblem } from '../command/errors.ts'
import { loggerOver, openPino } from './log.ts'
import { openGround, startSession, type Ground, type SessionOptions } from './open.ts'
import { fromOf, speedOf } from './options.ts'
import { reportOf, type Report } from './report.ts'
import { problem } from './errors.ts'

/** What a person gave to `replay`. */
export type HeadlessGiven = {
  readonly data?: string | undefined
  readonly recording?: string | undefined
  readonly config?: string | undefined
  readonly from?: string | undefined
  readonly fresh: boolean
  readonly speed: string
  readonly threads: string
  readonly verbose: boolean
}

/** Runs a whole recording through and reads its journal into a report. */
export const replayHeadless = async (given: HeadlessGiven): Promise<{ status: number; report: Report }> => {
  const { data, recording, config, fresh } = given
  const options: SessionOptions = {
    data, recording, config, fresh,
    speed: speedOf(given.speed),
    from: fromOf(given.from),
    log: loggerOver(openPino(given.verbose ? 'info' : 'warn')),
    say: (line) => console.error(`replay: ${line}`),
  }
  const started = realClock.elapsed()
  const ground = await openGround(options)
  if (ground.resumes) options.say('going on where the journal ends')
  if (given.threads === 'one') await inOneThread(ground, options)
  else if (given.threads === 'many') await inManyThreads(ground, options)
  else throw commandProblem('VALUE_INVALID', { option: '--threads', given: given.threads, needs: 'one or many' })
  const report = reportOf(ground.run.journal, ground.run.info, realClock.elapsed() - started)
  options.say(`done in ${(report.wallMs / 1000).toFixed(1)} s: ${report.ticks.fed} ticks, ${report.journal.records} records`)
  return { status: 0, report }
}

const inManyThreads = async (ground: Ground, options: SessionOptions): Promise<void> => {
  const session = await startSession(ground, options)
  const interrupted = Promise.withResolvers<never>()
  const interrupt = (): void => interrupted.reject(problem('INTERRUPTED', {}))
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    await Promise.race([session.finished, interrupted.promise])
  } finally {
    await session.stop()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

const inOneThread = async ({ run, lock }: Ground, { speed, from, log, shards = 1 }: SessionOptions): Promise<void> => {
  const { tree } = tradingTree(run, { pace: { speed, from }, shards })
  const reader = readLog(run.journal, { kinds: new Set([kindOf('runFinished')]) })
  try {
    await runInline(tree, {
      log, random: seeded(1), done: (board) => reader.next(durableOf(board)) !== undefined,
    })
  } finally {
    reader.close()
    lock.release()
  }
}
