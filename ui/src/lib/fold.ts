import type { Channel, Channels, ServerMessage } from '#api/contract.ts'

/** Channels of which there is one item, not a list. */
export type Single = 'run' | 'pnl'
/** Channels that carry a list. */
export type Listed = Exclude<Channel, Single>

/** What was last heard on each channel. */
export type Tables = { readonly [C in Listed]: ReadonlyMap<string, Channels[C]> } & {
  readonly [C in Single]: Channels[C] | null
}

type Item = Channels[Listed]

/** What names an item: quotes go by their symbol, everything else by its id. */
export const idOf = (item: Item): string => ('id' in item ? item.id : item.symbol)

// All times carry the same offset, so that their texts sort as they do. What has no time keeps its order.
const timeOf = (item: Item): string =>
  'at' in item ? item.at : 'entryAt' in item ? item.entryAt : 'openAt' in item ? item.openAt : ''
const byTime = (one: Item, other: Item): number => {
  const [before, after] = [timeOf(one), timeOf(other)]
  return before < after ? -1 : before > after ? 1 : 0
}

/** Keys kept of each list that grows without end; the oldest go first. */
export const most: Partial<Record<Listed, number>> = {
  signals: 1_000,
  orders: 1_000,
  trades: 1_000,
  candles: 2_000,
}

/**
 * One list after some messages, oldest item first. A snapshot is all there is; a delta replaces items by
 * their id. Returns the same map when nothing touched it.
 */
export const foldList = <T extends Item>(
  before: ReadonlyMap<string, T>,
  messages: readonly Extract<ServerMessage, { items: unknown }>[],
  limit = Infinity,
): ReadonlyMap<string, T> => {
  if (!messages.length) return before
  let now = new Map(before)
  for (const { type, items } of messages) {
    if (type === 'snapshot') now = new Map()
    // The channel says which type its items have: that is the contract's promise.
    const told = items as T[]
    for (const item of type === 'snapshot' ? told.toSorted(byTime) : told) now.set(idOf(item), item)
  }
  for (const id of now.keys()) {
    if (now.size <= limit) break
    now.delete(id)
  }
  return now
}
