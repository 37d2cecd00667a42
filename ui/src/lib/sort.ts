/** What a table can be sorted by. */
export type Sortable = string | number | null

/** Which column, which way. */
export type Order = { readonly by: string; readonly down: boolean }

const words = new Intl.Collator('en', { numeric: true })

/** Compares two readings; what is not known comes last, whichever way the table is sorted. */
const compare = (a: Sortable, b: Sortable, down: boolean): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const order =
    typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b))
  return down ? -order : order
}

/** A sorted copy; rows that read the same keep their order. */
export const sorted = <Row>(
  rows: readonly Row[],
  read: (row: Row) => Sortable,
  down: boolean,
): Row[] => [...rows].sort((one, other) => compare(read(one), read(other), down))

/** What clicking a head does: largest first, then smallest first, then back to the table's own order. */
export const turned = (now: Order | null, by: string): Order | null =>
  now?.by !== by ? { by, down: true } : now.down ? { by, down: false } : null

/** A decimal string as a number to sort by. */
export const amountOf = (money: string | null): number | null =>
  money === null ? null : Number(money)
