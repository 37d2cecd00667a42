import type { Millis, Ref } from '#engine/mod.ts'
import { minuteOfDay } from '../calendar/mod.ts'
import type { InstrumentTable } from '../domain/instrument.ts'
import { tableOf, type Instrument } from '../domain/instrument.ts'
import type { Intent } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import type { BusinessFact, Fact } from '../messages.ts'
import { actor } from '../vocabulary.ts'
import { emptyBook, onFact, type Book } from './book.ts'
import { judge, judgeExit, judgeMove } from './judge.ts'
import { limitsAfter, type Limits } from './limits.ts'

type Given = { readonly limits: Limits; readonly instruments: readonly Instrument[]; readonly executor: Ref }
type State = {
  limits: Limits
  readonly instruments: InstrumentTable
  readonly executor: Ref
  readonly book: Book
  /** The last proposal taken of each strategy: one that comes again after a crash is known by it. */
  readonly taken: Map<string, { at: Millis; n: number }>
}

/** Stands between every intent and the market, and owns the book it judges by. */
export default actor<Given, State>({
  module: import.meta.url,
  start: ({ limits, instruments, executor }) => ({
    limits, executor, instruments: tableOf(instruments), book: emptyBook(), taken: new Map(),
  }),
  on: {
    propose(state, { strategy, n, signal, intent, at }, ctx) {
      const last = state.taken.get(strategy)
      if (last && (at < last.at || (at === last.at && n <= last.n))) return
      state.taken.set(strategy, { at, n })
      const facts = weigh(state, at, signal, intent)
      // Its own facts are part of the book before the next message; the journal brings them only to a new start.
      for (const fact of facts) hear(state, { ...fact, at, from: ctx.id, cause: null, tick: 0 })
      ctx.send(state.executor, { type: 'decided', facts }, at)
    },
    sessionOpened: (state, fact) => hear(state, fact),
    orderApproved: (state, fact) => hear(state, fact),
    orderFilled: (state, fact) => hear(state, fact),
    orderRejected: (state, fact) => hear(state, fact),
    orderCancelled: (state, fact) => hear(state, fact),
    levelsMoved: (state, fact) => hear(state, fact),
    tradeClosed: (state, fact) => hear(state, fact),
    strategyHalted: (state, fact) => hear(state, fact),
    strategyAdded: (state, fact) => void (state.limits = limitsAfter(state.limits, fact)),
    strategyRemoved: (state, fact) => void (state.limits = limitsAfter(state.limits, fact)),
  },
  inspect: ({ book }) => book,
})

const hear = (state: State, fact: Fact): void => onFact(state.book, fact, state.instruments)

/** What becomes of one proposal, as the facts it leaves. */
const weigh = (state: State, at: Millis, signal: Signal | null, intent: Intent | null): BusinessFact[] => {
  const facts: BusinessFact[] = signal ? [{ type: 'signalRaised', signal }] : []
  if (intent) facts.push(answer(state, at, intent, signal?.because))
  return facts
}

const answer = (state: State, now: Millis, intent: Intent, because: string | undefined): BusinessFact => {
  const { book, limits, instruments } = state
  if (intent.kind === 'move') {
    const verdict = judgeMove(intent, book)
    if (verdict.type === 'refused') return refusal(intent, verdict)
    const { trade, levels } = verdict
    return { type: 'levelsMoved', trade, strategy: intent.strategy, levels, because: intent.because }
  }
  const verdict =
    intent.kind === 'exit'
      ? judgeExit(intent, book, now)
      : judge(intent, book, limits, {
          instrument: instruments.of(intent.symbol),
          now,
          minute: minuteOfDay(now),
          ...(because === undefined ? {} : { because }),
        })
  return verdict.type === 'refused' ? refusal(intent, verdict) : { type: 'orderApproved', order: verdict.order }
}

const refusal = (
  intent: Intent,
  { code, because, figures }: { code: string; because: string; figures: Record<string, number | string> },
): BusinessFact => ({ type: 'intentRefused', intent, refusal: { code, because, figures } })
