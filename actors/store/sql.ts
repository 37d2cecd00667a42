/** What the store asks of a PostgreSQL, whichever one it is. */
export type Sql = {
  /** One statement; parameters are `$1`, `$2`, … */
  query<R>(statement: string, parameters?: readonly unknown[]): Promise<{ readonly rows: R[] }>
  /** Many statements in one text, without parameters. */
  exec(statements: string): Promise<unknown>
}

/** A {@link Sql} that can run several statements as one: all of them happen, or none. */
export type Database = Sql & {
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>
}
