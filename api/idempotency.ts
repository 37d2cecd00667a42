import { createHash } from 'node:crypto'
import { problem } from './errors.ts'

/** Answers remembered: an hour of a person clicking, at a few hundred bytes to 20 KB each. */
export const answersMax = 500

/** Does the work of a request once, however often it is sent under the same key. */
export type Once = <T>(
  key: string | undefined,
  request: string,
  work: () => Promise<T>,
) => Promise<T>

/**
 * Remembers the newest answers by Idempotency-Key. A repeat waits for, and gets, the first answer; a failure is
 * forgotten, so that it can be tried again. A key under which something else was asked is refused.
 */
export const onceByKey = (): Once => {
  const known = new Map<string, { request: string; answer: Promise<unknown> }>()
  return <T>(key: string | undefined, request: string, work: () => Promise<T>): Promise<T> => {
    if (key === undefined) return work()
    const asked = createHash('sha256').update(request).digest('base64')
    const before = known.get(key)
    if (before && before.request !== asked) throw problem('KEY_REUSED', { key })
    if (before) return before.answer as Promise<T> // the same request, so the same route and type
    const answer = work()
    known.set(key, { request: asked, answer })
    answer.catch(() => known.delete(key))
    if (known.size > answersMax) known.delete(known.keys().next().value!)
    return answer
  }
}
