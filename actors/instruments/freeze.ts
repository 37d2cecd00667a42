import type { Day } from '#actors/calendar/mod.ts'

const names = ['NIFTY', 'BANKNIFTY', 'FINNIFTY', 'MIDCPNIFTY', 'NIFTYNXT50']

/*
 * Published on the last trading day of each month for the next; it does flip from month to month.
 * `null`: a month whose notice was not read. The last row ends its table: nothing is known after it.
 */
const rows: readonly (readonly [from: Day, freeze: readonly number[] | null, source: string])[] = [
  ['2025-08-01', [1800, 600, 1800, 2800, 600], 'NSE notice of 2025-07-31'],
  ['2025-09-01', [1800, 900, 1800, 2800, 600], 'NSE notice of 2025-08-29'],
  ['2025-10-01', null, 'NSE notice of 2025-09-30, not readable'],
  ['2025-11-03', [1800, 600, 1800, 2800, 600], 'NSE notice of 2025-10-31'],
  ['2025-12-01', [1800, 600, 1200, 2800, 600], 'NSE notice of 2025-11-28'],
  ['2026-01-01', [1800, 600, 1200, 2800, 600], 'NSE notice of 2025-12-31'],
  ['2026-02-01', [1800, 600, 1800, 2800, 600], 'NSE notice of 2026-01-30'],
  ['2026-03-02', [1800, 600, 1200, 2800, 600], 'NSE notice of 2026-02-27'],
  ['2026-04-01', [1800, 900, 1800, 2800, 600], 'NSE notice of 2026-03-30'],
  ['2026-05-04', [1800, 900, 1800, 2800, 600], 'NSE notice of 2026-04-30'],
  ['2026-06-01', [1800, 900, 1800, 2800, 600], 'NSE notice of 2026-05-29'],
  ['2026-07-01', [1800, 600, 1800, 2800, 600], 'NSE notice of 2026-06-30'],
  ['2026-08-03', [1800, 600, 1800, 2800, 600], 'NSE notice of 2026-07-31'],
  ['2026-09-01', null, 'Not read'],
]

/**
 * The largest quantity, in units, that the exchange takes in one order of an index contract: an order above it is
 * refused, one equal to it is not.
 * @returns `undefined` where the notice for the day is not in the table
 */
export const freezeOf = (underlying: string, day: Day): number | undefined =>
  rows.findLast(([from]) => from <= day)?.[1]?.[names.indexOf(underlying)]
