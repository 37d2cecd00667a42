import type { Sortable } from './sort.ts'

/** How wide a table must be before it shows a column. */
export type From = 'sm' | 'md' | 'lg' | 'xl'

/** One column of a table: its head, and what it is sorted by. */
export type Column<Row> = {
  readonly id: string
  readonly title: string
  /** Numbers stand to the right. */
  readonly right?: boolean
  readonly from?: From
  /** A long title over short readings takes two lines. */
  readonly wrap?: boolean
  readonly sort?: (row: Row) => Sortable
}

const shown: Record<From, string> = {
  sm: 'hidden @lg:table-cell',
  md: 'hidden @2xl:table-cell',
  lg: 'hidden @4xl:table-cell',
  xl: 'hidden @6xl:table-cell',
}

/** The classes of a head or cell that needs a wide table. */
export const shownFrom = (from: From | undefined): string => (from ? shown[from] : '')
