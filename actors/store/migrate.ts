import { readdirSync, readFileSync } from 'node:fs'
import { storeProblem } from './errors.ts'
import type { Database, Sql } from './sql.ts'

/** One file of `supabase/migrations`. */
export type Migration = { readonly version: string; readonly name: string; readonly sql: string }

/** The migrations that ship with this version, oldest first. */
export const shippedMigrations = (): Migration[] => {
  const folder = new URL('../../supabase/migrations/', import.meta.url)
  const named = /^(\d{14})_([a-z0-9_]+)\.sql$/
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, version, name] = named.exec(file) ?? []
      return version && name ? [{ version, name, sql: readFileSync(new URL(file, folder), 'utf8') }] : []
    })
}

/** What a PostgreSQL that is not Supabase needs before the migrations run. */
export const compatSql = (): string => readFileSync(new URL('compat.sql', import.meta.url), 'utf8')

/**
 * Brings a database up to date, each migration and its entry in the history as one transaction. The history is
 * the Supabase command line's own table, so either may carry on where the other stopped.
 * @param supabase  true when the target is Supabase, which brings its own roles and table of people
 * @returns         the versions applied now; empty when it was up to date
 * @throws STORE_MIGRATION_FAILED, STORE_MIGRATION_CHANGED, STORE_NEWER_DATABASE
 */
export const migrate = async (
  db: Database,
  { migrations = shippedMigrations(), supabase = false } = {},
): Promise<string[]> => {
  if (!supabase) await db.exec(compatSql())
  await db.exec(historySql)
  const applied = await history(db)
  check(migrations, applied)
  const due = migrations.filter(({ version }) => !applied.has(version))
  for (const one of due) await apply(db, one)
  return due.map(({ version }) => version)
}

const historySql = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text
  )`

type Applied = { version: string; statements: string[] | null }

const history = async (db: Sql): Promise<ReadonlyMap<string, string | null>> => {
  const { rows } = await db.query<Applied>('select version, statements from supabase_migrations.schema_migrations')
  return new Map(rows.map(({ version, statements }) => [version, statements?.join(';\n') ?? null]))
}

const check = (migrations: readonly Migration[], applied: ReadonlyMap<string, string | null>) => {
  const known = new Map(migrations.map((one) => [one.version, one]))
  for (const [version, statements] of applied) {
    const one = known.get(version)
    if (!one) throw storeProblem('NEWER_DATABASE', { version })
    if (statements !== null && essence(statements) !== essence(one.sql))
      throw storeProblem('MIGRATION_CHANGED', { name: `${version}_${one.name}` })
  }
}

// The command line stores statements without the semicolons and blanks between them, we store the file whole.
const essence = (sql: string) => sql.replace(/[;\s]+/g, ' ').trim()

const apply = async (db: Database, { version, name, sql }: Migration) => {
  try {
    await db.transaction(async (tx) => {
      await tx.exec(sql)
      await tx.query(
        'insert into supabase_migrations.schema_migrations (version, statements, name) values ($1, array[$2], $3)',
        [version, sql, name],
      )
    })
  } catch (cause) {
    const because = (cause as Error).message
    throw storeProblem('MIGRATION_FAILED', { name: `${version}_${name}`, because }, { cause })
  }
}
