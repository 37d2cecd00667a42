import type { WebSocket } from 'ws'
import type { Problem } from '#engine/mod.ts'
import type { Channel, ServerMessage } from '../contract.ts'
import type { Wanted } from '../views/mod.ts'
import { bufferedMax } from './limits.ts'

/** Close codes: 4401 for a wrong or missing key, the others as RFC 6455 registers them. */
export type CloseCode = 1008 | 1013 | 4401

/** What a client follows in one channel. */
export type Subscription = {
  readonly wanted: Wanted
  /** Whether every item is wanted, so that one text serves all such clients. */
  readonly whole: boolean
  /** The newest delta it was sent. */
  sent: number
  /** It was too slow since then. */
  gap: boolean
}

/** One connection, and what is known of it. Times are `clock.elapsed()`. */
export type Client = {
  readonly socket: WebSocket
  readonly since: number
  readonly subscriptions: Map<Channel, Subscription>
  known: boolean
  /** Messages since the last sweep, and those not understood since it connected. */
  heard: number
  strikes: number
  slowSince: number | null
}

/** A connection of which nothing is known yet. */
export const newClient = (socket: WebSocket, since: number): Client => ({
  socket,
  since,
  subscriptions: new Map(),
  known: false,
  heard: 0,
  strikes: 0,
  slowSince: null,
})

/** Whether more waits for the client than it is likely to catch up with. */
export const isSlow = ({ socket }: Client): boolean => socket.bufferedAmount > bufferedMax

/** Sends a message, or a text made once for many clients. */
export const send = ({ socket }: Client, message: ServerMessage | string): void => {
  if (socket.readyState === socket.OPEN)
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
}

/** Tells a client what was wrong. */
export const sendError = (client: Client, { code, message, todo }: Problem): void =>
  send(client, { type: 'error', code, says: message, todo })

/** Tells a client why it is not served, and closes. */
export const dismiss = (client: Client, why: Problem, code: CloseCode): void => {
  sendError(client, why)
  client.socket.close(code, why.code)
}
