import { Worker } from 'node:worker_threads'
import { later } from '#engine/clock.ts'
import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import { problem } from '#actors/strategy/errors.ts'
import type { Card } from '#actors/strategy/trial.ts'
import type { BuiltCode } from '../build-threads.ts'
import type { Trial, TrialNews } from './trial-main.ts'

/** How long a file may take to load and to be tried out; a good one takes a tenth of a second. */
const TRIAL_MS = 5000
/** Memory for that: as much as it will have when it runs. */
const limits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 }

/** A strategy file, with what it is to run on. */
export type Ask = Pick<Trial, 'file' | 'label' | 'symbol' | 'params'>

/** Whether a strategy file may run. `files` are those it was made of, good or not. */
export type Verdict =
  | {
      readonly type: 'good'
      readonly files: readonly string[]
      /** Of the code, whatever the parameters. */
      readonly hash: string
      /** What a thread loads. */
      readonly url: string
      readonly card: Card
    }
  | {
      readonly type: 'refused'
      readonly files: readonly string[]
      /** At least one. */
      readonly errors: readonly ErrorRecord[]
    }

/**
 * Checks a strategy file in a worker of its own: whether it compiles, what it imports and uses, and how it does over
 * bars that were made up. Nothing of it runs in this thread, and the worker ends with the check.
 * @param into  where its code is kept, by its hash
 */
export const checkStrategy = (ask: Ask, code: BuiltCode, into: string, ms = TRIAL_MS): Promise<Verdict> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL(code.trial), {
      name: 'trial', workerData: { ...ask, kit: code.kit, into } satisfies Trial,
      env: {}, resourceLimits: limits, stdout: true, stderr: true,
      // No source maps: the lines of a strategy file are the author's, and the compiler says where only without them.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    let known: Pick<Verdict, 'files'> & { readonly hash?: string; readonly url?: string } = { files: [ask.file] }
    const end = (verdict: Verdict): void => {
      giveUp()
      void worker.terminate()
      resolve(verdict)
    }
    const refuse = (error: unknown): void =>
      end({ type: 'refused', files: known.files, errors: [recordOf(error)] })
    const giveUp = later(ms, () => refuse(problem('LOOPS', { file: ask.label, seconds: ms / 1000 })))
    worker.on('message', (news: TrialNews) => {
      if (news.type === 'compiled') known = news
      else if (news.type === 'refused') end(news)
      else if (news.type === 'failed') end({ type: 'refused', files: known.files, errors: [news.error] })
      else end({ type: 'good', files: known.files, hash: known.hash!, url: known.url!, card: news.card })
    })
    worker.once('error', ({ message }) => refuse(problem('THROWS', { at: ask.label, says: message })))
    worker.once('exit', () => refuse(problem('THROWS', { at: ask.label, says: 'its thread ended.' })))
  })
