import fs from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** What a log needs of a file system; tests hand in one that fails. All calls block and throw as `node:fs` does. */
export type FileSystem = {
  /** Makes the folder, its parents too, so that they are found again after a power cut. */
  makeFolder(path: string): void
  /** Names in a folder; none if it does not exist. */
  list(path: string): string[]
  openNew(path: string): number
  openExisting(path: string, access: 'read' | 'write'): number
  size(fd: number): number
  /** May take or give less than asked for, as the system calls do. */
  write(fd: number, bytes: Uint8Array, from: number, length: number, position: number): number
  read(fd: number, into: Uint8Array, from: number, length: number, position: number): number
  truncate(fd: number, size: number): void
  /** Content and size to the disk. */
  fdatasync(fd: number): void
  /** All of it, times too. */
  fsync(fd: number): void
  /** A folder's entries to the disk, so that a file made in it is found again after a power cut. */
  syncFolder(path: string): void
  close(fd: number): void
}

/** This machine's. */
export const realFileSystem: FileSystem = {
  makeFolder: (path) => {
    const topmost = fs.mkdirSync(path, { recursive: true })
    if (topmost === undefined) return
    for (let made = resolve(path); made.length >= topmost.length; made = dirname(made)) syncFolder(dirname(made))
  },
  list: (path) => (fs.existsSync(path) ? fs.readdirSync(path) : []),
  openNew: (path) => fs.openSync(path, 'wx+'),
  openExisting: (path, access) => fs.openSync(path, access === 'read' ? 'r' : 'r+'),
  size: (fd) => fs.fstatSync(fd).size,
  write: (fd, bytes, from, length, position) => fs.writeSync(fd, bytes, from, length, position),
  read: (fd, into, from, length, position) => fs.readSync(fd, into, from, length, position),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
  fsync: (fd) => fs.fsyncSync(fd),
  syncFolder: (path) => syncFolder(path),
  close: (fd) => fs.closeSync(fd),
}

const syncFolder = (path: string): void => {
  const fd = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** Writes all of `bytes[from, to)`, however many calls it takes. */
export const writeAll = (io: FileSystem, fd: number, bytes: Uint8Array, to: number, position: number): void => {
  for (let from = 0; from < to; ) from += io.write(fd, bytes, from, to - from, position + from)
}

/** A file's whole content. */
export const readWhole = (io: FileSystem, path: string): Buffer => {
  const fd = io.openExisting(path, 'read')
  try {
    const bytes = Buffer.allocUnsafe(io.size(fd))
    let have = 0
    while (have < bytes.length) {
      const got = io.read(fd, bytes, have, bytes.length - have, have)
      if (got === 0) break
      have += got
    }
    return bytes.subarray(0, have)
  } finally {
    io.close(fd)
  }
}

/** A segment of a log is named for its first record: `0000000001.log`. */
export const segmentName = (first: number): string => `${String(first).padStart(10, '0')}.log`

/** A log's segments in order. */
export const segmentsIn = (io: FileSystem, dir: string): { readonly first: number; readonly path: string }[] =>
  io
    .list(dir)
    .filter((name) => /^\d{10}\.log$/.test(name))
    .sort()
    .map((name) => ({ first: Number(name.slice(0, 10)), path: join(dir, name) }))
