import type { Millis } from '../clock.ts'

/**
 * Messages in the order that does not depend on threads: by event time, then rank of the sender, then the sender's
 * own count. What arrives early waits until no sender can still send anything earlier.
 */
export type Inbox<T> = {
  readonly size: number
  /** Event time of the first message; +Infinity when empty. */
  readonly next: Millis
  /** `full` leaves the message with the sender. `n` is the sender's own count, rising within one `at`. */
  put(at: Millis, rank: number, n: number, message: T): 'taken' | 'full'
  /** The first message, if it is at or before `horizon`. */
  take(horizon: Millis): T | undefined
}

type Entry<T> = { readonly at: Millis; readonly rank: number; readonly n: number; readonly message: T }

/** An empty inbox for up to `capacity` messages: a binary heap. */
export const createInbox = <T>(capacity: number): Inbox<T> => {
  const heap: Entry<T>[] = []
  return {
    get size() {
      return heap.length
    },
    get next() {
      return heap[0]?.at ?? Infinity
    },
    put(at, rank, n, message) {
      if (heap.length >= capacity) return 'full'
      rise(heap, { at, rank, n, message })
      return 'taken'
    },
    take(horizon) {
      const first = heap[0]
      if (!first || first.at > horizon) return undefined
      const last = heap.pop()!
      if (heap.length > 0) sink(heap, last)
      return first.message
    },
  }
}

const precedes = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at !== b.at ? a.at < b.at : a.rank !== b.rank ? a.rank < b.rank : a.n < b.n

/** Adds `entry` at the end and lets it rise over later ones. */
const rise = <T>(heap: Entry<T>[], entry: Entry<T>): void => {
  let at = heap.length
  while (at > 0) {
    const above = (at - 1) >> 1
    if (!precedes(entry, heap[above]!)) break
    heap[at] = heap[above]!
    at = above
  }
  heap[at] = entry
}

/** Puts `entry` on top in place of what was there and lets it sink below earlier ones. */
const sink = <T>(heap: Entry<T>[], entry: Entry<T>): void => {
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && precedes(heap[below + 1]!, heap[below]!)) below++
    if (!precedes(heap[below]!, entry)) break
    heap[at] = heap[below]!
    at = below
  }
  heap[at] = entry
}
