import { hash } from 'node:crypto'

/**
 * Database ids of one account and run. The engine names things by strings that are unique within a run and the
 * same in every replay; the database wants UUIDs that are unique everywhere. So an id is a UUID version 5, the
 * standard's hash of a name: the same thing has the same id however often it is projected, nobody has to be asked
 * for it, and any other tool can work it out.
 */
export type Ids = {
  readonly account: string
  readonly run: string
  /** The id of something of this run. */
  of(kind: Kind, key: string | number): string
}

/** What is named within a run; part of the hashed name, so that a trade and its order differ. */
export type Kind =
  | 'strategy' | 'signal' | 'order' | 'order event' | 'fill' | 'trade' | 'position' | 'performance'
  | 'risk event' | 'audit event' | 'actor event'

/** The ids of a run, by the account's and the run's own names. */
export const idsOf = (accountKey: string, runKey: string): Ids => {
  const account = uuidOf(`account:${accountKey}`)
  const run = uuidOf(`run:${account}:${runKey}`)
  return { account, run, of: (kind, key) => uuidOf(`${kind}:${run}:${key}`) }
}

/** The id of something that belongs to no run: an instrument, a day of the calendar. */
export const sharedId = (kind: 'instrument' | 'day', exchange: string, key: string): string =>
  uuidOf(`${kind}:${exchange}:${key}`)

/**
 * The UUID, version 5, of a name within a namespace.
 * @source  RFC 9562, section 5.5: the first 128 bits of SHA-1 over the namespace and the name
 */
export const nameUuid = (namespace: string, name: string): string => {
  const spaced = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  const digest = hash('sha1', Buffer.concat([spaced, Buffer.from(name)]), 'buffer').subarray(0, 16)
  digest[6] = (digest[6]! & 0x0f) | 0x50 // version 5
  digest[8] = (digest[8]! & 0x3f) | 0x80 // the standard's variant
  const hex = digest.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

// Ours, drawn once: changing it would give everything in every database another id.
const ours = '6f0d1c5e-a2f9-4c0b-9d5f-3b7c51a8e4d2'
const uuidOf = (name: string) => nameUuid(ours, name)
