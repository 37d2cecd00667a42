/** A worker that loads a strategy file for the first time, tries it out, and says what came of it. */
import { parentPort, workerData } from 'node:worker_threads'
import { recordOf, type ErrorRecord } from '#engine/errors.ts'
import { loadDefinition } from '#actors/strategy/load.ts'
import { tryOut, type Card } from '#actors/strategy/trial.ts'

/** What is to be tried out. */
export type Trial = {
  readonly url: string
  /** How the message names it. */
  readonly strategy: string
  readonly symbol: string
  readonly params: Readonly<Record<string, unknown>>
}

/** What came of it. */
export type TrialResult = { readonly card: Card } | { readonly error: ErrorRecord }

const { url, strategy, symbol, params } = workerData as Trial
const result = async (): Promise<TrialResult> => {
  try {
    return { card: tryOut(await loadDefinition(strategy, url), params, { symbol, tick: 0.05 }) }
  } catch (error) {
    return { error: recordOf(error) }
  }
}
parentPort!.postMessage(await result())
