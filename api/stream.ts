import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import type { Clock } from '#engine/mod.ts'
import type { Control } from './control.ts'
import type { Channel, Channels, ClientMessage, ServerMessage } from './contract.ts'
import { problem } from './errors.ts'
import { isKey } from './gate.ts'
import { dismiss, isSlow, newClient, send, sendError } from './stream/client.ts'
import type { Client, Subscription } from './stream/client.ts'
import { deltasFrom } from './stream/deltas.ts'
import {
  authWithinMs, clientsMax, deltasMax, flushMs, heartbeatMs, messageBytesMax, messagesPerSecondMax, slowMs, strikesMax,
} from './stream/limits.ts'
import { parse } from './stream/parse.ts'
import { time } from './views/format.ts'
import { wantedBy } from './views/mod.ts'
import type { Views } from './views/mod.ts'

/** What the stream needs beside the views; time is handed in. */
export type StreamOptions = {
  readonly clock: Clock
  /** Calls `work` every `ms` until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void
  /** Takes into the views what no fact tells: quotes, and how far the run has come. */
  readonly refresh: () => void
}

type Given = StreamOptions & { readonly views: Views; readonly control: Control; readonly token: string }

const channels = Object.keys(flushMs) as Channel[]
const sweepMs = 1_000

/**
 * Lets connections become WebSockets. To be called before any hook that may refuse one: this plugin has to know
 * a connection first, or it would never close what was refused.
 */
export const acceptSockets = async (app: FastifyInstance): Promise<void> => {
  await app.register(websocket, { options: { maxPayload: messageBytesMax } })
}

/** Serves /api/stream: a snapshot, then what changed, at a pace that each client can take. */
export const serveStream = (app: FastifyInstance, given: Given): void => {
  const hub = streamHub(given, (error) => app.log.error({ err: error }, 'the supervision tree could not be read'))
  app.addHook('onClose', async () => hub.stop())
  // Open, as a browser can send no header with it: the first message carries the key.
  const route = { websocket: true, config: { role: 'open' }, schema: { hide: true } as object } as const
  app.get('/api/stream', route, (socket) => hub.accept(socket))
}

/** All live connections, and the timers that feed them. */
const streamHub = ({ views, control, token, clock, every, refresh }: Given, onError: (error: unknown) => void) => {
  const clients = new Set<Client>()
  const startedAt = clock.now()
  const deltas = new Map(channels.map((channel) => [channel, deltasFrom(startedAt, deltasMax)]))
  const logOf = (channel: Channel) => deltas.get(channel)!

  const carry = <C extends Channel>(type: 'snapshot' | 'delta', channel: C, items: Channels[C][]): ServerMessage =>
    ({ type, channel, sequence: logOf(channel).sequence(), items })

  /** What a client lacks since delta `sequence`, or all there is when that is too long ago. */
  const bring = (client: Client, channel: Channel, to: Subscription, since: number | undefined): void => {
    const ids = since === undefined ? null : logOf(channel).since(since)
    to.sent = logOf(channel).sequence()
    if (ids === null) return send(client, carry('snapshot', channel, views.items(channel, to.wanted)))
    const items = ids.flatMap((id) => views.item(channel, id, to.wanted) ?? [])
    // An empty delta tells who reconnects that it missed nothing; to others it would tell nothing.
    if (items.length > 0 || since !== to.sent - 1) send(client, carry('delta', channel, items))
  }

  const flush = (channel: Channel): void => {
    const log = logOf(channel)
    const ids = views.changes(channel)
    if (ids.length > 0) log.push(ids)
    let text: string | undefined // of the newest delta, for all who want the whole channel
    for (const client of clients) {
      const to = client.subscriptions.get(channel)
      if (!to || to.sent === log.sequence()) continue
      if (isSlow(client)) {
        to.gap = true
        continue
      }
      if (to.gap) {
        to.gap = false
        send(client, { type: 'gap', channel })
      } else if (to.whole && to.sent === log.sequence() - 1) {
        to.sent = log.sequence()
        send(client, text ??= JSON.stringify(carry('delta', channel, ids.flatMap((id) => views.item(channel, id) ?? []))))
        continue
      }
      bring(client, channel, to, to.sent)
    }
  }

  const obey = (client: Client, message: ClientMessage): void => {
    if (message.type === 'auth') return // known already; saying it again changes nothing
    const { channel } = message
    if (message.type === 'unsubscribe') return void client.subscriptions.delete(channel)
    const keys = message.keys ? new Set(message.keys) : null
    const to: Subscription = { wanted: wantedBy(keys), whole: keys === null, sent: 0, gap: false }
    client.subscriptions.set(channel, to)
    bring(client, channel, to, message.since)
  }

  const hear = (client: Client, data: string): void => {
    client.heard += 1
    if (client.heard > messagesPerSecondMax)
      return dismiss(client, problem('STREAM_ABUSE', { because: `more than ${messagesPerSecondMax} messages in a second` }), 1008)
    const heard = parse(data)
    if (!client.known) return greet(client, heard.type === 'message' ? heard.message : null)
    if (heard.type === 'message') return obey(client, heard.message)
    client.strikes += 1
    sendError(client, problem('STREAM_BAD_MESSAGE', { because: heard.because }))
    if (client.strikes >= strikesMax)
      dismiss(client, problem('STREAM_ABUSE', { because: `${strikesMax} messages were not understood` }), 1008)
  }

  const greet = (client: Client, message: ClientMessage | null): void => {
    if (message?.type !== 'auth') return dismiss(client, problem('STREAM_NO_AUTH', { withinMs: authWithinMs }), 4401)
    if (!isKey(message.token, token)) return dismiss(client, problem('NO_KEY', { path: '/api/stream' }), 4401)
    client.known = true
    send(client, { type: 'ready' })
  }

  const accept = (socket: WebSocket): void => {
    const client = newClient(socket, clock.elapsed())
    if (clients.size >= clientsMax) return dismiss(client, problem('STREAM_FULL', { max: clientsMax }), 1013)
    clients.add(client)
    void lookAtActors() // nobody looked while nobody was here
    socket.on('message', (data, isBinary) => {
      if (socket.readyState === socket.OPEN) hear(client, isBinary ? '' : data.toString())
    })
    socket.on('error', () => socket.terminate()) // too long a message, or no WebSocket at all
    socket.on('close', () => clients.delete(client))
  }

  const sweep = (): void => {
    const now = clock.elapsed()
    for (const client of clients) {
      client.heard = 0
      client.slowSince = isSlow(client) ? (client.slowSince ?? now) : null
      if (client.slowSince !== null && now - client.slowSince > slowMs) client.socket.terminate()
      if (!client.known && now - client.since >= authWithinMs)
        dismiss(client, problem('STREAM_NO_AUTH', { withinMs: authWithinMs }), 4401)
    }
  }

  let asking = false
  const lookAtActors = async (): Promise<void> => {
    if (asking || clients.size === 0) return
    asking = true
    try {
      views.actors(await control.actors())
    } catch (error) {
      onError(error)
    } finally {
      asking = false
    }
  }

  const beat = (): void => {
    const text = JSON.stringify({ type: 'heartbeat', at: time(clock.now()) } satisfies ServerMessage)
    for (const client of clients) if (client.known) send(client, text)
  }

  const timers = [
    every(flushMs.ticks, refresh),
    every(flushMs.system, () => void lookAtActors()),
    ...channels.map((channel) => every(flushMs[channel], () => flush(channel))),
    every(sweepMs, sweep),
    every(heartbeatMs, beat),
  ]
  return { accept, stop: () => timers.forEach((stop) => stop()) }
}
