import type { Sql } from './sql.ts'

type Column = {
  schema: string
  table: string
  name: string
  type: string
  nullable: boolean
  made: 'always' | 'default' | 'never'
}

/**
 * TypeScript for the rows of a migrated database: the text of `supabase/types.ts`, which a test compares with it.
 * Partitions are left out, since rows are reached through their parent.
 */
export const rowTypes = async (db: Sql): Promise<string> => {
  const { rows } = await db.query<Column>(columnsSql)
  const tables = Map.groupBy(rows, ({ schema, table }) => (schema === 'public' ? table : `${schema}.${table}`))
  const body = [...tables].map(([name, columns]) => `  ${keyOf(name)}: {\n${columns.map(lineOf).join('')}  }\n`)
  return `${head}export type Tables = {\n${body.join('')}}\n`
}

const columnsSql = `
  select n.nspname as schema, c.relname as table, a.attname as name,
    format_type(a.atttypid, null) as type, not a.attnotnull as nullable,
    case when a.attgenerated <> '' then 'always' when a.atthasdef then 'default' else 'never' end as made
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'proj') and c.relkind in ('r', 'p') and not c.relispartition
    and a.attnum > 0 and not a.attisdropped
  order by n.nspname = 'public' desc, c.relname, a.attnum`

const lineOf = ({ name, type, nullable, made }: Column) => {
  const known = typescript[type]
  if (!known) throw new Error(`No TypeScript for the type ${type} of column ${name}: add it to row-types.ts`)
  const value = nullable ? `${known} | null` : known
  const column = made === 'always' ? `Made<${value}>` : made === 'default' ? `Default<${value}>` : value
  return `    ${keyOf(name)}: ${column}\n`
}

const keyOf = (name: string) => (/^[a-z_]+$/.test(name) ? name : `'${name}'`)

const typescript: Readonly<Record<string, string>> = {
  'bigint': 'number',
  'boolean': 'boolean',
  'character varying': 'string',
  'date': 'Day',
  'double precision': 'number',
  'integer': 'number',
  'jsonb': 'Json',
  'numeric': 'Decimal',
  'text': 'string',
  'timestamp with time zone': 'Time',
  'uuid': 'string',
}

const head = `// Made from the migrated database by actors/store/row-types.ts, not by hand. After a new migration, run
// RINGMASTER_WRITE_ROW_TYPES=1 node actors/store/contract.test.ts
import type { ColumnType } from 'kysely'

/** An exact decimal number as text: \`-1234.50\`. */
export type Decimal = string
/** Read as a Date; written as ISO 8601 in UTC. */
export type Time = ColumnType<Date, string, string>
/** A calendar day, \`YYYY-MM-DD\`. */
export type Day = string
/** An object or an array. */
export type Json = object

type Default<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>
type Made<T> = ColumnType<T, never, never>

/** Rows by table, as they are read, inserted and updated. */
`
