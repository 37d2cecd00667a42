import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import type { Clock } from '#engine/mod.ts'
import type { Control } from './control.ts'
import type { ServerMessage } from './contract.ts'
import { problem } from './errors.ts'
import { dismiss, isSlow, newClient, send } from './stream/client.ts'
import type { Client } from './stream/client.ts'
import { deliveryOf } from './stream/delivery.ts'
import {
  authWithinMs,
  channels,
  clientsMax,
  flushMs,
  heartbeatMs,
  messageBytesMax,
  slowMs,
  sweepMs,
} from './stream/limits.ts'
import { dismissUnknown, listenFor } from './stream/listen.ts'
import type { Listen } from './stream/listen.ts'
import { time } from './views/format.ts'
import type { Views } from './views/mod.ts'

/** What the stream needs beside the views; time is handed in. */
export type StreamOptions = {
  readonly clock: Clock
  /** Calls `work` every `ms` until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void
  /** Takes into the views what no fact tells: quotes, and how far the run has come. */
  readonly refresh: () => void
}

type Given = StreamOptions & {
  readonly views: Views
  readonly control: Pick<Control, 'actors'>
  readonly token: string
}

/**
 * Lets connections become WebSockets. To be called before any hook that may refuse one: this plugin has to know
 * a connection first, or it would never close what was refused.
 */
export const acceptSockets = async (app: FastifyInstance): Promise<void> => {
  await app.register(websocket, { options: { maxPayload: messageBytesMax } })
}

/** Serves /api/stream: a snapshot, then what changed, at a pace that each client can take. */
export const serveStream = (app: FastifyInstance, given: Given): void => {
  const { views, control, token, clock, every, refresh } = given
  const clients = new Set<Client>()
  const delivery = deliveryOf(views, clock.now())
  const listen = listenFor(token, delivery)
  const look = lookAt(control, views, (error) =>
    app.log.error({ err: error }, 'the supervision tree could not be read'),
  )
  const timers = [
    every(flushMs.ticks, refresh),
    every(flushMs.system, () => clients.size > 0 && look()),
    ...channels.map((channel) => every(flushMs[channel], () => delivery.flush(channel, clients))),
    every(sweepMs, () => sweep(clients, clock.elapsed())),
    every(heartbeatMs, () => beat(clients, clock.now())),
  ]
  app.addHook('onClose', async () => timers.forEach((stop) => stop()))
  // Open, as a browser can send no header with it: the first message carries the key.
  const route = {
    websocket: true,
    config: { role: 'open' },
    schema: { hide: true } as object,
  } as const
  app.get('/api/stream', route, (socket) => {
    look() // nobody looked while nobody was here
    accept(socket, clients, listen, clock.elapsed())
  })
}

const accept = (socket: WebSocket, clients: Set<Client>, listen: Listen, now: number): void => {
  const client = newClient(socket, now)
  if (clients.size >= clientsMax)
    return dismiss(client, problem('STREAM_FULL', { max: clientsMax }), 1013)
  clients.add(client)
  socket.on('message', (data, isBinary) => {
    if (socket.readyState === socket.OPEN) listen(client, isBinary ? '' : data.toString())
  })
  socket.on('error', () => socket.terminate()) // too long a message, or no WebSocket at all
  socket.on('close', () => clients.delete(client))
}

const sweep = (clients: Iterable<Client>, now: number): void => {
  for (const client of clients) {
    client.heard = 0
    client.slowSince = isSlow(client) ? (client.slowSince ?? now) : null
    if (client.slowSince !== null && now - client.slowSince > slowMs) client.socket.terminate()
    if (!client.known && now - client.since >= authWithinMs) dismissUnknown(client)
  }
}

const beat = (clients: Iterable<Client>, now: number): void => {
  const text = JSON.stringify({ type: 'heartbeat', at: time(now) } satisfies ServerMessage)
  for (const client of clients) if (client.known) send(client, text)
}

// One question at a time: a tree that is slow to answer is not asked again meanwhile.
const lookAt = (control: Pick<Control, 'actors'>, views: Views, onError: (error: unknown) => void) => {
  let asking = false
  return (): void => {
    if (asking) return
    asking = true
    control
      .actors()
      .then(views.actors, onError)
      .finally(() => (asking = false))
  }
}
