import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { later } from '#engine/clock.ts'
import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import { problem } from '#actors/strategy/errors.ts'
import type { Card } from '#actors/strategy/trial.ts'
import type { BuiltCode } from '../build-threads.ts'
import { compile, link, type StrategyFile } from './compile.ts'
import type { Trial, TrialResult } from './trial-main.ts'

/** How long a file may take to load and to be tried out; a good one takes a tenth of a second. */
const TRIAL_MS = 5000
/** Memory for that: as much as it will have when it runs. */
const limits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 }

/** A strategy file with what it is to run on. */
export type Ask = StrategyFile & {
  readonly symbol: string
  readonly params: Readonly<Record<string, unknown>>
}

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
      readonly errors: readonly [ErrorRecord, ...ErrorRecord[]]
    }

/**
 * Checks a strategy file: what it imports and uses, whether it compiles, and how it does in a worker of its own over
 * bars that were made up. Nothing of it runs in this thread.
 * @param into  where its code is kept, by its hash
 */
export const checkStrategy = async (ask: Ask, code: BuiltCode, into: string, ms = TRIAL_MS): Promise<Verdict> => {
  const compiled = compile(ask)
  const { files } = compiled
  if (compiled.type === 'bad') {
    const [first, ...rest] = compiled.problems.map(recordOf)
    return { type: 'refused', files, errors: [first!, ...rest] }
  }
  const url = link(compiled, code.kit, into)
  const result = await trial({ url, strategy: ask.label, symbol: ask.symbol, params: ask.params }, code.trial, ms)
  return 'card' in result
    ? { type: 'good', files, hash: compiled.hash, url, card: result.card }
    : { type: 'refused', files, errors: [namingLine(result.error, ask)] }
}

const trial = (workerData: Trial, module: string, ms: number): Promise<TrialResult> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL(module), {
      name: 'trial', workerData, env: {}, resourceLimits: limits, stdout: true, stderr: true,
      execArgv: ['--disable-warning=ExperimentalWarning', '--enable-source-maps'],
    })
    const end = (result: TrialResult): void => {
      giveUp()
      void worker.terminate()
      resolve(result)
    }
    const file = workerData.strategy
    const giveUp = later(ms, () => end({ error: recordOf(problem('LOOPS', { file, seconds: ms / 1000 })) }))
    worker.once('message', end)
    worker.once('error', (error) => end({ error: recordOf(error) }))
    worker.once('exit', () => end({ error: recordOf(problem('LOOPS', { file, seconds: ms / 1000 })) }))
  })

/** An error that the strategy's own code threw, with the author's line. */
const namingLine = (error: ErrorRecord, { file, label }: StrategyFile): ErrorRecord => {
  if (error.code.startsWith('STRATEGY_')) return error
  const folder = `${pathToFileURL(path.dirname(file)).href}/`
  const frame = error.stack.split('\n').find((line) => line.includes(folder))
  const [, name = path.basename(file), line] = frame?.split(folder)[1]?.match(/^(.*?):(\d+:\d+)/) ?? []
  const at = path.join(path.dirname(label), decodeURI(name)) + (line ? `:${line}` : '')
  return { ...recordOf(problem('THROWS', { at, says: error.says })), stack: error.stack }
}
