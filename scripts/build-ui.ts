import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { catalogue } from '#engine/errors.ts'
import { withLock } from './launch/lock.mjs'
import { modules, root } from './launch/prepare.mjs'

/** What can go wrong with building the dashboard. */
export const buildErrors = catalogue('BUILD', {
  UI_FAILED: {
    next: 'stop',
    says: (d: { says: string }) => `The dashboard could not be built: ${d.says}`,
    todo: 'Mend what the message names; in a checkout that was not changed, report it as a defect.',
  },
})

const ui = path.join(root, 'ui')
const stampFile = path.join(ui, 'build', '.stamp')
const TAIL_CHARACTERS = 4_000

/**
 * Builds the dashboard into ui/build, unless it is there and nothing it is made of has changed since.
 * @param log  hears what is being done and how long that usually takes
 * @returns    whether it had to be built
 */
export const buildUi = (log: (line: string) => void): Promise<boolean> =>
  withLock(path.join(root, '.build.lock'), async () => {
    if (isUiFresh()) return false
    log('building the dashboard (after a change of its sources, about 15 s) ...')
    const from = performance.now()
    const stamp = stampOf()
    await vite()
    writeFileSync(stampFile, stamp)
    log(`built the dashboard in ${((performance.now() - from) / 1000).toFixed(1)} s`)
    return true
  })

/** Whether ui/build was made from exactly the sources that are there now. */
export const isUiFresh = (): boolean =>
  existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stampOf()

// By content, not by time: a checkout of another branch and back changes nothing.
const stampOf = (): string => {
  const hash = createHash('sha256')
  for (const file of sources())
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

const sources = (): string[] => {
  const own = globSync('{*,{src,static}/**}', {
    cwd: ui,
    exclude: (name) => ['build', 'node_modules', '.svelte-kit'].includes(name),
  })
  const files = own.map((name) => path.join(ui, name)).filter((file) => statSync(file).isFile())
  return [
    ...files.toSorted(),
    path.join(root, 'api', 'contract.ts'),
    path.join(root, 'api', 'contract-system.ts'),
    path.join(root, 'package-lock.json'),
  ]
}

const vite = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(modules, 'vite', 'bin', 'vite.js'), 'build'], {
      cwd: ui, // SvelteKit reads its sources from the working directory
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    let tail = ''
    const hear = (chunk: Buffer) => (tail = (tail + chunk).slice(-TAIL_CHARACTERS))
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const failed = (says: string, cause?: unknown) =>
      reject(buildErrors.problem('UI_FAILED', { says }, { cause }))
    child.on('error', (error) => failed(error.message, error))
    child.on('close', (code) =>
      code === 0 ? resolve() : failed(tail.trim() || `vite ended with ${code}`),
    )
  })
