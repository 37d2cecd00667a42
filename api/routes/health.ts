import { Type } from '@fastify/type-provider-typebox'
import { exposition } from './exposition.ts'
import { route } from './route.ts'

const Ready = Type.Object({ ready: Type.Boolean(), run: Type.String() })

/** How the API and the run fare. */
export const healthRoutes = [
  route({
    method: 'GET',
    path: '/health',
    role: 'open',
    tag: 'health',
    summary: 'Whether the API answers',
    answers: { 200: Type.Object({ status: Type.Literal('ok'), version: Type.String() }) },
    handle: (_, { version }) => ({ status: 'ok', version }),
  }),
  route({
    method: 'GET',
    path: '/health/ready',
    role: 'viewer',
    tag: 'health',
    summary: 'Whether the run trades or is done',
    answers: { 200: Ready, 503: Ready },
    handle(_, { views }, reply) {
      const { state } = views.run()
      const ready = state === 'running' || state === 'finished'
      reply.code(ready ? 200 : 503)
      return { ready, run: state }
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    role: 'viewer',
    tag: 'health',
    summary: 'Figures for Prometheus',
    answers: { 200: Type.String() },
    produces: 'text/plain; version=0.0.4; charset=utf-8',
    handle: async (_, { views, control, look }) =>
      exposition(
        views,
        ...(await Promise.all([look.actors(), look.system(), control.latencies()])),
      ),
  }),
]
