import { STATUS_CODES } from 'node:http'
import type { FastifyError } from 'fastify'
import { Problem } from '#engine/mod.ts'
import type { Refused } from './control.ts'
import type { ProblemDocument } from './contract.ts'
import { problem } from './errors.ts'

/** The media type of RFC 9457. */
export const problemType = 'application/problem+json'

/** What a caller did wrong in one place: a JSON pointer and a sentence. */
export type Fault = { readonly path: string; readonly says: string }

const statusOf: Readonly<Record<string, number>> = {
  API_NO_KEY: 401,
  API_NOT_ALLOWED: 403,
  API_FOREIGN_ORIGIN: 403,
  API_FOREIGN_HOST: 421,
  API_NO_SUCH_PATH: 404,
  API_NO_DASHBOARD: 404,
  API_UNKNOWN: 404,
  API_INVALID: 400,
  API_UNREADABLE: 400,
  API_KEY_REUSED: 422,
  API_TOO_MANY_REQUESTS: 429,
  API_UNEXPECTED: 500,
}

/** Thrown for a command that the system refused; its code and words are the system's own. Answered with 409. */
export class CommandRefused extends Problem {
  constructor({ code, says, todo }: Refused) {
    super({ code, message: says, todo, next: 'stop', details: null })
  }
}

/** Thrown for a request of the wrong shape; answered with 400 and each fault. */
export class Invalid extends Problem {
  readonly errors: readonly Fault[]

  constructor(where: string, errors: readonly Fault[]) {
    const { code, message, todo, next, details } = problem('INVALID', {
      where,
      count: errors.length,
    })
    super({ code, message, todo, next, details })
    this.errors = errors
  }
}

/** The document that a thrown value is answered with. */
export const documentOf = (
  thrown: unknown,
  request: { id: string; url: string },
): ProblemDocument => {
  const { status, cause } = judge(thrown, request)
  return {
    type: `urn:ringmaster:problem:${cause.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: cause.message,
    instance: request.url,
    code: cause.code,
    todo: cause.todo,
    ...(cause instanceof Invalid && { errors: [...cause.errors] }),
  }
}

const judge = (thrown: unknown, { id }: { id: string }): { status: number; cause: Problem } => {
  if (thrown instanceof CommandRefused) return { status: 409, cause: thrown }
  if (thrown instanceof Problem && statusOf[thrown.code])
    return { status: statusOf[thrown.code]!, cause: thrown }
  const {
    validation,
    validationContext,
    statusCode = 500,
    message,
  } = thrown as Partial<FastifyError>
  if (validation)
    return {
      status: 400,
      cause: new Invalid(partOf[validationContext ?? ''] ?? 'request', faultsOf(validation)),
    }
  if (statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      cause: problem('UNREADABLE', { because: lowered(message ?? 'no reason given') }),
    }
  return { status: 500, cause: problem('UNEXPECTED', { request: id }) }
}

const partOf: Readonly<Record<string, string>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'headers',
}

// A property too many is reported twice: by its object, and by itself as a schema of `false`. Once is enough.
const faultsOf = (validation: NonNullable<FastifyError['validation']>): Fault[] =>
  validation
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map(({ keyword, instancePath, message }) => ({
      path: instancePath || '/',
      says: keyword === 'boolean' ? 'is not known here' : (message ?? 'is not valid'),
    }))

const lowered = (text: string): string =>
  text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
