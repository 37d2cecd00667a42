import { listOf, pageOf as pageSchema, ref } from '../schemas.ts'
import type { Component } from '../schemas.ts'
import { ById, Search, found, pageOf } from './ask.ts'
import { route } from './route.ts'
import type { Door } from './route.ts'

const list = (name: 'signals' | 'orders' | 'trades', schema: Component, summary: string) =>
  route({
    method: 'GET',
    path: `/${name}`,
    role: 'viewer',
    tag: 'trading',
    summary,
    asks: { querystring: Search },
    answers: { 200: pageSchema(schema) },
    handle: ({ query }, { views }: Door) => pageOf(views.lists[name], query),
  })

/** What was signalled, ordered, traded and is held. */
export const tradingRoutes = [
  list('signals', 'Signal', 'Signals, traded or not, with every condition; newest first'),
  list('trades', 'Trade', 'Round trips, open and closed; newest first'),
  list('orders', 'Order', 'Orders with their lifecycle; newest first'),
  route({
    method: 'GET',
    path: '/orders/:id',
    role: 'viewer',
    tag: 'trading',
    summary: 'One order with its lifecycle',
    asks: { params: ById },
    answers: { 200: ref('Order') },
    handle: ({ params: { id } }, { views }) => found(views.item('orders', id), 'order', id),
  }),
  route({
    method: 'GET',
    path: '/positions',
    role: 'viewer',
    tag: 'trading',
    summary: 'Positions by strategy and symbol; those that were closed stay with quantity 0',
    answers: { 200: listOf('Position') },
    handle: (_, { views }) => ({ items: views.items('positions') }),
  }),
]
