import { createReadStream, rmSync } from 'node:fs'
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { ref, listOf } from '../schemas.ts'
import { ById, accepted, brought, found } from './ask.ts'
import { route } from './route.ts'
import type { Door } from './route.ts'

/** A profile covers so long at most; the engine's own bound is the same. */
const profileSecondsMax = 60

const known = async (id: string, { look }: Door) =>
  found(
    (await look.actors()).find((one) => one.id === id),
    'actor',
    id,
  )

const mutation = (verb: 'kill' | 'restart', summary: string) =>
  route({
    method: 'POST',
    path: `/system/actors/:id/${verb}`,
    role: 'trader',
    tag: 'system',
    summary,
    asks: { params: ById },
    answers: { 202: Type.Object({ id: Type.String() }) },
    async handle({ params: { id } }, door: Door) {
      await known(id, door)
      accepted(await door.control[verb](id))
      door.look.forget()
      return { id }
    },
  })

// As browsers and developer tools name what they load and save.
const asFile = (reply: FastifyReply, id: string, ending: string): void =>
  void reply.header(
    'content-disposition',
    `attachment; filename="${id.replace(/[^\w.-]+/g, '-')}.${ending}"`,
  )

/** The supervision tree, and what it costs. */
export const systemRoutes = [
  route({
    method: 'GET',
    path: '/system',
    role: 'viewer',
    tag: 'system',
    summary: 'The process as a whole: load, memory, rings',
    answers: { 200: ref('System') },
    handle: (_, { look }) => look.system(),
  }),
  route({
    method: 'GET',
    path: '/system/actors',
    role: 'viewer',
    tag: 'system',
    summary: 'The supervision tree, alive',
    answers: { 200: listOf('Actor') },
    handle: async (_, { look }) => ({ items: await look.actors() }),
  }),
  route({
    method: 'GET',
    path: '/system/actors/:id/latency',
    role: 'viewer',
    tag: 'system',
    summary: 'How long an actor took, by size',
    asks: { params: ById },
    answers: { 200: ref('Latency') },
    async handle({ params: { id } }, door) {
      await known(id, door)
      const [latency] = await door.control.latencies(id)
      const none = { count: 0, sum: 0, p50: null, p99: null, p999: null, max: null, buckets: [] }
      return latency ?? { actor: id, ...none }
    },
  }),
  mutation('kill', 'End an actor as a crash would; its supervisor brings it back'),
  mutation('restart', 'Stop an actor in order and start it from the journal'),
  route({
    method: 'POST',
    path: '/system/actors/:id/profile',
    role: 'owner',
    tag: 'system',
    summary: 'Where the thread of an actor spends its time in the next seconds, as a .cpuprofile',
    asks: {
      params: ById,
      body: Type.Object({ seconds: Type.Integer({ minimum: 1, maximum: profileSecondsMax }) }),
    },
    answers: { 200: Type.String() },
    produces: 'application/json; charset=utf-8',
    repeatable: false,
    async handle({ params: { id }, body: { seconds } }, door, reply) {
      await known(id, door)
      const profile = brought(await door.control.profile(id, seconds))
      asFile(reply, id, 'cpuprofile')
      return profile
    },
  }),
  route({
    method: 'POST',
    path: '/system/actors/:id/heap-snapshot',
    role: 'owner',
    tag: 'system',
    summary:
      'Everything the thread of an actor holds in memory, as a .heapsnapshot; the thread stands still meanwhile',
    asks: { params: ById },
    answers: { 200: Type.String() },
    produces: 'application/octet-stream',
    repeatable: false,
    async handle({ params: { id } }, door, reply) {
      await known(id, door)
      const file = brought(await door.control.heapSnapshot(id))
      asFile(reply, id, 'heapsnapshot')
      return createReadStream(file).once('close', () => rmSync(file, { force: true }))
    },
  }),
]
