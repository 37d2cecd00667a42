import { Problem } from '../errors.ts'
import { realFileSystem, type FileSystem } from './file-system.ts'
import { emptyWalk, walkLog } from './walk.ts'

/** What a log is worth. */
export type Verdict = {
  /** Records in whole groups before the first damage. */
  readonly records: number
  /** Hex of the chain value of the last of them. */
  readonly lastChain: string
  /** An unfinished group at the end: harmless, the next opening cuts it. */
  readonly torn: { readonly bytes: number; readonly records: number }
  /** The first damage; a chain cannot be followed beyond it. Empty when all is well. */
  readonly problems: readonly Problem[]
}

/** Walks the whole log and its chain. Changes nothing; the log may be open meanwhile. */
export const verifyLog = (dir: string, io: FileSystem = realFileSystem): Verdict => {
  const walk = emptyWalk()
  const problems: Problem[] = []
  try {
    walkLog(io, dir, walk)
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown
    problems.push(thrown)
  }
  return { records: walk.records, lastChain: walk.chain.toString('hex'), torn: walk.torn, problems }
}
