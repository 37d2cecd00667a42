import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'

/**
 * Lets the calling thread stand back where there are more threads than processors: 0 is as everybody, 19 as far back
 * as it goes. On Linux, where the system schedules threads as it does processes; elsewhere, and where it is not
 * allowed, nothing changes.
 */
export const standBack = (nice: number): void => {
  if (nice === 0 || process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), nice)
  } catch {
    // No /proc, or no right to it: then all threads are equal, as they would be elsewhere.
  }
}
