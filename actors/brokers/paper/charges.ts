import type { Day } from '#actors/calendar/mod.ts'
import type { Kind } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Charges, Side } from '#actors/domain/order.ts'
import { gstPercent, ratesOf, type Segment, usualBrokerage } from './charge-rates.ts'

/** One fill, as far as its charges go. */
export type Charged = {
  readonly day: Day
  /** An index cannot be traded. */
  readonly kind: Kind
  readonly side: Side
  /** Units, not lots. */
  readonly quantity: number
  readonly price: Paise
  /** Shares held overnight are taxed otherwise; without a meaning for contracts. Default: `intraday`. */
  readonly product?: 'intraday' | 'delivery'
  /** In place of the usual one: 0 for the later fills of an order, which is charged once. */
  readonly brokerage?: Paise
}

const parts = ['brokerage', 'stt', 'exchange', 'sebi', 'stamp', 'gst'] as const
type Part = (typeof parts)[number]

/** The unit charges are exact in: a paisa has this many (a billionth for the rates, a hundredth of it for GST). */
export const unitsPerPaisa = 100_000_000_000n

/**
 * What the state, the exchange and the broker take for one fill on NSE.
 *
 * The total is the exact sum rounded to the paisa, half up; each part is rounded likewise, and what rounding left over
 * goes to the largest part, so that parts always add up to the total. A contract note rounds STT and stamp duty to the
 * rupee per day instead, and can differ by that.
 */
export const chargesOf = (fill: Charged): Charges => {
  const exact = exactCharges(fill)
  const total = rounded(parts.reduce((sum, part) => sum + exact[part], 0n))
  const whole = Object.fromEntries(parts.map((part) => [part, rounded(exact[part])])) as Record<
    Part,
    Paise
  >
  const largest = parts.reduce((best, part) => (exact[part] > exact[best] ? part : best))
  whole[largest] += total - parts.reduce((sum, part) => sum + whole[part], 0)
  return { ...whole, total }
}

/** The parts before rounding, in units of which a paisa has {@link unitsPerPaisa}. */
export const exactCharges = (fill: Charged): Record<Part, bigint> => {
  const segment = segmentOf(fill)
  const rates = ratesOf(segment, fill.day)
  const turnover = BigInt(fill.quantity) * BigInt(fill.price)
  const share = (partsPerBillion: number) => turnover * BigInt(partsPerBillion) * 100n
  const buys = fill.side === 'buy'

  const brokerage = brokerageOf(segment, fill, share)
  const exchange = share(rates.exchange)
  const sebi = share(rates.sebi)
  return {
    brokerage,
    stt: share(buys ? rates.sttBuy : rates.sttSell),
    exchange,
    sebi,
    stamp: buys ? share(rates.stamp) : 0n,
    gst: ((brokerage + exchange + sebi) * BigInt(gstPercent)) / 100n, // exact: all are multiples of 100
  }
}

const segmentOf = ({ kind, product = 'intraday' }: Charged): Segment => {
  if (kind === 'index') throw new TypeError('An index is not traded, so nothing is charged for it.')
  return kind === 'equity' ? product : kind
}

const brokerageOf = (
  segment: Segment,
  { brokerage }: Charged,
  share: (partsPerBillion: number) => bigint,
): bigint => {
  if (brokerage !== undefined) return BigInt(brokerage) * unitsPerPaisa
  const usual = usualBrokerage[segment]
  const flat = BigInt(usual.flat) * unitsPerPaisa
  const most = usual.atMost === undefined ? flat : share(usual.atMost)
  return most < flat ? most : flat
}

const rounded = (units: bigint): Paise => Number((units + unitsPerPaisa / 2n) / unitsPerPaisa)
