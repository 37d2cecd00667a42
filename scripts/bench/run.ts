import { fork } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'
import { root } from '../launch/prepare.mjs'
import type { Measured, Outcome, Size } from './bench.ts'

// A smoke run is a fraction of a second; a full one may replay a day. Past these it hangs.
const LIMIT_MS = { smoke: 60_000, full: 30 * 60_000 } as const satisfies Record<Size, number>
const TAIL_CHARACTERS = 2_000

/** Every `*.bench.ts` of the checkout, by its path. */
export const findBenches = (): string[] =>
  globSync('{engine,actors,api,scripts}/**/*.bench.ts', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  }).toSorted()

/** The part of a path by which a person chooses a benchmark: `engine/bench/ring.bench.ts` is `ring`. */
export const nameOf = (file: string): string => path.basename(file, '.bench.ts')

/** Runs one benchmark to its end, whatever that is. */
export const runBench = (file: string, size: Size): Promise<Outcome> =>
  new Promise((resolve) => {
    const from = performance.now()
    const child = fork(new URL('./child.ts', import.meta.url), [path.join(root, file), size], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: LIMIT_MS[size],
      killSignal: 'SIGKILL',
    })
    let tail = ''
    let answer: { name: string; measured: Measured } | undefined
    const hear = (chunk: Buffer) => (tail = (tail + chunk).slice(-TAIL_CHARACTERS))
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('message', (message) => (answer = message as typeof answer))
    child.on('error', hear)
    child.on('close', (code, signal) => {
      const wallMs = Math.round(performance.now() - from)
      if (answer && code === 0) resolve({ name: answer.name, file, wallMs, ...answer.measured })
      else
        resolve({
          name: nameOf(file),
          file,
          wallMs,
          error: `ended with ${code ?? signal}: ${tail.trim()}`,
        })
    })
  })
