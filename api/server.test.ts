import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Value } from 'typebox/value'
import { entries } from '#api/errors.ts'
import { aliases, routes } from '#api/routes/mod.ts'
import type { Route } from '#api/routes/mod.ts'
import { components } from '#api/schemas.ts'
import { fixture, token } from '#api/testing/fixture.ts'
import { aSignal, kept } from '#api/testing/facts.ts'

const key = { authorization: `Bearer ${token}` }
const { app, asked, answers, views } = await fixture()
t.teardown(() => app.close())
const get = (url: string, over: InjectOptions = {}) => app.inject({ url, headers: key, ...over })

// A strategy to be added.
const newcomer = { type: 'cross', symbol: 'ALPHA-FUT', params: { fast: 9 } }
// What to put in a path or a query so that a route finds something.
const ids: Record<string, string> = {
  '/system': encodeURIComponent('strategy/one'),
  '/strategies': 'one',
  '/orders': 'o1',
}
const urlOf = ({ path }: Route): string => {
  const id = Object.entries(ids).find(([start]) => path.startsWith(start))?.[1] ?? ''
  return `/api${path.replace(':id', id)}${path === '/candles' ? '?symbol=ALPHA-FUT&timeframe=1m' : ''}`
}
// What to send where something has to be sent.
const bodies: Record<string, { readonly id?: string; readonly [name: string]: unknown }> = {
  'PUT /strategies/:id': { params: { fast: 9 } },
  'POST /strategies': { id: 'three', ...newcomer },
  'POST /strategies/:id/clone': { id: 'four', symbol: 'BETA-FUT', capital: 50_000 },
  'POST /system/actors/:id/profile': { seconds: 1 },
}
const bodyOf = ({ method, path }: Route) => bodies[`${method} ${path}`]
const request = (one: Route): InjectOptions => {
  const payload = bodyOf(one)
  return { method: one.method, url: urlOf(one), ...(payload && { payload }) }
}

t.test('every route answers its holder of the key, in the shape it declares', async (t) => {
  for (const one of routes) {
    const answer = await app.inject({ ...request(one), headers: key })
    const schema = one.answers[answer.statusCode]
    if (!schema) t.fail(`${one.method} ${one.path} answered ${answer.statusCode}: ${answer.body}`)
    else
      t.ok(
        Value.Check(components, schema, one.produces ? answer.body : answer.json()),
        `${one.method} ${one.path}`,
      )
  }
})

t.test(
  'no route but the one for liveness answers a stranger, and none that changes anything is open',
  async (t) => {
    const before = asked.length
    for (const one of routes) {
      for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: token }]) {
        const { statusCode, body } = await app.inject({ ...request(one), headers })
        t.equal(
          statusCode,
          one.path === '/health' ? 200 : 401,
          `${one.method} ${one.path} ${body.slice(0, 40)}`,
        )
      }
      if (one.method !== 'GET') t.not(one.role, 'open')
    }
    t.equal(
      (await app.inject('/%61pi/run')).statusCode,
      401,
      'a path spelt otherwise is the same route',
    )
    t.equal((await app.inject({ method: 'HEAD', url: '/api/run' })).statusCode, 401)
    t.equal(asked.length, before, 'nothing was asked of the system')
  },
)

t.test('routes exist exactly once, and every alias leads to one', async (t) => {
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  t.equal(new Set(names).size, names.length)
  for (const [alias, path] of Object.entries(aliases))
    t.same((await get(`/api${alias}`)).json(), (await get(`/api${path}`)).json())
})

t.test(
  'a command reaches the system with what was asked, and is answered with the view',
  async (t) => {
    asked.length = 0
    for (const one of routes.filter(({ answers }) => 202 in answers)) {
      const answer = await app.inject({ ...request(one), headers: key })
      t.equal(answer.statusCode, 202)
      t.match(
        answer.json(),
        one.tag === 'system'
          ? { id: 'strategy/one' }
          : { id: bodyOf(one)?.id ?? 'one', type: 'cross' },
      )
    }
    t.same(asked.toSorted(), [
      ['add', { id: 'three', ...newcomer }],
      ['clone', 'one', { id: 'four', symbol: 'BETA-FUT', capital: 50_000 }],
      ['configure', 'one', { fast: 9 }],
      ['kill', 'strategy/one'],
      ['pause', 'one'],
      ['reload', 'one'],
      ['remove', 'one', false],
      ['restart', 'strategy/one'],
      ['resume', 'one'],
      ['start', 'one'],
      ['stop', 'one'],
    ])
  },
)

