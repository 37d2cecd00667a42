import { Type } from '@fastify/type-provider-typebox'
import type { Brought, Done } from '../control.ts'
import { problem } from '../errors.ts'
import { CommandRefused, Invalid } from '../problems.ts'
import { itemsMax } from '../views/mod.ts'
import type { PagedView } from '../views/paged.ts'

/** `{id}` in a path. */
export const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) })

/** What narrows and continues a list. */
export const PageOf = {
  cursor: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: itemsMax, description: 'items at most; 100 if not given' }),
  ),
}
/** Which part of a list. */
export const Paging = Type.Object(PageOf)
/** Which items of a list, and which part of those. */
export const Search = Type.Object({
  strategy: Type.Optional(Type.String({ maxLength: 200 })),
  symbol: Type.Optional(Type.String({ maxLength: 100 })),
  ...PageOf,
})

type Query = { strategy?: string; symbol?: string; cursor?: string; limit?: number }

/** One page of a list, newest first. */
export const pageOf = <C extends 'signals' | 'orders' | 'trades'>(
  list: PagedView<C>,
  { limit = 100, ...query }: Query,
) => {
  try {
    return list.page({ ...query, limit })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Invalid('query', [{ path: '/cursor', says: 'is not the `next` of an earlier page' }])
  }
}

/** What was found, or a 404 that names what was looked for. */
export const found = <T>(item: T | undefined, kind: string, id: string): T => {
  if (item === undefined) throw problem('UNKNOWN', { kind, id })
  return item
}

/** Passes when the command was taken; a refusal becomes a 409 in the system's own words. */
export const accepted = (done: Done): void => {
  if (done.type === 'refused') throw new CommandRefused(done)
}

/** What the system brought; a refusal becomes a 409 in the system's own words. */
export const brought = (answer: Brought): string => {
  if (answer.type === 'refused') throw new CommandRefused(answer)
  return answer.what
}
