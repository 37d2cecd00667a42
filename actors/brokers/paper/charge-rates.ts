import type { Day } from '#actors/calendar/mod.ts'

/** What is traded, as far as charges go. */
export type Segment = 'option' | 'future' | 'intraday' | 'delivery'

/** Shares of the turnover in parts per billion: 1,000,000 is 0.1 %. An option's turnover is its premium. */
export type Rates = {
  readonly sttBuy: number
  readonly sttSell: number
  /** Exchange transaction charge and the investor-protection fund's part, both sides. */
  readonly exchange: number
  /** SEBI's turnover fee, both sides. */
  readonly sebi: number
  /** Stamp duty, buyer only. */
  readonly stamp: number
}

type Row = { readonly from: Day; readonly rates: Rates; readonly source: string }

const option = { sttBuy: 0, exchange: 355_300, sebi: 1_000, stamp: 30_000 }
const future = { sttBuy: 0, exchange: 18_300, sebi: 1_000, stamp: 20_000 }
const fees =
  'NSE circular FA/73061 of 2026-02-27: 3553, 183 and 307 rupees per crore before and since'
const finance2023 =
  'Finance Act 2023, effective 2023-04-01: upstox.com community 2023-03, business-standard.com 2023-03-24'

/**
 * Charges on NSE by day, oldest first.
 *
 * Assumed, for want of a source: exchange charges before 2024-10 were those of 2024-10 (they went by slabs of a
 * member's monthly turnover); stamp duty and SEBI's fee have always been what they are (stamp duty went by state until
 * 2020-07). BSE's charges are not in the table, nor the depository's charge on a delivery sale.
 */
export const rateTable: Readonly<Record<Segment, readonly Row[]>> = {
  option: [
    { from: '1900-01-01', rates: { ...option, sttSell: 500_000 }, source: finance2023 },
    { from: '2023-04-01', rates: { ...option, sttSell: 625_000 }, source: finance2023 },
    {
      from: '2024-10-01',
      rates: { ...option, sttSell: 1_000_000 },
      source: `cleartax.in; ${fees}`,
    },
    {
      from: '2026-04-01',
      rates: { ...option, sttSell: 1_500_000 },
      source: `Finance Bill 2026, devadhaantu 2026-02-06; ${fees}`,
    },
  ],
  future: [
    { from: '1900-01-01', rates: { ...future, sttSell: 100_000 }, source: finance2023 },
    { from: '2023-04-01', rates: { ...future, sttSell: 125_000 }, source: finance2023 },
    { from: '2024-10-01', rates: { ...future, sttSell: 200_000 }, source: `cleartax.in; ${fees}` },
    {
      from: '2026-04-01',
      rates: { ...future, sttSell: 500_000 },
      source: `Finance Bill 2026, devadhaantu 2026-02-06; ${fees}`,
    },
  ],
  intraday: [
    {
      from: '1900-01-01',
      rates: { sttBuy: 0, sttSell: 250_000, exchange: 30_700, sebi: 1_000, stamp: 30_000 },
      source: `cleartax.in; ${fees}`,
    },
  ],
  delivery: [
    {
      from: '1900-01-01',
      rates: {
        sttBuy: 1_000_000,
        sttSell: 1_000_000,
        exchange: 30_700,
        sebi: 1_000,
        stamp: 150_000,
      },
      source: `cleartax.in; ${fees}`,
    },
  ],
}

/** The rates in force on a day. */
export const ratesOf = (segment: Segment, day: Day): Rates =>
  rateTable[segment].findLast(({ from }) => from <= day)!.rates

/** Goods and services tax on brokerage, exchange charge and SEBI's fee, in percent. */
export const gstPercent = 18

/** What a discount broker takes for an executed order: a flat sum in paise, or a share of turnover if that is less. */
export const usualBrokerage: Readonly<
  Record<Segment, { readonly flat: number; readonly atMost?: number }>
> = {
  option: { flat: 2_000 },
  future: { flat: 2_000, atMost: 300_000 },
  intraday: { flat: 2_000, atMost: 300_000 },
  delivery: { flat: 0 },
}
