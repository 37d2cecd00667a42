import { Type } from '@fastify/type-provider-typebox'
import { listOf } from '../schemas.ts'
import { ById, accepted, found } from './ask.ts'
import { route } from './route.ts'
import type { Door } from './route.ts'

const mutation = (verb: 'kill' | 'restart', summary: string) =>
  route({
    method: 'POST',
    path: `/system/actors/:id/${verb}`,
    role: 'trader',
    tag: 'system',
    summary,
    asks: { params: ById },
    answers: { 202: Type.Object({ id: Type.String() }) },
    async handle({ params: { id } }, { control }: Door) {
      found(
        (await control.actors()).find((one) => one.id === id),
        'actor',
        id,
      )
      accepted(await control[verb](id))
      return { id }
    },
  })

/** The supervision tree. */
export const systemRoutes = [
  route({
    method: 'GET',
    path: '/system/actors',
    role: 'viewer',
    tag: 'system',
    summary: 'The supervision tree, alive',
    answers: { 200: listOf('Actor') },
    handle: async (_, { control }) => ({ items: await control.actors() }),
  }),
  mutation('kill', 'End an actor as a crash would; its supervisor brings it back'),
  mutation('restart', 'Stop an actor in order and start it from the journal'),
]
