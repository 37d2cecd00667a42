/** A worker that compiles a strategy file, loads it for the first time, tries it out, and says what came of it. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import { problem } from '#actors/strategy/errors.ts'
import { loadDefinition } from '#actors/strategy/load.ts'
import { tryOut, type Card } from '#actors/strategy/trial.ts'
import { compile, link, type StrategyFile } from './compile.ts'

/** What is to be tried out. */
export type Trial = StrategyFile & {
  readonly symbol: string
  readonly params: Readonly<Record<string, unknown>>
  /** URL of the built kit. */
  readonly kit: string
  /** Where the code is kept. */
  readonly into: string
}

/** What came of it, as far as it is known: first what the files say, then what they do. */
export type TrialNews =
  | { readonly type: 'compiled'; readonly files: readonly string[]; readonly hash: string; readonly url: string }
  | { readonly type: 'refused'; readonly files: readonly string[]; readonly errors: readonly ErrorRecord[] }
  | { readonly type: 'tried'; readonly card: Card }
  | { readonly type: 'failed'; readonly error: ErrorRecord }

const trial = workerData as Trial
const say = (news: TrialNews): void => parentPort!.postMessage(news)

const run = async (): Promise<void> => {
  const compiled = compile(trial)
  const { files } = compiled
  if (compiled.type === 'bad') return say({ type: 'refused', files, errors: compiled.problems.map(recordOf) })
  const url = link(compiled, trial.kit, trial.into)
  say({ type: 'compiled', files, hash: compiled.hash, url })
  try {
    const definition = await loadDefinition(trial.label, url)
    say({ type: 'tried', card: tryOut(definition, trial.params, { symbol: trial.symbol, tick: 0.05 }) })
  } catch (error) {
    say({ type: 'failed', error: namingLine(recordOf(error), trial) })
  }
}

/** An error that the strategy's own code threw, with the author's line. */
const namingLine = (error: ErrorRecord, { file, label }: StrategyFile): ErrorRecord => {
  if (error.code.startsWith('STRATEGY_')) return error
  const folder = `${pathToFileURL(path.dirname(file)).href}/`
  const frame = error.stack.split('\n').find((line) => line.includes(folder))
  const [, name = path.basename(file), line] = frame?.split(folder)[1]?.match(/^(.*?):(\d+:\d+)/) ?? []
  const at = path.join(path.dirname(label), decodeURI(name)) + (line ? `:${line}` : '')
  return { ...recordOf(problem('THROWS', { at, says: error.says })), stack: error.stack }
}

await run()