t.test('a command under the same Idempotency-Key is carried out once', async (t) => {
  asked.length = 0
  const send = (url: string, name: string) =>
    app.inject({ method: 'POST', url, headers: { ...key, 'idempotency-key': name } })
  const both = await Promise.all([
    send('/api/strategies/one/pause', 'a'),
    send('/api/strategies/one/pause', 'a'),
  ])
  t.same(
    both.map(({ statusCode }) => statusCode),
    [202, 202],
  )
  t.equal((await send('/api/strategies/one/stop', 'a')).json().code, 'API_KEY_REUSED')
  await send('/api/strategies/one/pause', 'b')
  t.same(asked, [
    ['pause', 'one'],
    ['pause', 'one'],
  ])
  answers.next = {
    type: 'refused',
    code: 'ENGINE_BUSY',
    says: 'It is being restarted.',
    todo: 'Try again.',
  }
  t.equal((await send('/api/strategies/one/start', 'c')).statusCode, 409)
  answers.next = { type: 'done' }
  t.equal(
    (await send('/api/strategies/one/start', 'c')).statusCode,
    202,
    'what failed may be tried again',
  )
})

t.test('everything that goes wrong is a problem document that says what to do', async (t) => {
  const post = { method: 'POST' as const }
  const json = { ...key, 'content-type': 'application/json' }
  const put = (payload: string, headers: Record<string, string> = json) => ({
    method: 'PUT' as const,
    url: '/api/strategies/one',
    headers,
    payload,
  })
  const add = (over: object): InjectOptions => ({
    ...post,
    url: '/api/strategies',
    headers: json,
    payload: { id: 'five', ...newcomer, ...over },
  })
  answers.next = {
    type: 'refused',
    code: 'ENGINE_QUARANTINED',
    says: 'It failed five times.',
    todo: 'Start it.',
  }
  const cases: [InjectOptions, number, string, object?][] = [
    [{ url: '/api/run', headers: {} }, 401, 'API_NO_KEY'],
    [{ url: '/api/nothing' }, 404, 'API_NO_SUCH_PATH'],
    [{ url: '/nothing.js' }, 404, 'API_NO_SUCH_PATH'],
    [{ ...post, url: '/somewhere' }, 404, 'API_NO_SUCH_PATH'],
    [{ url: '/' }, 404, 'API_NO_DASHBOARD'],
    [{ url: '/api/strategies/x' }, 404, 'API_UNKNOWN', { detail: 'There is no strategy "x".' }],
    [{ url: '/api/strategies/x/performance' }, 404, 'API_UNKNOWN'],
    [{ url: '/api/orders/x' }, 404, 'API_UNKNOWN'],
    [{ url: '/api/candles?symbol=X&timeframe=1m' }, 404, 'API_UNKNOWN'],
    [{ ...post, url: '/api/system/actors/x/kill' }, 404, 'API_UNKNOWN'],
    [
      { ...post, url: '/api/strategies/one/pause' },
      409,
      'ENGINE_QUARANTINED',
      { detail: 'It failed five times.', todo: 'Start it.' },
    ],
    [
      { url: '/api/candles?symbol=X&timeframe=7m' },
      400,
      'API_INVALID',
      { errors: [{ path: '/timeframe' }] },
    ],
    [{ url: '/api/signals?limit=501' }, 400, 'API_INVALID', { errors: [{ path: '/limit' }] }],
    [{ url: '/api/signals?limit=many' }, 400, 'API_INVALID', { errors: [{ path: '/limit' }] }],
    [{ url: '/api/signals?cursor=x' }, 400, 'API_INVALID', { errors: [{ path: '/cursor' }] }],
    [
      put('{"params":{}}'),
      400,
      'API_INVALID',
      { errors: [{ path: '/params/fast', says: 'is missing' }] },
    ],
    [put('{"params":1}'), 400, 'API_INVALID', { errors: [{ path: '/params' }] }],
    [
      put('{"params":{},"more":1}'),
      400,
      'API_INVALID',
      { errors: [{ path: '/more', says: 'is not known here' }] },
    ],
    [add({ id: 'Not An Id' }), 400, 'API_INVALID', { errors: [{ path: '/id' }] }],
    [add({ type: 'x' }), 400, 'API_INVALID', { errors: [{ path: '/type' }] }],
    [add({ symbol: 'X' }), 400, 'API_INVALID', { errors: [{ path: '/symbol' }] }],
    [add({ capital: 0 }), 400, 'API_INVALID', { errors: [{ path: '/capital' }] }],
    [add({ params: {} }), 400, 'API_INVALID', { errors: [{ path: '/params/fast' }] }],
    [add({ more: 1 }), 400, 'API_INVALID', { errors: [{ path: '/more' }] }],
    [add({ thread: 'a' }), 400, 'API_INVALID', { errors: [{ path: '/thread' }] }],
    [add({}), 409, 'ENGINE_QUARANTINED'],
    [{ ...add({}), url: '/api/strategies/x/clone', payload: { id: 'y' } }, 404, 'API_UNKNOWN'],
    [{ ...add({}), url: '/api/strategies/one/clone', payload: {} }, 400, 'API_INVALID'],
    [{ method: 'DELETE', url: '/api/strategies/x' }, 404, 'API_UNKNOWN'],
    [{ method: 'DELETE', url: '/api/strategies/one?flatten=perhaps' }, 400, 'API_INVALID'],
    [{ method: 'DELETE', url: '/api/strategies/one?flatten=true' }, 409, 'ENGINE_QUARANTINED'],
    [put(''), 400, 'API_INVALID'],
    [put('{"params":'), 400, 'API_UNREADABLE'],
    [put('{"params":{"__proto__":{}}}'), 400, 'API_UNREADABLE'],
    [put('a', { ...key, 'content-type': 'text/x' }), 415, 'API_UNREADABLE'],
    [put(JSON.stringify({ params: { fast: 'x'.repeat(70_000) } })), 413, 'API_UNREADABLE'],
    [
      { url: '/api/run', headers: { ...key, host: 'rebound.example:4600' } },
      421,
      'API_FOREIGN_HOST',
    ],
    [{ url: '/', headers: { host: 'rebound.example' } }, 421, 'API_FOREIGN_HOST'],
    [
      { url: '/api/run', headers: { ...key, host: 'localhost:80', origin: 'http://evil.example' } },
      403,
      'API_FOREIGN_ORIGIN',
    ],
    [
      { url: '/api/run', headers: { ...key, host: 'localhost:80', origin: 'null' } },
      403,
      'API_FOREIGN_ORIGIN',
    ],
    [
      { url: '/api/run', headers: { ...key, host: 'localhost:80', origin: 'http://localhost:81' } },
      403,
      'API_FOREIGN_ORIGIN',
    ],
  ]
  for (const [options, status, code, more] of cases) {
    const answer = await app.inject({ headers: key, ...options })
    const name = `${options.method ?? 'GET'} ${options.url} ${options.payload?.toString().slice(0, 20) ?? ''}`
    t.match(answer.headers['content-type'], 'application/problem+json', name)
    t.ok(Value.Check(components.Problem, answer.json()), answer.body)
    t.match(answer.json(), { status, code, instance: options.url, todo: /\w/, ...more }, name)
    t.equal(answer.statusCode, status, name)
  }
  answers.next = { type: 'done' }
  t.equal(
    (
      await get('/api/run', {
        headers: { ...key, host: 'localhost:4600', origin: 'http://localhost:4600' },
      })
    ).statusCode,
    200,
  )
})

