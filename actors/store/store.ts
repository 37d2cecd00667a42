import { Kysely, PGliteDialect } from 'kysely'
import type { Clock } from '#engine/mod.ts'
import type { Tables } from '../../supabase/types.ts'
import type { Instrument } from '../domain/instrument.ts'
import { connect } from './connect.ts'
import { idsOf } from './ids.ts'
import { saveInstruments } from './instruments.ts'
import { migrate } from './migrate.ts'
import { projector, type Projector } from './projector.ts'
import { queries, type Queries } from './queries.ts'
import type { Sql } from './sql.ts'

/** The database of one run: facts in, typed reads out. */
export type Store = Projector & {
  readonly queries: Queries
  /** Writes the run's instruments into the master. */
  saveInstruments(all: readonly Instrument[]): Promise<void>
  /** Keeps the database's log and tables small: call it about once a minute. */
  maintain(): Promise<void>
  close(): Promise<void>
}

/** Where the database is, whose it is, and which run it holds. */
export type StoreOptions = {
  /** A directory of its own, made if need be. */
  readonly dir: string
  readonly runId: string
  /** The account that owns the run's rows; one person's machine needs no other than `local`. */
  readonly account?: string
  readonly clock: Clock
}

/**
 * Opens the embedded database, brings it up to date, and stands ready to go on after {@link Store.lastSequence}.
 * @throws LOCK_DATA_DIRECTORY_IN_USE, and what connect.ts and migrate.ts name
 */
export const openStore = async ({ dir, runId, account = 'local', clock }: StoreOptions): Promise<Store> => {
  const { db, maintain, close } = await connect(dir, clock)
  try {
    await migrate(db)
    const ids = idsOf(account, runId)
    await ensureAccount(db, ids.account, account)
    return {
      ...projector(db, ids),
      queries: queries(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: db }) }), ids),
      saveInstruments: (all) => saveInstruments(db, all),
      maintain,
      close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Makes the account that rows refer to, if it is not there. */
export const ensureAccount = async (db: Sql, id: string, key: string): Promise<void> => {
  await db.query(
    'insert into public.accounts (id, key, name) values ($1, $2, $2) on conflict (id) do nothing', [id, key],
  )
}
