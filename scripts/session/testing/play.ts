import { pause, readLog, recordOf, type Random } from '#engine/mod.ts'
import { isSystem, type Fact, type FactOf } from '#actors/messages.ts'
import { inOneThread } from '../headless.ts'
import { openGround, startSession, type Ground, type Session, type SessionOptions } from '../open.ts'
import { reportOf, type Report } from '../report.ts'

/** A run that was played to its end. */
export type Played = { readonly ground: Ground; readonly facts: Fact[]; readonly report: Report }

/** A log that keeps nothing. */
export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** As fast as possible, through, quietly. */
export const plain = { speed: null, from: null, log: quiet, say: () => undefined } as const

/**
 * Plays a run to its end in threads, while `meanwhile` does to it what it likes.
 * @throws what ends the session before its end
 */
export const play = async (
  options: Partial<SessionOptions> & Pick<SessionOptions, 'data'>,
  meanwhile: (session: Session) => Promise<void> | void = () => undefined,
): Promise<Played> => {
  const all = { ...plain, ...options }
  const ground = await openGround(all)
  const session = await startSession(ground, all)
  const disturbance = Promise.resolve(meanwhile(session))
  try {
    await Promise.race([session.finished, disturbance.then(() => session.finished)])
  } catch (error) {
    // Not as it is: its `todo` is for people, and tap would take it for a test that may fail.
    throw new Error(recordOf(error).says, { cause: error })
  } finally {
    await session.stop()
    await disturbance
  }
  return readPlayed(ground)
}

/** What a run's journal holds. */
export const readPlayed = (ground: Ground): Played => ({
  ground,
  facts: factsOf(ground.run.journal),
  report: reportOf(ground.run.journal, ground.run.info, 0),
})

/** All facts of a journal, oldest first. */
export const factsOf = (journal: string): Fact[] => {
  const reader = readLog(journal)
  const facts: Fact[] = []
  for (let record = reader.next(); record; record = reader.next())
    facts.push(JSON.parse(record.payload.toString('utf8')))
  reader.close()
  return facts
}

/** The facts of one kind. */
export const only = <T extends Fact['type']>(facts: readonly Fact[], type: T): FactOf<T>[] =>
  facts.filter((fact): fact is FactOf<T> => fact.type === type)

/** The market's facts alone: those that must be the same every time. */
export const business = (facts: readonly Fact[]): Fact[] => facts.filter((fact) => !isSystem(fact))

/** Plays a run in this one thread: the quickest way to know what it must come to. */
export const playInline = async (options: Partial<SessionOptions> & Pick<SessionOptions, 'data'>): Promise<Played> => {
  const all = { ...plain, ...options }
  const ground = await openGround(all)
  await inOneThread(ground, all)
  return readPlayed(ground)
}

/** What must be the same every time: all of a report but how long it took, and what was restarted. */
export const essence = ({ strategies, journal, wallMs: _, ...rest }: Report) => ({
  ...rest,
  sha256OfFacts: journal.sha256OfFacts,
  strategies: strategies.map(({ restarts: _, ...one }) => one),
})

/** Calls `work` now and then, at random moments, for as long as the session lasts. */
export const nowAndThen = async (session: Session, random: Random, work: () => void): Promise<void> => {
  let over = false
  const end = (): void => void (over = true)
  session.finished.then(end, end)
  for (;;) {
    await pause(100 + random.whole(500))
    if (over) return
    work()
  }
}
