import { join } from 'node:path'
import { Problem } from '../errors.ts'
import { problem } from './errors.ts'
import { realFileSystem, segmentName, writeAll, type FileSystem } from './file-system.ts'
import { HEADER, PAYLOAD_MAX, seal, writeHeader } from './frame.ts'
import { walkLog, type Walk } from './walk.ts'

/** An append-only file of records, kept in segments. One appender per folder; the caller sees to that by a lock. */
export type Log = {
  /** Sequence of the last record that is on disk. */
  readonly durable: number
  /** Sequence of the last record appended, on disk or not. */
  readonly records: number
  /** Why the log takes nothing any more, or null. */
  readonly dead: Problem | null
  /** What opening cut away: a group that was never acknowledged. */
  readonly recovered: { readonly cutBytes: number; readonly cutRecords: number }
  /** Hex of the chain value of the last durable record: note it elsewhere, and nobody can rewrite what came before. */
  readonly chain: string
  /** Adds a record to the current group. It is not on disk before {@link commit}. */
  append(kind: number, payload: string | Uint8Array): number
  /** Ends the group and brings it to disk: all of it, or after a crash none of it. @returns the new {@link durable} */
  commit(): number
  /** Lets go of the file. A group that was not committed is forgotten. */
  close(): void
}

/** How a log is kept. */
export type LogOptions = {
  /** A new segment begins with the first group after this many bytes. Default 16 MiB. */
  readonly segmentBytes?: number
  readonly fileSystem?: FileSystem
}

const SEGMENT_BYTES = 16 * 2 ** 20 // recovery and verification hold one segment in memory
const GROUP_MAX = 64 * 2 ** 20 // what is held in memory until commit
const GROUP_START = 64 * 2 ** 10

/**
 * Opens the log in `dir`, or begins one. Reads all of it, cuts away a torn tail, and throws on any other damage.
 * A write or sync that fails kills the log for good (a sync that failed once says nothing when it succeeds later):
 * the file is cut back to what was durable, and every later call throws the same problem.
 * @throws LOG_CORRUPT, LOG_CANNOT_OPEN, LOG_CANNOT_WRITE, LOG_TOO_LARGE
 */
export const openLog = (dir: string, options: LogOptions = {}): Log => {
  const { segmentBytes = SEGMENT_BYTES, fileSystem: io = realFileSystem } = options
  const { walk, tail } = recover(io, dir)

  let file = walk.segment ?? join(dir, segmentName(1))
  let fd = tail
  let end = walk.end // bytes of the segment that are durable
  let durable = walk.records
  let last = durable
  let dead: Problem | null = null
  const chain = walk.chain // of the last record appended
  let durableChain = chain.toString('hex')

  let group: Buffer = Buffer.allocUnsafe(GROUP_START)
  let filled = 0
  let lastAt = -1 // where the group's last record begins: it is sealed once we know whether one follows

  const append = (kind: number, payload: string | Uint8Array): number => {
    if (dead) throw dead
    const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
    if (length > PAYLOAD_MAX) throw problem('TOO_LARGE', { what: 'record', bytes: length, bytesMax: PAYLOAD_MAX })
    const size = HEADER + length
    if (filled + size > GROUP_MAX)
      throw problem('TOO_LARGE', { what: 'group', bytes: filled + size, bytesMax: GROUP_MAX })
    if (filled + size > group.length) group = grown(group, filled, filled + size)
    if (lastAt >= 0) seal(group, lastAt, false)
    if (typeof payload === 'string') group.write(payload, filled + HEADER, length, 'utf8')
    else group.set(payload, filled + HEADER)
    last++
    writeHeader(group, filled, { length, sequence: last, kind }, chain)
    lastAt = filled
    filled += size
    return last
  }

  const commit = (): number => {
    if (dead) throw dead
    if (filled === 0) return durable
    seal(group, lastAt, true)
    try {
      if (fd === undefined || (end > 0 && end + filled > segmentBytes)) roll()
      writeAll(io, fd!, group, filled, end)
      io.fdatasync(fd!)
    } catch (cause) {
      throw die(cause)
    }
    end += filled
    durable = last
    durableChain = chain.toString('hex')
    filled = 0
    lastAt = -1
    return durable
  }

  const roll = (): void => {
    const next = join(dir, segmentName(durable + 1))
    const opened = io.openNew(next)
    if (fd !== undefined) io.close(fd)
    fd = opened
    file = next
    end = 0
    io.syncFolder(dir)
  }

  const die = (cause: unknown): Problem => {
    const { code, message } = cause as NodeJS.ErrnoException
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    dead = problem('CANNOT_WRITE', { file, bytes: filled, full, because: message, durable }, { cause })
    try {
      if (fd !== undefined) io.truncate(fd, end)
      if (fd !== undefined) io.fsync(fd)
    } catch {
      // The next opening cuts it: what lies there is an unfinished group, or one that was whole but not acknowledged.
    }
    return dead
  }

  const close = (): void => {
    if (fd !== undefined) io.close(fd)
    fd = undefined
    dead ??= problem('CANNOT_WRITE', { file, bytes: 0, full: false, because: 'the log was closed', durable })
  }

  return {
    append, commit, close,
    recovered: { cutBytes: walk.torn.bytes, cutRecords: walk.torn.records },
    get durable() { return durable },
    get records() { return last },
    get dead() { return dead },
    get chain() { return durableChain },
  }
}

const recover = (io: FileSystem, dir: string): { walk: Walk; tail: number | undefined } => {
  try {
    io.makeFolder(dir)
    const walk = walkLog(io, dir)
    return { walk, tail: walk.segment === undefined ? undefined : openTail(io, dir, walk.segment, walk) }
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw problem('CANNOT_OPEN', { dir, because: (cause as Error).message }, { cause })
  }
}

/** Opens the last segment for appending, without what a crash left behind its last whole group. */
const openTail = (io: FileSystem, dir: string, file: string, { end, torn }: Walk): number => {
  const fd = io.openExisting(file, 'write')
  if (torn.bytes > 0) io.truncate(fd, end)
  // Always: a killed process may have written what it never synced. We count it as durable from here on, so a power
  // cut must not take it back; nor the file's name, if the kill came before the folder was synced.
  io.fsync(fd)
  io.syncFolder(dir)
  return fd
}

const grown = (bytes: Buffer, filled: number, needed: number): Buffer => {
  const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, needed))
  bytes.copy(larger, 0, 0, filled)
  return larger
}

