import type { Day } from '#actors/calendar/mod.ts'

type Span = readonly [from: Day, to: Day]
type Row = {
  /** Days on which the row answers. */
  readonly days: Span
  /** Expiries it answers for; absent for all. */
  readonly expiries?: Span
  readonly lots: Readonly<Record<string, number>>
  readonly source: string
}

const ever = '9999-12-31'
const lots2024 = {
  NIFTY: 75,
  BANKNIFTY: 30,
  FINNIFTY: 65,
  MIDCPNIFTY: 120,
  NIFTYNXT50: 25,
  SENSEX: 20,
}
const lots2025 = { ...lots2024, BANKNIFTY: 35, MIDCPNIFTY: 140 }
const lots2026 = { ...lots2024, NIFTY: 65, FINNIFTY: 60 }

/*
 * Lots of index contracts. One contract can change its lot during its life, so day and expiry both decide.
 * From 2024-11-20 to 2025-01-31 contracts of old and new lots traded side by side, told apart only by the day they were
 * introduced; likewise BANKNIFTY in the middle of 2023. No row answers there: only a contract list can.
 */
const rows: readonly Row[] = [
  {
    days: ['2022-01-01', '2024-04-25'],
    lots: { NIFTY: 50, FINNIFTY: 40, MIDCPNIFTY: 75, SENSEX: 10, BANKEX: 15 },
    source:
      'business-standard.com 2024-04-03; livemint.com 2023-05-15; recorded quantities of November 2022',
  },
  {
    days: ['2022-01-01', '2023-04-30'],
    lots: { BANKNIFTY: 25 },
    source: 'Recorded quantities of November 2022',
  },
  {
    days: ['2023-09-01', '2024-04-25'],
    lots: { BANKNIFTY: 15 },
    source: 'business-standard.com 2024-04-03',
  },
  {
    days: ['2024-04-26', '2024-11-19'],
    lots: {
      NIFTY: 25,
      BANKNIFTY: 15,
      FINNIFTY: 25,
      MIDCPNIFTY: 50,
      NIFTYNXT50: 25,
      SENSEX: 10,
      BANKEX: 15,
    },
    source: 'business-standard.com 2024-04-03',
  },
  {
    days: ['2025-02-01', '2025-04-24'],
    lots: { ...lots2024, BANKEX: 30, SENSEX50: 60 },
    source: 'business-standard.com 2024-10-19',
  },
  {
    days: ['2025-04-25', ever],
    expiries: ['2025-04-25', '2025-06-30'],
    lots: { ...lots2024, BANKEX: 30, SENSEX50: 60 },
    source: 'business-standard.com 2024-10-19',
  },
  {
    days: ['2025-04-25', ever],
    expiries: ['2025-07-01', '2025-12-31'],
    lots: { ...lots2025, BANKEX: 30, SENSEX50: 60 },
    source: 'fyers.in notice of 2025-03; ndtvprofit.com 2025-04',
  },
  {
    // Quarterly and longer contracts changed at the end of 2025-12-30; weekly and monthly ones began with the new lot.
    days: ['2025-12-31', ever],
    expiries: ['2026-01-01', ever],
    lots: lots2026,
    source: 'NSE circular FAOP/70616 of 2025-10-03',
  },
  {
    days: ['2025-04-25', '2025-12-30'],
    expiries: ['2026-03-01', ever],
    lots: lots2025,
    source: 'Exchange end-of-day records of 2025-11-14',
  },
  {
    days: ['2025-10-03', '2025-12-30'],
    expiries: ['2026-01-01', '2026-02-28'],
    lots: lots2026,
    source: 'NSE circular FAOP/70616 of 2025-10-03',
  },
]

/**
 * Units to a lot of an index contract on a day.
 * @param expiry  last trading day of the contract; without it only rows that hold for every expiry answer
 * @returns       `undefined` where no source names it
 */
export const lotOf = (underlying: string, day: Day, expiry?: Day): number | undefined =>
  rows.find(
    ({ days, expiries, lots }) =>
      lots[underlying] !== undefined &&
      within(day, days) &&
      (!expiries || (expiry !== undefined && within(expiry, expiries))),
  )?.lots[underlying]

const within = (day: Day, [from, to]: Span): boolean => day >= from && day <= to
