import type { Channel, Channels, ServerMessage } from '../contract.ts'
import type { Views } from '../views/mod.ts'
import { isSlow, send } from './client.ts'
import type { Client, Subscription } from './client.ts'
import { deltasFrom } from './deltas.ts'
import type { Deltas } from './deltas.ts'
import { channels, deltasMax } from './limits.ts'

/** What brings the state of the channels to those who follow them. */
export type Delivery = {
  /** Gathers what changed in a channel and sends it to whoever keeps up; others get it later, merged. */
  flush(channel: Channel, clients: Iterable<Client>): void
  /** Sends what a client lacks since delta `since`, or all there is when that is unknown or too long ago. */
  bring(client: Client, channel: Channel, to: Subscription, since: number | undefined): void
}

/** @param first  the sequence number before the first delta; see {@link deltasFrom} */
export const deliveryOf = (views: Views, first: number): Delivery => {
  const logs = new Map(channels.map((channel) => [channel, deltasFrom(first, deltasMax)]))
  const logOf = (channel: Channel): Deltas => logs.get(channel)!
  const message = <C extends Channel>(
    type: 'snapshot' | 'delta',
    channel: C,
    items: Channels[C][],
  ): ServerMessage => ({ type, channel, sequence: logOf(channel).sequence(), items })

  const bring: Delivery['bring'] = (client, channel, to, since) => {
    const ids = since === undefined ? null : logOf(channel).since(since)
    to.sent = logOf(channel).sequence()
    if (ids === null)
      return send(client, message('snapshot', channel, views.items(channel, to.wanted)))
    const items = ids.flatMap((id) => views.item(channel, id, to.wanted) ?? [])
    // An empty delta tells who reconnects that it missed nothing; to others it would tell nothing.
    if (items.length > 0 || since !== to.sent - 1) send(client, message('delta', channel, items))
  }
  const flush: Delivery['flush'] = (channel, clients) => {
    const log = logOf(channel)
    const ids = views.changes(channel)
    if (ids.length > 0) log.push(ids)
    let shared: string | undefined // the newest delta as text, for all who want the whole channel
    const newest = () => {
      const items = ids.flatMap((id) => views.item(channel, id) ?? [])
      return (shared ??= JSON.stringify(message('delta', channel, items)))
    }
    for (const client of clients) {
      const to = client.subscriptions.get(channel)
      if (!to || to.sent === log.sequence()) continue
      if (isSlow(client)) {
        to.gap = true
      } else if (to.whole && !to.gap && to.sent === log.sequence() - 1) {
        to.sent = log.sequence()
        send(client, newest())
      } else {
        if (to.gap) send(client, { type: 'gap', channel })
        to.gap = false
        bring(client, channel, to, to.sent)
      }
    }
  }
  return { flush, bring }
}
