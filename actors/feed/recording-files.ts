import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { feedErrors } from './errors.ts'

/** The files that make up a recording. */
export type RecordingFiles = {
  /** The folder's or file's name without its endings. */
  readonly name: string
  /** Tick files in order of their names; rows of equal time come in this order. */
  readonly ticks: readonly string[]
  /** Minute bars of earlier sessions. */
  readonly bars: string | null
  readonly contracts: string | null
}

/**
 * Finds the files of a recording at a path. A file is its ticks alone. A folder holds `ticks.csv.gz`, or several
 * files whose names begin with `ticks`, and perhaps `bars.csv.gz` and `contracts.csv`; each may be gzip or plain.
 * @throws FEED_NOT_FOUND, FEED_NO_TICKS
 */
export const findFiles = async (path: string): Promise<RecordingFiles> => {
  const found = await stat(path).catch(() => null)
  if (!found) throw feedErrors.problem('NOT_FOUND', { path })
  const name = basename(path).replace(/(\.csv)?(\.gz)?$/, '')
  if (!found.isDirectory()) return { name, ticks: [path], bars: null, contracts: null }
  const names = (await readdir(path)).filter((one) => /\.csv(\.gz)?$/.test(one)).toSorted()
  const named = (stem: string) =>
    names.find((one) => one === `${stem}.csv` || one === `${stem}.csv.gz`)
  const full = (one: string | undefined) => (one === undefined ? null : join(path, one))
  const ticks = names.filter((one) => one.startsWith('ticks')).map((one) => join(path, one))
  if (ticks.length === 0) throw feedErrors.problem('NO_TICKS', { path })
  return { name, ticks, bars: full(named('bars')), contracts: full(named('contracts')) }
}

/** One hash over all files of a recording, as they lie on the disk: a single file's is its SHA-256. */
export const hashFiles = async ({ ticks, bars, contracts }: RecordingFiles): Promise<string> => {
  const paths = [...ticks, bars, contracts].filter((one) => one !== null)
  const lines: string[] = []
  for (const path of paths) {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk)
    lines.push(`${hash.digest('hex')}  ${basename(path)}\n`)
  }
  return lines.length === 1
    ? lines[0]!.slice(0, 64)
    : createHash('sha256').update(lines.join('')).digest('hex')
}

// Big enough that the cost per chunk does not count, small enough to stay in the cache.
const chunkBytes = 128 * 1024

/** The bytes of a file, unpacked when it is gzip, which its first bytes tell. */
export async function* bytesOf(path: string): AsyncGenerator<Uint8Array, void> {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  if (!(await isGzip(path))) {
    yield* file
    return
  }
  const unzip = createGunzip({ chunkSize: chunkBytes })
  file.on('error', (error) => unzip.destroy(error))
  try {
    yield* file.pipe(unzip)
  } finally {
    file.destroy()
  }
}

/** The text of a file, unpacked when it is gzip. @throws FEED_TRUNCATED, FEED_DAMAGED */
export const textOf = async (path: string): Promise<string> => {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of bytesOf(path)) chunks.push(chunk)
  } catch (error) {
    const lines = Buffer.concat(chunks).toString('utf8').split('\n').length - 1
    throw readingProblem(error, path, Math.max(0, lines - 1))
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * What went wrong while a file was read, as a Problem when the file is to blame: gzip says in its codes how.
 * @param rows  rows that could be read before
 */
export const readingProblem = (error: unknown, path: string, rows: number): unknown => {
  const { code, message } = error as { code?: string; message: string }
  const file = basename(path)
  if (code === 'Z_BUF_ERROR')
    return feedErrors.problem('TRUNCATED', { file, rows }, { cause: error })
  if (code?.startsWith('Z_'))
    return feedErrors.problem('DAMAGED', { file, rows, because: message }, { cause: error })
  return error
}

const isGzip = async (path: string): Promise<boolean> => {
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}
