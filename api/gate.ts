import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { problem } from './errors.ts'
import type { Role } from './routes/mod.ts'

/** Who may come in, and under which names this server goes. */
export type Gate = {
  /** The session key. Whoever holds it is the owner. */
  readonly token: string
  /** Host names beside loopback's own that a request may be addressed to. */
  readonly hosts?: readonly string[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route; without one, only who holds the session key. */
    role?: Role
  }
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** Whether `given` is the key, in the same time for every wrong one. */
export const isKey = (given: string, token: string): boolean =>
  timingSafeEqual(digest(given), digest(token))

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Checks that a request is addressed to this server and not sent by a page of another. A page that rebinds its
 * own name to 127.0.0.1 still sends that name as Host; a page elsewhere that opens a socket sends its Origin.
 */
export const checkAddress = (
  { headers }: Pick<FastifyRequest, 'headers'>,
  { hosts = [] }: Gate,
): void => {
  const host = headers.host ?? ''
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (![...loopback, ...hosts].includes(name)) throw problem('FOREIGN_HOST', { host })
  const { origin } = headers
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase())
    throw problem('FOREIGN_ORIGIN', { origin })
}

/** Checks that a request may use its route. Whatever is not open wants the key, also what does not exist. */
export const checkKey = ({ headers, routeOptions, url }: FastifyRequest, { token }: Gate): void => {
  if (routeOptions.config.role === 'open') return
  const [, given] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (given === undefined || !isKey(given, token)) throw problem('NO_KEY', { path: pathOf(url) })
}

/** The path of a URL, without its query. */
export const pathOf = (url: string): string => url.split('?', 1)[0]!

const hostOf = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null
