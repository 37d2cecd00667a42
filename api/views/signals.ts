import { decimal } from '#actors/domain/money.ts'
import type { Signal } from '#actors/domain/signal.ts'
import type { SignalView } from '../contract.ts'
import { moneyOrNull, time } from './format.ts'
import { newest } from './newest.ts'
import type { Listed } from './newest.ts'
import { paged } from './paged.ts'
import type { PagedView } from './paged.ts'

/** Signals kept: about 2 KB each with their conditions, so 10 MB. Counts are kept elsewhere and stay right. */
export const signalsMax = 5_000

type Outcome = { executed: boolean; refused: string; refusalCode: string | null }
type Kept = Listed & Outcome & { readonly signal: Signal }

/** Every signal, and what risk made of it. */
export const signalsView = (): PagedView<'signals'> => {
  const changed = new Set<string>()
  const kept = newest<Kept>(signalsMax, (id) => changed.delete(id))
  const conclude = (id: string | null | undefined, outcome: Outcome) => {
    const one = id ? kept.get(id) : undefined
    if (!one) return
    Object.assign(one, outcome)
    changed.add(one.id)
  }
  return paged(
    { kept, changed, viewOf },
    {
      signalRaised({ signal }) {
        const { id, strategy, symbol } = signal
        const refused = signal.wants === 'nothing' ? whyNot(signal) : ''
        kept.put({ id, strategy, symbol, signal, executed: false, refused, refusalCode: null })
        changed.add(id)
      },
      orderApproved: ({ order }) =>
        conclude(order.signal, { executed: true, refused: '', refusalCode: null }),
      intentRefused({ intent, refusal }) {
        if (intent.kind === 'move') return // moves levels of a position; no signal waits for it
        conclude(intent.signal, {
          executed: false,
          refused: refusal.because,
          refusalCode: refusal.code,
        })
      },
    },
  )
}

/** Why a signal asks for nothing: the conditions that failed, or what it says of itself when all held. */
const whyNot = ({ conditions, because }: Signal): string => {
  const failed = conditions.filter(({ holds }) => !holds).map(({ name }) => name)
  if (failed.length === 0) return because
  const [first = '', ...rest] = failed
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ')} did not hold.`
}

const viewOf = ({ signal, executed, refused, refusalCode }: Kept): SignalView => ({
  id: signal.id,
  strategy: signal.strategy,
  symbol: signal.symbol,
  timeframe: signal.timeframe,
  at: time(signal.at),
  direction: signal.direction,
  wants: signal.wants,
  strength: signal.strength,
  entry: decimal(signal.entry),
  stop: moneyOrNull(signal.stop),
  target: moneyOrNull(signal.target),
  validUntil: time(signal.validUntil),
  because: signal.because,
  conditions: [...signal.conditions],
  indicators: signal.indicators,
  executed,
  refused,
  refusalCode,
})
