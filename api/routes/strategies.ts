import { Type } from '@fastify/type-provider-typebox'
import { Invalid } from '../problems.ts'
import { listOf, pageOf as pageSchema, ref } from '../schemas.ts'
import type { Views } from '../views/mod.ts'
import { ById, Paging, accepted, found, pageOf } from './ask.ts'
import { route } from './route.ts'
import type { Door } from './route.ts'

const strategyOf = (views: Views, id: string) => found(views.item('strategies', id), 'strategy', id)

const verb = (name: 'start' | 'stop' | 'pause' | 'resume' | 'reload', summary: string) =>
  route({
    method: 'POST',
    path: `/strategies/:id/${name}`,
    role: 'trader',
    tag: 'strategies',
    summary,
    asks: { params: ById },
    answers: { 202: ref('Strategy') },
    async handle({ params: { id } }, { views, control }: Door) {
      strategyOf(views, id)
      accepted(await control[name](id))
      return strategyOf(views, id)
    },
  })

const listed = (list: 'signals' | 'trades', schema: 'Signal' | 'Trade') =>
  route({
    method: 'GET',
    path: `/strategies/:id/${list}`,
    role: 'viewer',
    tag: 'strategies',
    summary: `Its ${list}, newest first`,
    asks: { params: ById, querystring: Paging },
    answers: { 200: pageSchema(schema) },
    handle({ params: { id }, query }, { views }: Door) {
      strategyOf(views, id)
      return pageOf(views.lists[list], { ...query, strategy: id })
    },
  })

/** The fleet: looked at, steered and set. */
export const strategyRoutes = [
  route({
    method: 'GET',
    path: '/strategies',
    role: 'viewer',
    tag: 'strategies',
    summary: 'The fleet',
    answers: { 200: listOf('Strategy') },
    handle: (_, { views }) => ({ items: views.items('strategies') }),
  }),
  route({
    method: 'GET',
    path: '/strategies/types',
    role: 'viewer',
    tag: 'strategies',
    summary: 'Kinds of strategies, with what each can be set to',
    answers: { 200: listOf('StrategyType') },
    handle: (_, { views }) => ({ items: views.types }),
  }),
  route({
    method: 'GET',
    path: '/strategies/:id',
    role: 'viewer',
    tag: 'strategies',
    summary: 'One strategy',
    asks: { params: ById },
    answers: { 200: ref('Strategy') },
    handle: ({ params: { id } }, { views }) => strategyOf(views, id),
  }),
  route({
    method: 'PUT',
    path: '/strategies/:id',
    role: 'trader',
    tag: 'strategies',
    summary: 'Set its parameters (what is left out takes its default); restarts its thread alone',
    asks: {
      params: ById,
      body: Type.Object(
        { params: Type.Record(Type.String(), Type.Unknown()) },
        { additionalProperties: false },
      ),
    },
    answers: { 202: ref('Strategy') },
    async handle({ params: { id }, body }, { views, control, parseParams }) {
      const parsed = parseParams(strategyOf(views, id).type, body.params)
      if (parsed.type === 'bad')
        throw new Invalid(
          'body',
          parsed.errors.map(({ path, says }) => ({ path: `/params/${path}`, says })),
        )
      accepted(await control.configure(id, parsed.params))
      return strategyOf(views, id)
    },
  }),
  verb('start', 'Start it again after a stop or a quarantine'),
  verb('stop', 'Stop it; its positions keep their stops and targets'),
  verb('reload', 'Take up its file as it is now; replaces its thread alone'),
  verb('pause', 'Let it watch, but propose nothing'),
  verb('resume', 'Let it propose again'),
  route({
    method: 'GET',
    path: '/strategies/:id/performance',
    role: 'viewer',
    tag: 'strategies',
    summary: 'How it did, over its closed trades',
    asks: { params: ById },
    answers: { 200: ref('Performance') },
    handle: ({ params: { id } }, { views }) => found(views.performance(id), 'strategy', id),
  }),
  listed('signals', 'Signal'),
  listed('trades', 'Trade'),
]
