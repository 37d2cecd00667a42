import type { Fact, FactOf } from '../messages.ts'
import { statementsOf, type Change, type Statement } from './change.ts'
import { derive } from './derive.ts'
import { storeProblem } from './errors.ts'
import type { Ids } from './ids.ts'
import { positionChanges } from './positions.ts'
import { project, type Sequenced } from './project.ts'
import type { Database, Sql } from './sql.ts'

/** Carries facts of one run into the database. */
export type Projector = {
  /**
   * Writes facts, oldest first, and how far it came, as one transaction: all of it is there, or none. Facts that
   * the database already has are passed over, so the same ones may be handed in again.
   * @throws STORE_PROJECTION_FAILED, STORE_OUT_OF_ORDER; the database is then as it was
   */
  apply(batch: readonly Sequenced[]): Promise<void>
  /** Sequence of the last fact that is in the database; 0 when there is none. */
  lastSequence(): Promise<number>
}

/** The projector of a run over a migrated database. */
export const projector = (db: Database, ids: Ids): Projector => ({
  apply: async (batch) => {
    const [first, last] = [batch[0], batch.at(-1)]
    if (!first || !last) return
    ascending(batch)
    try {
      await db.transaction((tx) => applyWithin(tx, ids, batch))
    } catch (cause) {
      const details = { first: first.sequence, last: last.sequence, because: (cause as Error).message }
      throw storeProblem('PROJECTION_FAILED', details, { cause })
    }
  },
  lastSequence: () => progressOf(db, ids, ''),
})

const applyWithin = async (tx: Sql, ids: Ids, batch: readonly Sequenced[]) => {
  await tx.exec('set local role service_role') // may add to the audit trail, never change it
  const done = await progressOf(tx, ids, 'for update')
  const fresh = batch.filter(({ sequence }) => sequence > done)
  if (fresh.length === 0) return
  for (const part of bySession(fresh)) await write(tx, ids, part)
  await tx.query(
    `insert into proj.progress (run_id, last_seq) values ($1, $2)
     on conflict (run_id) do update set last_seq = excluded.last_seq`,
    [ids.run, fresh.at(-1)!.sequence],
  )
}

// A session begins with a change to rows that no fact names, so what came before it is written first.
const bySession = (batch: readonly Sequenced[]): Sequenced[][] => {
  const starts = batch.flatMap(({ fact }, n) => (n > 0 && fact.type === 'sessionOpened' ? [n] : []))
  return [0, ...starts].map((start, n) => batch.slice(start, starts[n]))
}

const write = async (tx: Sql, ids: Ids, fresh: readonly Sequenced[]) => {
  if (fresh[0]!.fact.type === 'sessionOpened') await tx.query(releaseText, [ids.run])
  const changes = fresh.flatMap((one) => project(ids, one))
  await ensureMonths(tx, changes)
  await run(tx, statementsOf(changes))
  const fills = fresh.filter(isFill)
  if (fills.length > 0) await run(tx, statementsOf(await positionChanges(tx, ids, fills)))
  await run(tx, derive(ids, changes))
}

// A strategy that met its daily loss limit is halted until the next session.
const releaseText = `
  update public.strategies set status = 'running', status_because = '' where run_id = $1 and status = 'halted'`

const ascending = (batch: readonly Sequenced[]) => {
  let after = 0
  for (const { sequence } of batch) {
    if (sequence <= after) throw storeProblem('OUT_OF_ORDER', { sequence, after })
    after = sequence
  }
}

const progressOf = async (db: Sql, ids: Ids, lock: '' | 'for update'): Promise<number> => {
  const { rows } = await db.query<{ last: number }>(
    `select last_seq as last from proj.progress where run_id = $1 ${lock}`, [ids.run],
  )
  return rows[0]?.last ?? 0
}

const run = async (tx: Sql, statements: readonly Statement[]) => {
  for (const { text, rows } of statements) await tx.query(text, [JSON.stringify(rows)])
}

const ensureMonths = async (tx: Sql, changes: readonly Change[]) => {
  const months = new Set<string>()
  for (const { table, row } of changes)
    if (table === 'ohlcv_data') months.add(`${row.timestamp!.slice(0, '2022-11'.length)}-01`)
  for (const month of months) await tx.query('select app.ensure_candle_month($1)', [month])
}

const isFill = (one: Sequenced<Fact>): one is Sequenced<FactOf<'orderFilled'>> => one.fact.type === 'orderFilled'
