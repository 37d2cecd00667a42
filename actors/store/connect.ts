import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite, types } from '@electric-sql/pglite'
import { lockDirectory, type Clock } from '#engine/mod.ts'
import { DurableNodeFS, syncTree } from './durable-fs.ts'
import { storeProblem } from './errors.ts'

/** The embedded database, open, ours alone, and proven to keep what it commits. */
export type Connection = {
  readonly db: PGlite
  /** What PostgreSQL's background processes would do, which this one has not: call it about once a minute. */
  maintain(): Promise<void>
  /** Ends what runs, writes a checkpoint so that the next opening has nothing to recover, and lets go. */
  close(): Promise<void>
}

/**
 * Opens the database in a directory, making it if need be: 3 s the first time, 0.3 s after.
 * Two openers of one directory would silently lose each other's rows, so it is locked first.
 * @throws LOCK_DATA_DIRECTORY_IN_USE, STORE_UNOPENABLE, STORE_NOT_DURABLE
 */
export const connect = async (dir: string, clock: Clock): Promise<Connection> => {
  mkdirSync(dir, { recursive: true })
  const lock = lockDirectory(dir, clock)
  try {
    const db = await openEmbedded(dir)
    return {
      db,
      maintain: maintainer(db),
      close: async () => {
        try {
          await db.exec('checkpoint')
          await db.close()
        } finally {
          lock.release()
        }
      },
    }
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

/** An embedded database in memory, for tests and for making the row types. */
export const connectInMemory = (): Promise<PGlite> => PGlite.create({ startParams, parsers })

const openEmbedded = async (dir: string): Promise<PGlite> => {
  const data = join(dir, 'pg')
  const made = join(dir, 'made') // there once the database is whole and on disk
  const isNew = !existsSync(made)
  if (isNew) rmSync(data, { recursive: true, force: true }) // what a kill half-way through making it left behind
  // A mark left by a killed process. Holding the lock, we know that nobody else is in.
  rmSync(join(data, 'postmaster.pid'), { force: true })
  const files = new DurableNodeFS(data)
  const db = await create(data, files)
  await proveDurable(dir, db, files)
  if (isNew) {
    await db.exec('checkpoint')
    syncTree(data) // the files it is made from are written without fsync
    writeFileSync(made, '', { flush: true })
    syncTree(dir, 'this folder alone')
  }
  return db
}

const create = async (dir: string, fs: DurableNodeFS): Promise<PGlite> => {
  try {
    return await PGlite.create({ fs, startParams, parsers })
  } catch (cause) {
    // What Emscripten throws is not always an Error.
    const because = (cause as Partial<Error>).message ?? JSON.stringify(cause)
    throw storeProblem('UNOPENABLE', { dir, because }, { cause })
  }
}

const settings = [
  'fsync=on',
  'wal_sync_method=fsync',
  'shared_buffers=16MB', // of a 172 MB process; the default makes it 300 MB
  'max_wal_size=128MB',
  'min_wal_size=32MB',
  'timezone=UTC',
]
const startParams = [
  ...PGlite.defaultStartParams.filter((one) => one !== '-F'), // -F is "do not fsync"
  ...settings.flatMap((one) => ['-c', one]),
]

// A day stays text. Quantities, counts and sequences are far below 2^53, where a number stops being exact.
const parsers = { [types.INT8]: Number, [types.DATE]: String }

/**
 * Makes one real commit, and fails unless it makes the database ask for an fsync.
 * @throws STORE_NOT_DURABLE
 */
export const proveDurable = async (
  dir: string, db: Pick<PGlite, 'query' | 'close'>, files: Pick<DurableNodeFS, 'fsyncs'>,
): Promise<void> => {
  const before = files.fsyncs
  await db.query(`select pg_logical_emit_message(true, 'ringmaster', 'durable?')`)
  if (files.fsyncs > before) return
  await db.close()
  throw storeProblem('NOT_DURABLE', { dir })
}

const VACUUM_EVERY = 10 // rounds of maintenance: updated rows pile up slowly, and a vacuum stalls the store

// Without checkpoints the write-ahead log grows without end, and with it the time to recover after a crash.
const maintainer = (db: PGlite) => {
  let rounds = 0
  return async () => {
    await db.exec('checkpoint')
    if (++rounds % VACUUM_EVERY === 0) await db.exec('vacuum (analyze)')
  }
}
