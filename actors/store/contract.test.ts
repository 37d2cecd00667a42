import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import type { Problem } from '#engine/mod.ts'
import { connectInMemory } from './connect.ts'
import { migrate, shippedMigrations } from './migrate.ts'
import { rowTypes } from './row-types.ts'
import { checkStore } from './testing/contract.ts'
import { findPostgres, startPostgres } from './testing/postgres.ts'

t.setTimeout(120_000) // two databases are made, which a busy machine takes its time over

t.test('the embedded database is a store', async (t) => {
  const db = await connectInMemory()
  t.teardown(() => db.close())
  await checkStore(t, db)

  await t.test('supabase/types.ts is what the migrated database says', async (t) => {
    const file = new URL('../../supabase/types.ts', import.meta.url)
    const text = await rowTypes(db)
    if (process.env.RINGMASTER_WRITE_ROW_TYPES) writeFileSync(file, text)
    t.equal(readFileSync(file, 'utf8'), text)
  })

  await t.test('a history that does not fit the files is refused', async (t) => {
    const codeOf = (migrations: ReturnType<typeof shippedMigrations>) =>
      migrate(db, { migrations }).then(
        () => 'none',
        (thrown: Problem) => thrown.code,
      )
    const all = shippedMigrations()
    t.equal(await codeOf(all.slice(0, -1)), 'STORE_NEWER_DATABASE')
    t.equal(await codeOf(all.with(0, { ...all[0]!, sql: 'select 1' })), 'STORE_MIGRATION_CHANGED')
    const broken = {
      version: '29990101000000',
      name: 'broken',
      sql: 'create table public.half (id int); select nonsense',
    }
    t.equal(await codeOf([...all, broken]), 'STORE_MIGRATION_FAILED')
    const { rows } = await db.query(`select to_regclass('public.half') as half`)
    t.same(rows, [{ half: null }], 'and nothing of a migration that failed stays')
  })
})

const found = findPostgres()
t.test('a PostgreSQL server is a store', { skip: 'because' in found && found.because }, async (t) => {
  if ('because' in found) return
  const server = await startPostgres(found.bin)
  t.teardown(() => server.stop())
  t.comment(`PostgreSQL ${server.version}`)
  await checkStore(t, server)
})
