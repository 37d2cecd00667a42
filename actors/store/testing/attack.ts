import type { Test } from 'tap'
import { projected } from '../change.ts'
import type { Ids } from '../ids.ts'
import type { Database, Sql } from '../sql.ts'

/**
 * Goes at row security as a stranger, a member, the engine and the owner would. Wants the scripted day of both
 * accounts in the database.
 */
export const attack = async (t: Test, db: Database, ours: Ids, theirs: Ids): Promise<void> => {
  const [anita, boris] = [
    '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-00000000000b',
  ] as const
  await db.query(
    `insert into auth.users (id, email) values ($1, 'anita@example.org'), ($2, 'boris@example.org')`,
    [anita, boris],
  )
  await db.query(`insert into profiles (id, display_name) values ($1, 'Anita'), ($2, 'Boris')`, [
    anita,
    boris,
  ])
  await db.query(`insert into account_members values ($1, $2, 'trader'), ($3, $4, 'admin')`, [
    ours.account,
    anita,
    theirs.account,
    boris,
  ])

  const owned = [
    ...projected.filter((name) => name !== 'calendar' && name !== 'ohlcv_data'),
    'accounts',
    'account_members',
  ]
  const perAccount = async (tx: Sql, table: string, ids: Ids) => {
    const column = table === 'accounts' ? 'id' : 'account_id'
    return count(tx, `${table} where ${column} = '${ids.account}'`)
  }
  for (const table of owned) {
    t.ok((await perAccount(db, table, ours)) > 0, `there are rows to steal in ${table}`)
    const [own, stolen] = await as(db, 'authenticated', anita, async (tx) => [
      await perAccount(tx, table, ours),
      await perAccount(tx, table, theirs),
    ])
    t.equal(
      own,
      table === 'audit_events' ? 0 : await perAccount(db, table, ours),
      `a trader sees her own ${table}`,
    )
    t.equal(stolen, 0, `and none of another's ${table}`)
    t.equal(await denied(db, 'anon', null, `select * from ${table}`), '42501', `anon reads no ${table}`)
    t.equal(
      await denied(db, 'authenticated', anita, `delete from ${table}`),
      '42501',
      `a person deletes no ${table}`,
    )
  }
  t.equal(
    await as(db, 'authenticated', boris, (tx) => count(tx, 'audit_events')),
    7,
    'an admin sees the audit trail of his account',
  )
  t.equal(
    await as(db, 'authenticated', null, (tx) => count(tx, 'orders')),
    0,
    'a token without a person sees nothing',
  )
  t.ok(
    await as(db, 'authenticated', anita, (tx) => count(tx, 'ohlcv_data')),
    'candles are for everyone who is signed in',
  )

  const refused = async (role: Role, statement: string) => denied(db, role, anita, statement)
  t.equal(
    await refused('authenticated', 'select * from ohlcv_data_202211'),
    '42501',
    'no way round through a partition',
  )
  t.equal(await refused('authenticated', 'select * from proj.progress'), '42501')
  t.equal(await refused('authenticated', `update orders set state = 'COMPLETE'`), '42501')
  t.equal(
    await refused('authenticated', `update profiles set role = 'admin'`),
    '42501',
    'nobody promotes themselves',
  )
  t.equal(
    await refused(
      'authenticated',
      `insert into account_members values ('${theirs.account}', '${anita}', 'admin')`,
    ),
    '42501',
  )
  await as(db, 'authenticated', anita, (tx) => tx.exec(`update profiles set display_name = 'Me'`))
  const { rows } = await db.query<{ name: string }>('select display_name as name from profiles order by name')
  t.same(rows, [{ name: 'Boris' }, { name: 'Me' }], 'a person changes her own profile alone')

  for (const attempt of [
    `update audit_events set actor = 'x'`,
    'delete from audit_events',
    'truncate audit_events',
  ]) {
    t.equal(await refused('service_role', attempt), '42501', `the engine cannot ${attempt}`)
    t.equal(await denied(db, null, null, attempt), '42501', `nor can the database's owner ${attempt}`)
  }
  const { rows: unguarded } = await db.query(`select relname from pg_class
    where relnamespace in ('public'::regnamespace, 'proj'::regnamespace) and relkind in ('r', 'p')
      and not relrowsecurity`)
  t.same(unguarded, [], 'every table and partition has row security')
}

type Role = 'anon' | 'authenticated' | 'service_role'

/** Runs work as a request would: with a role and a person's claims, for one transaction. */
const as = <T>(
  db: Database,
  role: Role | null,
  person: string | null,
  work: (tx: Sql) => Promise<T>,
): Promise<T> =>
  db.transaction(async (tx) => {
    const claims = JSON.stringify(person ? { sub: person, role } : { role })
    if (role)
      await tx.query(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
        role,
        claims,
      ])
    return work(tx)
  })

/** The code with which the database refuses a statement; `none` when it does not. */
const denied = async (
  db: Database,
  role: Role | null,
  person: string | null,
  statement: string,
): Promise<string> => {
  try {
    await as(db, role, person, (tx) => tx.exec(statement))
    return 'none'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

/** How many rows there are of what follows `from`. */
export const count = async (db: Sql, from: string): Promise<number> =>
  (await db.query<{ count: number }>(`select count(*)::int as count from ${from}`)).rows[0]!.count
