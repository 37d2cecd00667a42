import { basename, dirname } from 'node:path'
import type { Random } from '../random.ts'
import type { FileSystem } from './file-system.ts'

type Content = { now: Buffer; synced: Buffer; linked: boolean }

/**
 * A disk in memory that forgets like a real one. A process that is killed loses nothing of what it wrote; but after a
 * power cut a file has what was synced, plus any prefix of what was written since, and a file whose folder was not
 * synced may be gone. For tests and simulations.
 */
export const memoryDisk = (random: Random) => {
  const files = new Map<string, Content>()
  const open: (Content | undefined)[] = []
  let callsLeft = Infinity
  let isDown = false
  let isFull = false

  const strike = () => {
    if (isDown || callsLeft-- <= 0) {
      isDown = true
      throw Object.assign(new Error('the machine is down'), { code: 'EIO' })
    }
  }
  const at = (fd: number) => open[fd]!

  const seenBy = (step: () => void): FileSystem => ({
    makeFolder: () => step(),
    list: (dir) => {
      step()
      return [...files.keys()].filter((path) => dirname(path) === dir).map((path) => basename(path))
    },
    openNew: (path) => {
      step()
      if (files.has(path)) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' })
      const made: Content = { now: Buffer.alloc(0), synced: Buffer.alloc(0), linked: false }
      files.set(path, made)
      return open.push(made) - 1
    },
    openExisting: (path) => (step(), open.push(files.get(path)!) - 1),
    size: (fd) => (step(), at(fd).now.length),
    write: (fd, bytes, from, length, position) => {
      step()
      if (isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      const some = 1 + random.whole(length)
      const file = at(fd)
      if (position !== file.now.length) throw new Error('an append-only file is written at its end')
      file.now = Buffer.concat([file.now, bytes.subarray(from, from + some)])
      return some
    },
    read: (fd, into, from, length, position) => {
      step()
      return at(fd).now.copy(into, from, position, Math.min(position + length, at(fd).now.length))
    },
    truncate: (fd, size) => {
      step()
      at(fd).now = Buffer.from(at(fd).now.subarray(0, size))
    },
    fdatasync: (fd) => (step(), void (at(fd).synced = at(fd).now)),
    fsync: (fd) => (step(), void (at(fd).synced = at(fd).now)),
    syncFolder: (dir) => {
      step()
      for (const [path, file] of files) if (dirname(path) === dir) file.linked = true
    },
    close: (fd) => void (open[fd] = undefined),
  })

  return {
    io: seenBy(strike),
    /** The same disk for one who looks on: no fault strikes there, and no call counts. */
    look: seenBy(() => undefined),
    /** From now on nothing can be written, or it can again. */
    fill: (full: boolean) => void (isFull = full),
    /** The next so many calls work, then everything fails until {@link restart}. */
    stopAfter: (calls: number) => void (callsLeft = calls),
    get isDown() {
      return isDown
    },
    /** All works again; if it was the power that failed, what had not been synced is partly gone. */
    restart: (after: 'kill' | 'power cut') => {
      isDown = false
      callsLeft = Infinity
      if (after === 'kill') return
      for (const [path, file] of files) {
        if (!file.linked && random.whole(2) === 0) files.delete(path)
        const unsynced = Math.max(0, file.now.length - file.synced.length)
        const kept = file.now.subarray(0, file.synced.length + random.whole(unsynced + 1))
        // A cut that was not synced may come undone.
        file.now = file.synced = Buffer.from(kept.length < file.synced.length ? file.synced : kept)
        file.linked = true
      }
    },
  }
}

/** A disk in memory, and what may be done to it. */
export type MemoryDisk = ReturnType<typeof memoryDisk>
