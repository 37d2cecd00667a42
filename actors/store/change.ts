import type { Insertable, Updateable } from 'kysely'
import type { Tables } from '../../supabase/types.ts'

/** The tables that facts write to, referred to before those that refer to them: the order of writing. */
export const projected = [
  'runs', 'strategies', 'calendar', 'trading_signals', 'orders', 'order_events', 'fills', 'trades', 'positions',
  'strategy_performance', 'risk_events', 'audit_events', 'actor_events', 'ohlcv_data',
] as const satisfies (keyof Tables)[]
/** One of them. */
export type Projected = (typeof projected)[number]

/** What one fact does to one row: writes it whole, or changes some columns of one that is there. */
export type Change<T extends Projected = Projected> = { [One in T]: Put<One> | Patch<One> }[T]
type Put<T extends Projected> = { readonly kind: 'put'; readonly table: T; readonly row: Insertable<Tables[T]> }
type Patch<T extends Projected> = {
  readonly kind: 'patch'
  readonly table: T
  readonly row: Updateable<Tables[T]> & { readonly id: string }
}

/** Writes a row whole: inserted, or put in the place of the one with its key. */
export const put = <T extends Projected>(table: T, row: Insertable<Tables[T]>) =>
  ({ kind: 'put', table, row }) as Change

/** Changes columns of the row with this id; does nothing where there is none. */
export const patch = <T extends Projected>(table: T, row: Updateable<Tables[T]> & { readonly id: string }) =>
  ({ kind: 'patch', table, row }) as Change

/** One statement that writes many rows: its only parameter is the rows, as JSON. */
export type Statement = { readonly text: string; readonly rows: readonly object[] }

/**
 * Folds changes, oldest first, into few statements: a row is written once however often it changed, and rows of a
 * kind go together, since a round trip to the database costs more than a hundred rows.
 */
export const statementsOf = (changes: readonly Change[]): Statement[] => {
  const rows = new Map<string, Change>()
  for (const change of changes) {
    const key = `${change.table} ${keyOf(change)}`
    const before = rows.get(key)
    rows.set(key, before ? merged(before, change) : change)
  }
  const groups = Map.groupBy(rows.values(), (change) => `${rankOf(change.table)} ${textOf(change)}`)
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ text: textOf(group[0]!), rows: group.map(({ row }) => row) }))
}

/** Rows handed in as JSON, with the types of the table's own columns. */
export const given = (table: Projected): string => `json_populate_recordset(null::public.${table}, $1::json) given`

// Writes rows of one shape over those with the same key.
const upsertText = (table: Projected, columns: readonly string[]): string => {
  const keys = keysOf(table)
  const names = columns.map(quoted).join(', ')
  const set = columns.filter((name) => !keys.includes(name)).map((name) => `${quoted(name)} = excluded.${quoted(name)}`)
  const action = appended.has(table) ? 'nothing' : `update set ${set.join(', ')}${guardOf[table] ?? ''}`
  return `insert into public.${table} (${names}) select ${names} from ${given(table)}
    on conflict (${keys.map(quoted).join(', ')}) do ${action}`
}

const merged = (before: Change, after: Change): Change =>
  isOlderCandle(before, after)
    ? before
    : ({ ...before, kind: before.kind === 'put' ? 'put' : after.kind, row: { ...before.row, ...after.row } } as Change)

// A re-issued candle has a higher revision, and an older one never takes its place: not here, nor in the table.
const isOlderCandle = (before: Change, after: Change) =>
  before.table === 'ohlcv_data' && after.table === 'ohlcv_data' && after.row.revision! < before.row.revision!

const guardOf: Partial<Record<Projected, string>> = {
  ohlcv_data: ' where excluded.revision >= ohlcv_data.revision',
}

const rankOf = (table: Projected) => String(projected.indexOf(table)).padStart(2, '0')

const textOf = ({ kind, table, row }: Change): string =>
  kind === 'put' ? upsertText(table, Object.keys(row)) : updateText(table, Object.keys(row))

const updateText = (table: Projected, columns: readonly string[]): string => {
  const set = columns.filter((name) => name !== 'id').map((name) => `${quoted(name)} = given.${quoted(name)}`)
  return `update public.${table} as target set ${set.join(', ')} from ${given(table)} where target.id = given.id`
}

// What is only ever added to: written once, and left alone when the same fact comes again.
const appended: ReadonlySet<Projected> = new Set([
  'order_events', 'fills', 'risk_events', 'audit_events', 'actor_events',
])

const candleKeys = ['run_id', 'symbol', 'timeframe', 'timestamp']
const keysOf = (table: Projected): readonly string[] => (table === 'ohlcv_data' ? candleKeys : ['id'])
const keyOf = ({ table, row }: Change): string =>
  keysOf(table).map((name) => (row as Record<string, unknown>)[name]).join(' ')

const quoted = (name: string) => `"${name}"`
