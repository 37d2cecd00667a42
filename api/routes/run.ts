import { ref } from '../schemas.ts'
import { route } from './route.ts'

/** The run and its P&L. */
export const runRoutes = [
  route({
    method: 'GET',
    path: '/run',
    role: 'viewer',
    tag: 'run',
    summary: 'What is replayed, and how far it has come',
    answers: { 200: ref('Run') },
    handle: (_, { views }) => views.run(),
  }),
  route({
    method: 'GET',
    path: '/pnl',
    role: 'viewer',
    tag: 'run',
    summary: 'P&L of the whole account, with its curve',
    answers: { 200: ref('Pnl') },
    handle: (_, { views }) => views.pnl(),
  }),
]
