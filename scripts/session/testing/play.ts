import { readLog } from '#engine/mod.ts'
import { SYSTEM_KINDS } from '#actors/journal/kinds.ts'
import { isSystem, type Fact, type FactOf } from '#actors/messages.ts'
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
  for (let record = reader.next(); record; record = reader.next()) facts.push(JSON.parse(record.payload.toString('utf8')))
  reader.close()
  return facts
}

/** The facts of one kind. */
export const only = <T extends Fact['type']>(facts: readonly Fact[], type: T): FactOf<T>[] =>
  facts.filter((fact): fact is FactOf<T> => fact.type === type)

/** The market's facts alone: those that must be the same every time. */
export const business = (facts: readonly Fact[]): Fact[] => facts.filter((fact) => !isSystem(fact))

export { SYSTEM_KINDS }
