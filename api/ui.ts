import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem } from './errors.ts'
import { pathOf } from './gate.ts'
import { pagePolicy } from './policy.ts'

const yearSeconds = 31_536_000

/** Serves the built dashboard: its files as they are, and its page for every address that is no file. */
export const serveUi = async (app: FastifyInstance, dir: string): Promise<void> => {
  const built = existsSync(join(dir, 'index.html'))
  const policyOf = pagePolicies()
  if (built)
    await app.register(fastifyStatic, {
      root: dir,
      preCompressed: true,
      cacheControl: false,
      schemaHide: true,
      setHeaders(reply, file, { mtimeMs }) {
        const hashed = file.includes('/_app/immutable/')
        reply.header(
          'cache-control',
          hashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
        )
        const page = /^(.*\.html)(\.br|\.gz)?$/.exec(file)?.[1]
        if (page) reply.header('content-security-policy', policyOf(page, mtimeMs))
      },
    })
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const { method, url } = request
    const path = pathOf(url)
    const isPage =
      (method === 'GET' || method === 'HEAD') && !path.startsWith('/api') && !/\.\w+$/.test(path)
    if (!isPage) throw problem('NO_SUCH_PATH', { method, path })
    if (!built) throw problem('NO_DASHBOARD', { dir })
    return reply.sendFile('index.html')
  })
}

// Read again when a build replaced the page: its inline script has another hash then.
const pagePolicies = () => {
  const known = new Map<string, { mtimeMs: number; policy: string }>()
  return (file: string, mtimeMs: number): string => {
    const before = known.get(file)
    if (before?.mtimeMs === mtimeMs) return before.policy
    const policy = pagePolicy(readFileSync(file, 'utf8'))
    known.set(file, { mtimeMs, policy })
    return policy
  }
}
