import type { ClientMessage } from '../contract.ts'
import { problem } from '../errors.ts'
import { isKey } from '../gate.ts'
import { wantedBy } from '../views/mod.ts'
import { dismiss, send, sendError } from './client.ts'
import type { Client, Subscription } from './client.ts'
import type { Delivery } from './delivery.ts'
import { authWithinMs, messagesPerSecondMax, strikesMax } from './limits.ts'
import { parse } from './parse.ts'

/** Takes what a client said: first who it is, then what it wants to follow. */
export type Listen = (client: Client, data: string) => void

/** Listens for the one key, and lets `bring` answer subscriptions. */
export const listenFor = (token: string, { bring }: Pick<Delivery, 'bring'>): Listen => {
  const greet = (client: Client, message: ClientMessage | null): void => {
    if (message?.type !== 'auth') return dismissUnknown(client)
    if (!isKey(message.token, token))
      return dismiss(client, problem('NO_KEY', { path: '/api/stream' }), 4401)
    client.known = true
    send(client, { type: 'ready' })
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
  return (client, data) => {
    client.heard += 1
    if (client.heard > messagesPerSecondMax)
      return dismissAbuse(client, `more than ${messagesPerSecondMax} messages in a second`)
    const heard = parse(data)
    if (!client.known) return greet(client, heard.type === 'message' ? heard.message : null)
    if (heard.type === 'message') return obey(client, heard.message)
    client.strikes += 1
    sendError(client, problem('STREAM_BAD_MESSAGE', { because: heard.because }))
    if (client.strikes >= strikesMax)
      dismissAbuse(client, `${strikesMax} messages were not understood`)
  }
}

/** Sends away who did not say who it is. */
export const dismissUnknown = (client: Client): void =>
  dismiss(client, problem('STREAM_NO_AUTH', { withinMs: authWithinMs }), 4401)

const dismissAbuse = (client: Client, because: string): void =>
  dismiss(client, problem('STREAM_ABUSE', { because }), 1008)
