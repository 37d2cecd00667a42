import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromiumTodo, findChromium } from '../chromium.ts'

/** A browser, or why there is none. */
export type Obtained =
  | { readonly path: string; readonly because?: never }
  | { readonly path?: never; readonly because: string }

const APT = '/usr/bin/apt-get'
// Fonts too: without any, every page is rows of empty boxes.
const packages = ['chromium', 'fonts-liberation']

/** Finds Chromium; on Debian and as root it installs one first where there is none. */
export const obtainChromium = async (log: (line: string) => void): Promise<Obtained> => {
  const found = findChromium()
  if (found) return { path: found }
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync(APT))
    return {
      because: `No Chromium found, so the dashboard is not tested in a browser. ${chromiumTodo}`,
    }
  log('installing Chromium with apt-get (350 MB, about a minute) ...')
  await apt(['update'])
  const said = await apt(['install', '--yes', '--no-install-recommends', ...packages])
  const installed = findChromium()
  return installed
    ? { path: installed }
    : { because: `apt-get could not install Chromium: ${said}. ${chromiumTodo}` }
}

/** Runs apt-get without questions; resolves to the last line it said. */
const apt = (args: readonly string[]) =>
  new Promise<string>((resolve) => {
    const child = spawn(APT, ['-q', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    let last = 'it said nothing'
    const hear = (chunk: Buffer) => (last = String(chunk).trim().split('\n').at(-1) || last)
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (error) => resolve(error.message))
    child.on('close', () => resolve(last))
  })