t.test('a defect is answered without its insides', async (t) => {
  const broken = await fixture()
  broken.views.run = () => {
    throw new Error('secret insides')
  }
  const answer = await broken.app.inject({ url: '/api/run', headers: key })
  t.match(answer.json(), { status: 500, code: 'API_UNEXPECTED' })
  t.notMatch(answer.body, 'secret')
  await broken.app.close()
})

t.test('too many requests are turned away until some time has passed', async (t) => {
  const { app } = await fixture({ limit: { max: 2, perMs: 60_000 } })
  const codes = []
  for (let n = 0; n < 3; n += 1) codes.push((await app.inject({ url: '/api/health' })).statusCode)
  t.same(codes, [200, 200, 429])
  t.match((await app.inject('/api/health')).json(), { code: 'API_TOO_MANY_REQUESTS', status: 429 })
  await app.close()
})

t.test('lists come page by page, newest first, each item once', async (t) => {
  for (let n = 0; n < 7; n += 1)
    views.fold(
      kept({
        type: 'signalRaised',
        signal: aSignal({ id: `two:${n}`, strategy: 'two', symbol: 'BETA-FUT' }),
      }),
    )
  const seen: string[] = []
  let next = ''
  do {
    const { items, ...page } = (
      await get(`/api/signals?strategy=two&limit=3${next && `&cursor=${next}`}`)
    ).json()
    seen.push(...items.map((one: { id: string }) => one.id))
    next = page.next
  } while (next)
  t.same(
    seen,
    [6, 5, 4, 3, 2, 1, 0].map((n) => `two:${n}`),
  )
  t.equal((await get('/api/strategies/one/signals')).json().items.length, 1)
  t.equal((await get('/api/signals?symbol=BETA-FUT')).json().items.length, 7)
  t.equal((await get('/api/signals?symbol=GAMMA')).json().items.length, 0)
})

