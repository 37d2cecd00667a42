import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import scalar from '@scalar/fastify-api-reference'
import fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import type { Control, ParseParams } from './control.ts'
import { problem } from './errors.ts'
import { checkAddress, checkKey } from './gate.ts'
import type { Gate } from './gate.ts'
import { onceByKey } from './idempotency.ts'
import { lookOver } from './look.ts'
import { dataPolicy, docsPolicy } from './policy.ts'
import { documentOf, problemType } from './problems.ts'
import { aliases, routes } from './routes/mod.ts'
import type { Door, Route } from './routes/mod.ts'
import { components, ref } from './schemas.ts'
import { acceptSockets, serveStream } from './stream.ts'
import type { StreamOptions } from './stream.ts'
import { serveUi } from './ui.ts'
import type { Views } from './views/mod.ts'

/** What the server is made of. Whoever listens binds it to loopback, or names its other hosts. */
export type ServerOptions = Gate & {
  readonly views: Views
  readonly control: Control
  readonly parseParams: ParseParams
  /** Where the built dashboard lies. */
  readonly ui: { readonly dir: string }
  readonly version: string
  readonly stream: StreamOptions
  readonly log?: FastifyBaseLogger
  /** Requests from one address within a time; the default stops a runaway script and no dashboard. */
  readonly limit?: { readonly max: number; readonly perMs: number }
}

/** Bytes of a request body: parameters of a strategy are under 2 KB. */
const bodyMax = 64 * 1024

/** The API with its documentation and the dashboard, not yet listening. */
export const buildServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const { log, version, limit = { max: 6_000, perMs: 60_000 } } = options
  const app = fastify({
    bodyLimit: bodyMax,
    routerOptions: { maxParamLength: 200 },
    ...(log && { loggerInstance: log }),
  })
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // Answers are made from typed views; the tests check each against its schema, so production need not.
  app.setSerializerCompiler(
    () => (answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)),
  )
  acceptEmptyJson(app)
  answerProblems(app)
  await app.register(helmet, { contentSecurityPolicy: false, strictTransportSecurity: false })
  app.addHook('onSend', async (request, reply) => {
    if (reply.hasHeader('content-security-policy')) return
    reply.header('content-security-policy', isDocs(request) ? docsPolicy : dataPolicy)
  })
  await app.register(rateLimit, {
    max: limit.max,
    timeWindow: limit.perMs,
    errorResponseBuilder: () => problem('TOO_MANY_REQUESTS', limit),
  })
  await acceptSockets(app)
  app.addHook('onRequest', async (request) => {
    checkAddress(request, options)
    if (isGuarded(request)) checkKey(request, options)
  })
  await describe(app, version)
  const look = lookOver(options.control, options.stream.clock)
  serveStream(app, { ...options, ...options.stream, control: look })
  addRoutes(app, { ...options, look })
  await serveUi(app, options.ui.dir)
  return app
}

// Judged by the route that was matched, not by the address: `/%61pi/run` is the same route as `/api/run`.
const isDocs = ({ routeOptions: { url = '' } }: FastifyRequest): boolean =>
  /^\/api\/docs(\/|$)/.test(url)

// Everything below /api is guarded but its own description; a route says for itself whether it is open.
const isGuarded = (request: FastifyRequest): boolean =>
  request.routeOptions.url?.startsWith('/api/') === true && !isDocs(request)

const acceptEmptyJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body.length === 0 ? done(null, undefined) : parse(request, body as string, done),
  )
}

const answerProblems = (app: FastifyInstance): void => {
  app.setErrorHandler((error, request, reply) => {
    const document = documentOf(error, request)
    if (document.status >= 500) request.log.error({ err: error }, 'request met a defect')
    if (document.status === 401) reply.header('www-authenticate', 'Bearer')
    return reply.code(document.status).type(problemType).send(JSON.stringify(document))
  })
}

const describe = async (app: FastifyInstance, version: string): Promise<void> => {
  for (const schema of Object.values(components)) app.addSchema(schema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ringmaster',
        version,
        description:
          'What happened, and what may be asked. The live stream is a WebSocket at /api/stream.',
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`),
    },
  })
  app.get('/api/openapi.json', { config: { role: 'open' }, schema: { hide: true } as object }, () =>
    app.swagger(),
  )
  await app.register(scalar, {
    routePrefix: '/api/docs',
    // Nothing that would leave this machine, not even at a click.
    configuration: {
      url: '/api/openapi.json',
      favicon: '/icon.svg',
      authentication: { preferredSecurityScheme: 'key' },
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
}

const addRoutes = (app: FastifyInstance, door: Door): void => {
  const once = onceByKey()
  const pathsOf = ({ path }: Route) => [
    path,
    ...Object.keys(aliases).filter((alias) => aliases[alias] === path),
  ]
  const add = (one: Route, path: string) =>
    app.route({
      method: one.method,
      url: `/api${path}`,
      config: { role: one.role },
      schema: schemaOf(one),
      async handler(request, reply) {
        const { params, query, body, headers, url, method } = request
        const status = Number(Object.keys(one.answers)[0])
        reply.code(status)
        if (one.produces) reply.type(one.produces)
        // The door's own types hold from here: the schema above let this request pass.
        const handle = async () => one.handle({ params, query, body } as never, door, reply)
        if (method === 'GET' || one.repeatable === false) return handle()
        return once(
          headers['idempotency-key']?.toString(),
          `${method} ${url} ${JSON.stringify(body)}`,
          handle,
        )
      },
    })
  for (const one of routes) for (const path of pathsOf(one)) add(one, path)
}

const schemaOf = ({ asks, answers, produces = 'application/json', role, summary, tag }: Route) => ({
  ...asks,
  summary,
  tags: [tag],
  ...(role !== 'open' && { security: [{ key: [] }] }),
  response: {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, schema]) => [
        status,
        { description: 'Done', content: { [produces]: { schema } } },
      ]),
    ),
    default: { description: 'Why not', content: { [problemType]: { schema: ref('Problem') } } },
  },
})
