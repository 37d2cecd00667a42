import { recordOf, type ErrorRecord, type Next } from '../errors.ts'
import { engineProblem } from '../problems.ts'
import type { ThreadLimits } from '../tree.ts'

/**
 * Why a thread is gone; `stopped` alone is no failure, and `killed` is a person's doing.
 *
 * `threw` is an error nobody caught, a rejected promise and a stack that overflowed among them; `hung` gave no sign of
 * life, whatever it was stuck in; `flooded` sent its supervisor more than anybody could want to know; `disconnected`
 * closed the port it is supervised by, or one between it and a neighbour.
 */
export type DownReason =
  | 'threw' | 'exited' | 'out of memory' | 'hung' | 'flooded' | 'disconnected' | 'killed' | 'stopped'

/** How a thread ended: every kind of death in one shape. */
export type Down = {
  readonly reason: DownReason
  readonly error: ErrorRecord | null
  /** What its error asks for: after `stop` a restart is of no use before a person has acted. */
  readonly next: Next
}

/** A death of a reason, by an error if there is one. */
export const downOf = (reason: DownReason, error?: unknown): Down => ({
  reason,
  error: error === undefined ? null : recordOf(error),
  next: (error as { next?: Next } | undefined)?.next ?? 'restart',
})

/**
 * What a thread died of that nobody asked to end.
 * @param code     the exit code of its worker
 * @param failure  what its worker threw, if it did
 */
export const causeOf = (name: string, limits: ThreadLimits, code: number, failure: unknown): Down => {
  const nodeCode = (failure as { code?: string } | undefined)?.code
  if (nodeCode === 'ERR_WORKER_OUT_OF_MEMORY')
    return downOf('out of memory', engineProblem('OUT_OF_MEMORY', { name, heapMb: limits.heapMb }))
  if (nodeCode === 'ENGINE_OUT_OF_MEMORY') return downOf('out of memory', failure)
  if (failure !== undefined) return downOf('threw', failure)
  return downOf('exited', engineProblem('EXITED', { name, code }))
}
