import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import type { InjectOptions } from 'fastify'
import { fixture, token } from '../testing/fixture.ts'

const one = encodeURIComponent('strategy/one')
const refused = {
  type: 'refused',
  code: 'ENGINE_PROFILE_BUSY',
  says: 'risk is being looked into, so strategy/one has to wait.',
  todo: 'Ask again.',
} as const

const open = async (t: { teardown(work: () => unknown): void }) => {
  const it = await fixture()
  t.teardown(() => it.app.close())
  const ask = (method: 'GET' | 'POST', url: string, more: InjectOptions = {}) =>
    it.app.inject({
      method,
      url: `/api/system${url}`,
      ...more,
      headers: { authorization: `Bearer ${token}`, ...more.headers },
    })
  return { ...it, ask }
}

t.test(
  'a CPU profile is asked for so many seconds and comes as a file that tools open',
  async (t) => {
    const { ask, asked, brought } = await open(t)
    brought.next = { type: 'done', what: '{"nodes":[]}' }
    const answer = await ask('POST', `/actors/${one}/profile`, { payload: { seconds: 5 } })
    t.equal(answer.statusCode, 200)
    t.same(answer.json(), { nodes: [] })
    t.equal(answer.headers['content-disposition'], 'attachment; filename="strategy-one.cpuprofile"')
    t.same(asked, [['profile', 'strategy/one', 5]])
  },
)

t.test('a profile of no time, of more than a minute or of nobody is refused', async (t) => {
  const { ask, asked } = await open(t)
  for (const seconds of [0, 61, 1.5, '5 s'])
    t.equal(
      (await ask('POST', `/actors/${one}/profile`, { payload: { seconds } })).statusCode,
      400,
      `${seconds}`,
    )
  t.equal((await ask('POST', `/actors/${one}/profile`)).statusCode, 400)
  t.equal(
    (await ask('POST', '/actors/nobody/profile', { payload: { seconds: 1 } })).statusCode,
    404,
  )
  t.same(asked, [])
})

t.test('a refusal of the engine is told in its own words', async (t) => {
  const { ask, brought } = await open(t)
  brought.next = refused
  for (const [path, payload] of [
    ['profile', { seconds: 1 }],
    ['heap-snapshot', {}],
  ] as const) {
    const answer = await ask('POST', `/actors/${one}/${path}`, { payload })
    t.equal(answer.statusCode, 409)
    t.match(answer.json(), { code: refused.code, detail: refused.says, todo: refused.todo })
  }
})

t.test('a heap snapshot is streamed, and its file is gone afterwards', async (t) => {
  const { ask, brought, files } = await open(t)
  brought.next = { type: 'done', what: '{"snapshot":{}}' }
  const answer = await ask('POST', `/actors/${one}/heap-snapshot`)
  t.equal(answer.statusCode, 200)
  t.equal(answer.body, '{"snapshot":{}}')
  t.equal(answer.headers['content-disposition'], 'attachment; filename="strategy-one.heapsnapshot"')
  for (let tries = 0; tries < 50 && existsSync(files[0]!); tries++) await new Promise(setImmediate)
  t.same(readdirSync(dirname(files[0]!)), [])
})

t.test(
  'two requests under one key are two profiles: an answer of megabytes is not remembered',
  async (t) => {
    const { ask, asked } = await open(t)
    const headers = { 'idempotency-key': 'the same' }
    await ask('POST', `/actors/${one}/profile`, { payload: { seconds: 1 }, headers })
    await ask('POST', `/actors/${one}/profile`, { payload: { seconds: 1 }, headers })
    t.equal(asked.length, 2)
  },
)

t.test('an actor tells its latencies, and one without any tells none', async (t) => {
  const { ask } = await open(t)
  t.match((await ask('GET', `/actors/${one}/latency`)).json(), {
    actor: 'strategy/one',
    count: 1111,
    p50: 64,
  })
  t.equal((await ask('GET', '/actors/nobody/latency')).statusCode, 404)
})
