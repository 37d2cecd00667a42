import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from '#engine/errors.ts'
import { dataDirectory } from '#actors/settings.ts'
import type { ProblemDocument } from '#api/contract.ts'
import { root } from '../launch/prepare.mjs'
import { addressOf } from './address.ts'
import { problem } from './errors.ts'

/** The engine that runs over a data directory, as its API lets it be asked. */
export type Running = {
  /** @throws SESSION_NOT_RUNNING, and what the API refuses with */
  get<T>(path: string): Promise<T>
  /** The same, for an answer to be read bit by bit. */
  post(path: string, body?: object): Promise<Response>
}

/**
 * Finds the engine that runs over a data directory: its address and its key lie there, for its owner's eyes alone.
 * @throws SESSION_NOT_RUNNING
 */
export const runningOver = (data: string | undefined): Running => {
  const folder = resolve(dataDirectory(data, join(root, '.ringmaster')))
  const key = join(folder, 'session-key')
  const absent = (cause?: unknown) => problem('NOT_RUNNING', { data: folder }, { cause })
  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Response> => {
    const origin = addressOf(folder)
    if (origin === null || !existsSync(key)) throw absent()
    const headers = {
      authorization: `Bearer ${readFileSync(key, 'utf8').trim()}`,
      ...(body && { 'content-type': 'application/json' }),
    }
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await fetch(`${origin}/api${path}`, sent).catch((cause: unknown) => {
      throw absent(cause)
    })
    if (!answer.ok) throw await refusalIn(answer)
    return answer
  }
  return {
    get: async <T>(path: string) => (await (await ask('GET', path)).json()) as T,
    post: (path, body) => ask('POST', path, body),
  }
}

const refusalIn = async (answer: Response): Promise<Error> => {
  const told = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>
  const { code = `HTTP_${answer.status}`, detail = `It answered ${answer.status}.`, todo = 'Look at its log.' } = told
  return new Problem({ code, message: detail, todo, next: 'stop', details: null })
}
