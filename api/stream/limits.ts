import type { Channel } from '../contract.ts'

/** How often a channel's changes are gathered into a delta, in ms: as fast as an eye can use them. */
export const flushMs: Readonly<Record<Channel, number>> = {
  signals: 100,
  orders: 100,
  trades: 100,
  candles: 100,
  ticks: 200,
  // These carry a curve, so an item is some KB and is read rather than watched.
  run: 250,
  pnl: 250,
  strategies: 250,
  positions: 250,
  system: 500,
}

/** Every channel there is. */
export const channels = Object.keys(flushMs) as Channel[]

/** Live connections: dashboards of one person, and some to spare. */
export const clientsMax = 32

/** Bytes of one message from a client: 200 keys of 60 characters fit. */
export const messageBytesMax = 16 * 1024

/** Messages a client may send in a second: a page that subscribes to everything sends ten. */
export const messagesPerSecondMax = 100

/** Messages not understood before the connection is closed. */
export const strikesMax = 5

/** How often clients are looked over: all of the times below are at least this. */
export const sweepMs = 1_000

/** Time a client has to say who it is. */
export const authWithinMs = 5_000

/** A client that hears nothing for two of these has lost its connection, and says so. */
export const heartbeatMs = 1_000

/** Bytes waiting for a client, above which its changes are merged until it has read them: a second of a busy day. */
export const bufferedMax = 1024 * 1024

/** A client that has read nothing for this long is gone, or as good as. */
export const slowMs = 30_000

/** Deltas a channel remembers for those who reconnect: a minute at the fastest. Only ids are kept. */
export const deltasMax = 600
