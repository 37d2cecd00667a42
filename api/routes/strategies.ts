import { Type } from '@fastify/type-provider-typebox'
import { pause } from '#engine/clock.ts'
import type { Params } from '../control.ts'
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

const Id = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'lower-case letters, digits and dashes, at most 63; never used before in this run',
})
const Capital = Type.Number({ minimum: 1, maximum: 1e12, description: 'rupees' })
const Values = Type.Record(Type.String(), Type.Unknown())
const New = Type.Object(
  {
    id: Id,
    type: Type.String(),
    symbol: Type.String(),
    capital: Type.Optional(Capital),
    params: Type.Optional(Values),
    risk: Type.Optional(Values),
  },
  { additionalProperties: false },
)
const Clone = Type.Object(
  {
    id: Id,
    symbol: Type.Optional(Type.String()),
    capital: Type.Optional(Capital),
    params: Type.Optional(Values),
  },
  { additionalProperties: false },
)

const checkSymbol = ({ instruments }: Views, symbol: string): void => {
  if (!instruments.some((one) => one.symbol === symbol))
    throw new Invalid('body', [{ path: '/symbol', says: `${symbol} is not in this run` }])
}

const checked = (parseParams: Door['parseParams'], type: string, params: Params): Params => {
  const parsed = parseParams(type, params)
  if (parsed.type === 'ok') return parsed.params
  const faults = parsed.errors.map(({ path, says }) => ({ path: `/params/${path}`, says }))
  throw new Invalid('body', faults)
}

/** Takes a strategy that was just added, once its coming was heard of here too. */
const arrived = async (views: Views, id: string) => {
  for (let waited = 0; waited < 2_000 && !views.item('strategies', id); waited += 10) await pause(10)
  return strategyOf(views, id)
}

/** The fleet: looked at, steered, set and changed. */
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
      const params = checked(parseParams, strategyOf(views, id).type, body.params)
      accepted(await control.configure(id, params))
      return strategyOf(views, id)
    },
  }),
  route({
    method: 'POST',
    path: '/strategies',
    role: 'trader',
    tag: 'strategies',
    summary: 'Add a strategy to the running fleet',
    asks: { body: New },
    answers: { 202: ref('Strategy') },
    async handle({ body }, { views, control, parseParams }) {
      if (!views.types.some(({ type }) => type === body.type))
        throw new Invalid('body', [{ path: '/type', says: `there is no type ${body.type}` }])
      checkSymbol(views, body.symbol)
      const params = checked(parseParams, body.type, body.params ?? {})
      const done = await control.add({ ...body, params })
      if (done.type === 'refused' && done.code.startsWith('RISK_'))
        throw new Invalid('body', [{ path: '/risk', says: done.says }])
      accepted(done)
      return arrived(views, body.id)
    },
  }),
  route({
    method: 'POST',
    path: '/strategies/:id/clone',
    role: 'trader',
    tag: 'strategies',
    summary: 'Add another like it: of its type, with its limits and what is not said otherwise',
    asks: { params: ById, body: Clone },
    answers: { 202: ref('Strategy') },
    async handle({ params: { id }, body }, { views, control, parseParams }) {
      const { type } = strategyOf(views, id)
      if (body.symbol !== undefined) checkSymbol(views, body.symbol)
      const params = body.params && { params: checked(parseParams, type, body.params) }
      accepted(await control.clone(id, { ...body, ...params }))
      return arrived(views, body.id)
    },
  }),
  route({
    method: 'DELETE',
    path: '/strategies/:id',
    role: 'trader',
    tag: 'strategies',
    summary:
      'Take it out of the fleet for good; with flatten=true what it holds is left at the market first',
    asks: { params: ById, querystring: Type.Object({ flatten: Type.Optional(Type.Boolean()) }) },
    answers: { 202: ref('Strategy') },
    async handle({ params: { id }, query }, { views, control }) {
      strategyOf(views, id)
      accepted(await control.remove(id, query.flatten ?? false))
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
