import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

/** The C++ ring, compiled. */
export type CppRing = {
  /** Sends so many records from one thread to another, and says what the reader added up. */
  race(records: number): Promise<{ readonly ms: number; readonly check: number }>
  dismiss(): Promise<void>
}

/** Why there may be no C++ ring. */
export const NO_COMPILER = 'no C++ compiler: apt-get install g++'

const run = promisify(execFile)

/**
 * Compiles ring.cpp into a folder of its own; `null` where there is no g++.
 * @param bells  whether HEAD and TAIL are stored as the bells need it; without, they are only released
 */
export const compileRing = async ({ bells }: { readonly bells: boolean }): Promise<CppRing | null> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ring-'))
  const program = path.join(folder, 'ring')
  const dismiss = () => rm(folder, { recursive: true })
  try {
    const source = new URL('./ring.cpp', import.meta.url).pathname
    const without = bells ? [] : ['-DWITHOUT_BELLS']
    const flags = ['-std=c++17', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread', ...without]
    await run('g++', [...flags, '-o', program, source])
  } catch (error) {
    await dismiss()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return {
    async race(records) {
      const { stdout } = await run(program, [String(records)])
      const [ms, check] = stdout.trim().split(' ').map(Number)
      return { ms: ms!, check: check! }
    },
    dismiss,
  }
}