t.test('the OpenAPI document describes every route and refers only to what it holds', async (t) => {
  const answer = await app.inject('/api/openapi.json')
  t.equal(answer.statusCode, 200, 'open, as the documentation page reads it')
  const document = answer.json()
  t.equal(document.openapi, '3.1.0')
  for (const { method, path, role } of routes) {
    const described = document.paths[`/api${path.replace(':id', '{id}')}`]?.[method.toLowerCase()]
    t.ok(described?.responses && described.summary, `${method} ${path}`)
    t.equal(Boolean(described.security), role !== 'open')
  }
  for (const [, name] of answer.body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
    t.ok(document.components.schemas[name!], `${name} is described`)
  t.notMatch(answer.body, /"\$ref":"(?!#\/components\/schemas\/)/)
  t.same(Object.keys(document.components.schemas).toSorted(), Object.keys(components).toSorted())
})

t.test('the documentation page loads nothing from elsewhere', async (t) => {
  const page = await app.inject('/api/docs/')
  t.equal(page.statusCode, 200)
  for (const [, source] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
    t.notMatch(source!, /^(https?:)?\/\//)
  t.match(page.headers['content-security-policy'], "connect-src 'self'")
})

t.test('answers that are no page may do nothing in a browser', async (t) => {
  t.match((await get('/api/run')).headers, {
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
})

t.test(
  'the dashboard is served with its page for every address, and runs only its own scripts',
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'ui-'))
    const page = '<html><script src="/a.js"></script><script>start()</script></html>'
    mkdirSync(join(dir, '_app/immutable'), { recursive: true })
    writeFileSync(join(dir, 'index.html'), page)
    writeFileSync(join(dir, '_app/immutable/a.js'), 'let a')
    writeFileSync(join(dir, '_app/immutable/a.js.br'), brotliCompressSync('let a'))
    const { app } = await fixture({ ui: { dir } })
    t.teardown(() => app.close())
    for (const url of ['/', '/index.html', '/strategies/one', '/system?tab=1']) {
      const answer = await app.inject(url)
      t.equal(answer.body, page, url)
      // The hash of `start()`, by `printf 'start()' | openssl dgst -sha256 -binary | base64`.
      t.match(answer.headers, {
        'cache-control': 'no-cache',
        'content-security-policy':
          "script-src 'self' 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='",
      })
    }
    const file = await app.inject({
      url: '/_app/immutable/a.js',
      headers: { 'accept-encoding': 'br' },
    })
    t.match(file.headers, { 'content-encoding': 'br', 'cache-control': /immutable/ })
    t.equal((await app.inject('/api/nothing')).json().code, 'API_NO_SUCH_PATH')
    t.equal((await app.inject('/_app/immutable/gone.js')).statusCode, 404)
    t.equal((await app.inject('/../server.ts')).statusCode, 404)
  },
)

t.test('every error says what happened and what to do', async (t) => {
  for (const [code, { todo }] of Object.entries(entries)) t.match(todo, /^[A-Z].*\.$/s, code)
})

t.test('the demo for dashboard work serves its generated run, and stops', async (t) => {
  const { startDemo } = await import('#api/testing/demo-server.ts')
  const { app, address } = await startDemo({ port: 0, speed: 30, seed: 7, warm: 30, token })
  const items = async (path: string) => {
    const answer = await fetch(`${address}/api${path}`, { headers: key })
    return ((await answer.json()) as { items: object[] }).items
  }
  t.equal((await items('/strategies')).length, 20)
  t.ok((await items('/trades')).length > 0)
  const post = { method: 'POST', headers: key }
  const killed = await fetch(
    `${address}/api/system/actors/${encodeURIComponent('risk')}/kill`,
    post,
  )
  t.equal(killed.status, 202)
  t.match(
    (await items('/system/actors')).find((one) => 'id' in one && one.id === 'risk'),
    { state: 'restarting' },
  )
  await app.close()
})
