import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock, Millis } from './clock.ts'
import { catalogue } from './errors.ts'

/** Who holds a directory: told to whoever is refused. */
export type Holder = { readonly pid: number; readonly since: Millis }

/** A directory that is ours until it is released or this process ends, however it ends. */
export type Lock = { readonly holder: Holder; release(): void }

/** What can go wrong when a directory is claimed. */
export const lockErrors = catalogue('LOCK', {
  DATA_DIRECTORY_IN_USE: {
    next: 'stop',
    says: (d: { dir: string; pid: number | null; since: string | null }) =>
      `${d.dir} is in use by ${d.pid === null ? 'another process' : `process ${d.pid}`}` +
      `${d.since === null ? '' : `, since ${d.since}`}.`,
    todo: 'Stop that process, or choose another directory with --data DIR or RINGMASTER_DATA.',
  },
  DATA_DIRECTORY_UNUSABLE: {
    next: 'stop',
    says: (d: { dir: string; because: string }) => `${d.dir} cannot be locked: ${d.because}.`,
    todo: 'Check that it exists on a local disk, has space, and may be written by this user.',
  },
})

/**
 * Claims a directory for this process alone, making it if need be.
 *
 * The claim is an exclusive transaction on an SQLite file, which is a lock of the operating system: the kernel
 * drops it when the process dies, so there is no stale lock to judge and none to clean up. The file beside it
 * only says who holds the lock; it outlives its writer and is read by nobody else.
 *
 * @throws LOCK_DATA_DIRECTORY_IN_USE naming the holder; LOCK_DATA_DIRECTORY_UNUSABLE
 */
export const lockDirectory = (dir: string, clock: Clock): Lock => {
  const holderPath = join(dir, 'holder.json')
  const database = claim(dir, holderPath)
  const holder: Holder = { pid: process.pid, since: clock.now() }
  try {
    announce(holderPath, holder)
  } catch (cause) {
    database.close()
    throw unusable(dir, cause)
  }
  return { holder, release: () => void (database.isOpen && database.close()) }
}

const claim = (dir: string, holderPath: string): DatabaseSync => {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true })
    database = new DatabaseSync(join(dir, 'lock'))
    database.exec('pragma locking_mode = exclusive; begin exclusive')
    return database
  } catch (cause) {
    database?.close()
    if (!isBusy(cause)) throw unusable(dir, cause)
    const holder = readHolder(holderPath)
    const since = holder ? new Date(holder.since).toISOString() : null
    throw lockErrors.problem('DATA_DIRECTORY_IN_USE', { dir, pid: holder?.pid ?? null, since }, { cause })
  }
}

// Renamed into place, so that nobody reads half of it.
const announce = (path: string, holder: Holder) => {
  const fresh = `${path}.${holder.pid}`
  writeFileSync(fresh, JSON.stringify(holder))
  renameSync(fresh, path)
}

// Undefined in the instant between a holder's claim and its announcement.
const readHolder = (path: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

const SQLITE_BUSY = 5
const isBusy = (thrown: unknown) => (thrown as { errcode?: number }).errcode === SQLITE_BUSY

const unusable = (dir: string, cause: unknown) =>
  lockErrors.problem('DATA_DIRECTORY_UNUSABLE', { dir, because: (cause as Error).message }, { cause })
