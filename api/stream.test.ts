import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type { Channel, ClientMessage, ServerMessage } from '#api/contract.ts'
import { deltasFrom } from '#api/stream/deltas.ts'
import { clientsMax, messagesPerSecondMax, strikesMax } from '#api/stream/limits.ts'
import { aSignal, kept, minute } from '#api/testing/facts.ts'
import { fixture, token } from '#api/testing/fixture.ts'

type Items = Extract<ServerMessage, { type: 'delta' | 'snapshot' }>

/** A server on a port of its own, and clients that read one message at a time. */
const live = async (t: Test) => {
  const it = await fixture()
  await it.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = it.app.server.address() as AddressInfo
  t.teardown(() => it.app.close())
  const connect = (headers: Record<string, string> = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/stream`, { headers })
    const waiting: ServerMessage[] = []
    let wake = () => {}
    socket.on('error', () => {})
    socket.on('message', (data) => {
      waiting.push(JSON.parse(data.toString()))
      wake()
    })
    const next = async (): Promise<ServerMessage> => {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return waiting.shift()!
    }
    return {
      socket,
      next,
      waiting,
      opened: new Promise<void>((resolve) => socket.once('open', () => resolve())),
      closed: new Promise<{ code: number; reason: string }>((resolve) =>
        socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
      ),
      refused: new Promise<number>((resolve) =>
        socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0)),
      ),
      say: (message: ClientMessage | string) =>
        socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      items: async () => (await next()) as Items,
    }
  }
  const enter = async () => {
    const client = connect()
    await client.opened
    client.say({ type: 'auth', token })
    t.same(await client.next(), { type: 'ready' })
    return client
  }
  const signal = (id: string, strategy = 'one') =>
    it.views.fold(kept({ type: 'signalRaised', signal: aSignal({ id, strategy }) }))
  return { ...it, connect, enter, signal }
}
const idsOf = ({ items }: Items) => items.map((item) => (item as { id: string }).id)

t.test('a client gets a snapshot, then what changed, numbered one by one', async (t) => {
  const { enter, timers, signal } = await live(t)
  timers.round()
  const client = await enter()
  client.say({ type: 'subscribe', channel: 'signals' })
  const snapshot = await client.items()
  t.match(snapshot, { type: 'snapshot', channel: 'signals' })
  t.same(idsOf(snapshot), ['one:1'])
  signal('one:2')
  signal('one:3')
  timers.round(100)
  const delta = await client.items()
  t.match(delta, { type: 'delta', sequence: snapshot.sequence + 1 })
  t.same(idsOf(delta), ['one:2', 'one:3'])
  timers.round(100)
  client.say({ type: 'unsubscribe', channel: 'signals' })
  client.say({ type: 'subscribe', channel: 'run' })
  t.match(await client.items(), { channel: 'run' }, 'nothing is sent while nothing changes')
  signal('one:4')
  timers.round()
  t.notMatch(await client.next(), { channel: 'signals' })
})

t.test('every channel has a snapshot', async (t) => {
  const { enter } = await live(t)
  const client = await enter()
  const channels: Channel[] = [
    'run',
    'pnl',
    'strategies',
    'signals',
    'orders',
    'trades',
    'positions',
    'ticks',
    'candles',
    'system',
  ]
  for (const channel of channels) {
    client.say({ type: 'subscribe', channel })
    t.match(await client.items(), { type: 'snapshot', channel })
  }
})

t.test('a client that names keys hears of nothing else', async (t) => {
  const { enter, timers, signal, views } = await live(t)
  timers.round()
  const client = await enter()
  client.say({ type: 'subscribe', channel: 'signals', keys: ['two'] })
  t.same((await client.items()).items, [])
  signal('one:2')
  timers.round(100)
  signal('two:1', 'two')
  timers.round(100)
  t.same(idsOf(await client.items()), ['two:1'])
  client.say({ type: 'subscribe', channel: 'ticks', keys: ['BETA-FUT'] })
  t.match(await client.items(), { items: [{ symbol: 'BETA-FUT' }] })
  views.quotes((index) => ({
    symbol: ['ALPHA-FUT', 'BETA-FUT'][index]!,
    at: minute(10),
    price: 1_00,
    dayVolume: 60,
  }))
  timers.round(200)
  t.match(await client.items(), { type: 'delta', items: [{ symbol: 'BETA-FUT', price: '1.00' }] })
})

t.test(
  'a client that comes back gets what it missed, once, or a snapshot when that is too long ago',
  async (t) => {
    const { enter, timers, signal } = await live(t)
    timers.round()
    const first = await enter()
    first.say({ type: 'subscribe', channel: 'signals' })
    const { sequence } = await first.items()
    first.socket.close()
    await first.closed
    for (const id of ['one:2', 'one:3', 'one:2']) {
      signal(id)
      timers.round(100)
    }
    const resume = async (since: number) => {
      const again = await enter()
      again.say({ type: 'subscribe', channel: 'signals', since })
      return again.items()
    }
    const missed = await resume(sequence)
    t.match(missed, { type: 'delta', sequence: sequence + 3 })
    t.same(idsOf(missed), ['one:2', 'one:3'])
    t.match(
      await resume(sequence + 3),
      { type: 'delta', items: [] },
      'it missed nothing, and is told so',
    )
    t.match(await resume(5), { type: 'snapshot' }, 'a number of an earlier process')
    t.match(await resume(sequence + 99), { type: 'snapshot' }, 'a number that has not been')
    for (let n = 0; n < 700; n += 1) {
      signal(`more:${n}`)
      timers.round(100)
    }
    const from = await resume(sequence)
    t.match(from, { type: 'snapshot' }, 'longer ago than the stream remembers')
    t.equal(from.items.length, 500)
  },
)

t.test('a slow client is told of a gap, then gets each item once, as it is now', async (t) => {
  const { enter, timers, signal, app } = await live(t)
  timers.round()
  const [slow, quick] = [await enter(), await enter()]
  for (const client of [slow, quick]) {
    client.say({ type: 'subscribe', channel: 'signals' })
    await client.items()
  }
  const [one] = [...app.websocketServer.clients] // the first to connect
  let buffered = 2_000_000
  Object.defineProperty(one, 'bufferedAmount', { get: () => buffered })
  for (const id of ['one:2', 'one:3', 'one:2']) {
    signal(id)
    timers.round(100)
  }
  for (const id of ['one:2', 'one:3', 'one:2']) t.same(idsOf(await quick.items()), [id])
  t.equal(slow.waiting.length, 0)
  buffered = 0
  timers.round(100)
  t.match(await slow.next(), { type: 'gap', channel: 'signals' })
  const merged = await slow.items()
  t.same([merged.type, idsOf(merged)], ['delta', ['one:2', 'one:3']])
  signal('one:4')
  timers.round(100)
  t.same(idsOf(await slow.items()), ['one:4'], 'and goes on as before')
})

t.test('a client that stops reading is let go', async (t) => {
  const { enter, timers, clock, app } = await live(t)
  const client = await enter()
  Object.defineProperty([...app.websocketServer.clients][0], 'bufferedAmount', {
    get: () => 2_000_000,
  })
  timers.round(1_000)
  clock.advance(31_000)
  timers.round(1_000)
  t.equal((await client.closed).code, 1006)
})

t.test('who does not show the key is told so and sent away', async (t) => {
  const { connect, clock, timers } = await live(t)
  const cases: (ClientMessage | string)[] = [
    { type: 'auth', token: 'wrong' },
    { type: 'subscribe', channel: 'run' },
    'nonsense',
    '{"type":"auth"}',
  ]
  for (const message of cases) {
    const client = connect()
    await client.opened
    client.say(message)
    t.match(await client.next(), {
      type: 'error',
      code: /API_NO_KEY|API_STREAM_NO_AUTH/,
      todo: /key/,
    })
    t.equal((await client.closed).code, 4401)
    t.equal(client.waiting.length, 0, 'and got nothing else')
  }
  const silent = connect()
  await silent.opened
  clock.advance(4_000)
  timers.round()
  t.equal(silent.waiting.length, 0)
  clock.advance(1_000)
  timers.round()
  t.match(await silent.next(), { code: 'API_STREAM_NO_AUTH' })
  t.equal((await silent.closed).code, 4401)
})

t.test('a page of another site cannot open the stream', async (t) => {
  const { connect } = await live(t)
  t.equal(await connect({ origin: 'http://evil.example' }).refused, 403)
  t.equal(await connect({ host: 'rebound.example' }).refused, 421)
})

t.test('bad messages are answered, and repeated abuse ends the connection', async (t) => {
  const { enter } = await live(t)
  const client = await enter()
  const bad = [
    'nonsense',
    '[]',
    '{"type":"subscribe","channel":"secrets"}',
    '{"type":"subscribe","channel":"run","keys":[1]}',
    JSON.stringify({
      type: 'subscribe',
      channel: 'ticks',
      keys: Array.from({ length: 201 }, String),
    }),
  ]
  t.equal(bad.length, strikesMax)
  for (const message of bad) client.say(message)
  for (const _ of bad)
    t.match(await client.next(), { type: 'error', code: 'API_STREAM_BAD_MESSAGE' })
  t.match(await client.next(), { code: 'API_STREAM_ABUSE' })
  t.equal((await client.closed).code, 1008)

  const flood = await enter()
  for (let n = 0; n <= messagesPerSecondMax; n += 1)
    flood.say({ type: 'unsubscribe', channel: 'run' })
  t.match(await flood.next(), { code: 'API_STREAM_ABUSE' })
  t.equal((await flood.closed).code, 1008)

  const long = await enter()
  long.say('x'.repeat(20_000))
  t.equal((await long.closed).code, 1009)
})

t.test('one client too many is turned away, and no other notices', async (t) => {
  const { enter, connect, timers } = await live(t)
  const all = await Promise.all(Array.from({ length: clientsMax }, enter))
  const late = connect()
  t.match(await late.next(), { code: 'API_STREAM_FULL' })
  t.equal((await late.closed).code, 1013)
  timers.round()
  for (const client of all)
    t.match(await client.next(), { type: 'heartbeat', at: '2022-11-10T09:15:00.000+05:30' })
})

t.test('a closed server leaves no timer and no client behind', async (t) => {
  const { enter, timers, app } = await live(t)
  const client = await enter()
  await app.close()
  await client.closed
  t.equal(timers.count(), 0)
})

t.test('what is resumed is what was pushed since, each id once', async () => {
  const pushes = fc.array(
    fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(
      pushes,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: -2, max: 25 }),
      (all, max, back) => {
        const deltas = deltasFrom(1_000, max)
        for (const ids of all) deltas.push(ids)
        const since = 1_000 + back
        const known = back >= 0 && back <= all.length && all.length - back <= max
        const expected = known ? [...new Set(all.slice(back).flat())] : null
        return JSON.stringify(deltas.since(since)) === JSON.stringify(expected)
      },
    ),
  )
})
