import { createInterests, type Announcer, type Interests } from '#engine/mod.ts'
import type { Fact } from '../messages.ts'

/**
 * Tells strategies that the journal has something for them, so that a fact wakes the one it concerns and no other
 * looks for it. Plain data: it crosses threads.
 */
export type News = {
  /** By place: grows once facts for whoever has this place are on disk. */
  readonly counts: Int32Array<SharedArrayBuffer>
  /** Who is to be woken for which place. */
  readonly interests: Interests
}

/** Places, which strategies find by their ids: two that share one look in vain now and then. */
const PLACES = 1024

/** Nothing has happened yet. */
export const createNews = (): News => ({
  counts: new Int32Array(new SharedArrayBuffer(PLACES * 4)),
  interests: createInterests(PLACES),
})

/**
 * The place of a strategy.
 * @source  FNV-1a, Fowler, Noll and Vo, 32 bits
 */
export const placeOf = (strategy: string): number => {
  let sum = 0x811c9dc5
  for (let i = 0; i < strategy.length; i++) sum = Math.imul(sum ^ strategy.charCodeAt(i), 0x01000193)
  return (sum ^ (sum >>> 16)) & (PLACES - 1)
}

/** The side of whoever writes the journal. */
export type Herald = {
  /** There is a fact about this strategy, not yet on disk. */
  note(strategy: string): void
  /** What was noted is on disk: those whom it concerns may look. */
  tell(): void
}

/** Opens the writing side. @param announcer  over the interests of these news */
export const heraldOf = ({ counts }: News, announcer: Announcer): Herald => {
  const noted = new Set<number>()
  return {
    note: (strategy) => void noted.add(placeOf(strategy)),
    tell() {
      for (const place of noted) {
        Atomics.add(counts, place, 1)
        announcer.saw(place)
      }
      noted.clear()
      announcer.ring()
    },
  }
}

/**
 * The strategy that a fact is about; `null` for one that is about none.
 * @param strategyOf  whose an order is
 */
export const subjectOf = (fact: Fact, strategyOf: (order: string) => string | undefined): string | null => {
  switch (fact.type) {
    case 'signalRaised': return fact.signal.strategy
    case 'intentRefused': return fact.intent.strategy
    case 'orderApproved': return fact.order.strategy
    case 'orderFilled': return fact.fill.strategy
    case 'orderPlaced': case 'orderAccepted': case 'orderRejected': case 'orderCancelled':
      return strategyOf(fact.order) ?? null
    case 'tradeOpened': case 'tradeClosed': return fact.trade.strategy
    default: return 'strategy' in fact ? fact.strategy : null
  }
}
