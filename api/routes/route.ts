import type { Static, TSchema } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type { Control, ParseParams } from '../control.ts'
import type { Look } from '../look.ts'
import type { Views } from '../views/mod.ts'

/** Who may use a route. `open` is for everybody who reaches the port. */
export type Role = 'open' | 'viewer' | 'trader' | 'owner'

/** What every handler is given. */
export type Door = {
  readonly views: Views
  readonly control: Control
  /** What is asked for often, asked of the supervisor seldom. */
  readonly look: Look
  readonly parseParams: ParseParams
  readonly version: string
}

type Asks = { readonly params?: TSchema; readonly querystring?: TSchema; readonly body?: TSchema }
type Part<S> = S extends TSchema ? Static<S> : undefined
/** A request after validation. */
export type Asked<A extends Asks> = {
  readonly params: Part<A['params']>
  readonly query: Part<A['querystring']>
  readonly body: Part<A['body']>
}

/** One thing the API can do: what it takes, who may do it, what it answers. */
export type Route<A extends Asks = Asks> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /api. */
  readonly path: string
  readonly role: Role
  readonly tag: string
  readonly summary: string
  readonly asks?: A
  /** Schemas by status; the first is the status of an answer that names none. */
  readonly answers: Readonly<Record<number, TSchema>>
  /** Media type, where it is not JSON. */
  readonly produces?: string
  /** False when a repeat under the same Idempotency-Key is work of its own: its answer is too large to remember. */
  readonly repeatable?: false
  handle(asked: Asked<A>, door: Door, reply: FastifyReply): unknown
}

/** Declares a route; what its handler is given follows from what it asks for. */
export const route = <const A extends Asks>(one: Route<A>): Route => one as unknown as Route
