import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { catalogue } from '#engine/errors.ts'
import type { ThreadCode } from '#engine/mod.ts'
import { modules, root } from './launch/prepare.mjs'

/** What can go wrong with building what strategy threads run. */
export const threadErrors = catalogue('THREADS', {
  NOT_BUILT: {
    next: 'stop',
    says: (d: { says: string }) => `The code of strategy threads could not be built: ${d.says}`,
    todo: 'Mend what the message names; most often a strategy has a syntax error or imports what is not there.',
  },
})

const cache = path.join(modules, '.cache', 'ringmaster', 'threads')
/** Builds that are kept, of 0.5 MB each: a session that runs on may still restart a strategy from an older one. */
const KEPT = 20

/** What was built, as URLs. */
export type BuiltCode = {
  /** What every strategy's thread runs: the engine, and the actor that runs one strategy. */
  readonly thread: ThreadCode
  /** A strategy that ships, by its type. */
  readonly definitionOf: (type: string) => string
  /** What strategy files from elsewhere import as `ringmaster`. */
  readonly kit: string
  /** The worker that loads such a file for the first time. */
  readonly trial: string
}

/**
 * Builds engine and strategies into a few files instead of ninety, for threads that start often and many at once
 * (docs/benchmarks.md): the engine, the strategy actor, and each strategy apart, with what several share beside them.
 * Once for each state of the sources: what was built before is found by their hash.
 * @throws THREADS_NOT_BUILT
 */
export const buildThreads = async (): Promise<BuiltCode> => {
  let dir = placeOf()
  for (; !existsSync(dir); dir = placeOf()) await buildInto(dir)
  const url = (file: string): string => pathToFileURL(path.join(dir, `${file}.mjs`)).href
  return {
    thread: { main: url('main'), actor: url('strategy') },
    definitionOf: (type) => url(`types/${type}`),
    kit: url('kit'),
    trial: url('trial'),
  }
}

/** Where what is built from the sources as they are now has its place. */
const placeOf = (): string => {
  const hash = createHash('sha256')
  const sources = globSync('{engine,actors,scripts/strategies}/**/*.ts', {
    cwd: root, exclude: ['**/*.test.ts', '**/*.bench.ts'],
  })
  for (const file of [...sources.toSorted(), 'scripts/build-threads/vite.config.ts', 'package-lock.json'])
    hash.update(`${file}\0`).update(readFileSync(path.join(root, file))).update('\0')
  return path.join(cache, hash.digest('hex').slice(0, 16))
}

// In a process of its own: the builder's 100 MB do not stay with a session that runs all day.
const buildInto = async (dir: string): Promise<void> => {
  const vite = path.join(modules, 'vite', 'bin', 'vite.js')
  const config = fileURLToPath(new URL('./build-threads/vite.config.ts', import.meta.url))
  const work = `${dir}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  try {
    const args = [vite, 'build', '--config', config, '--configLoader', 'native', '--outDir', work]
    await promisify(execFile)(process.execPath, args, { cwd: root })
    if (placeOf() === dir) keepAs(work, dir) // else somebody saved a file meanwhile
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string }
    throw threadErrors.problem('NOT_BUILT', { says: (stderr || message).trim() }, { cause })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  for (const old of byAge().slice(KEPT)) rmSync(old, { recursive: true, force: true })
}

// Two may build at once: either result is as good, and a folder appears whole or not at all.
const keepAs = (work: string, dir: string): void => {
  try {
    renameSync(work, dir)
  } catch (error) {
    if (!existsSync(dir)) throw error
  }
}

/** What is in the cache, newest first. */
const byAge = (): string[] =>
  readdirSync(cache)
    .map((name) => path.join(cache, name))
    .map((place) => ({ place, at: statSync(place).mtimeMs }))
    .toSorted((a, b) => b.at - a.at)
    .map(({ place }) => place)
