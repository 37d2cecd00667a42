import { readlinkSync } from 'node:fs'
import { getPriority } from 'node:os'
import { basename } from 'node:path'
import { standBack } from './nice.ts'

/** Thread task: stands back, and says how far the system has it stand back. */
export const howFar = (nice: number): number => {
  standBack(nice)
  return getPriority(Number(basename(readlinkSync('/proc/thread-self'))))
}
