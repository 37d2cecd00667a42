import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const root = path.resolve(import.meta.dirname, '../..')

/** Where browsers of Chromium's kind are usually found. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** No sandbox: CI runs as root. The rest keeps the browser itself from calling home. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser to test with: CHROMIUM_PATH when set, else the first that is installed. */
export const findChromium = (): string | undefined => {
  const told = process.env['CHROMIUM_PATH']
  if (!told) return places.find(canRun)
  if (!canRun(told)) throw new Error(`CHROMIUM_PATH is ${told}, which cannot be run.`)
  return told
}

/** Why the pages cannot be tested here, or `undefined` when they can. CI must not go green without having looked. */
export const whyNot = (): string | undefined => {
  const because = !existsSync(path.join(root, 'ui/build/index.html'))
    ? 'the dashboard is not built'
    : findChromium() === undefined
      ? 'no Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH=/path/to/chrome.'
      : undefined
  if (because !== undefined && process.env['CI']) throw new Error(because)
  return because
}

/** Starts the browser. */
export const launch = (): Promise<Browser> => {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium found')
  return chromium.launch({ executablePath, args: flags })
}

/** A server in a process of its own. */
export type Server = { readonly origin: string; readonly key: string; stop(): Promise<void> }

/** Runs a program of the checkout until it prints an address with a `#key=` at its end. */
export const startServer = async (program: string, ...args: string[]): Promise<Server> => {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const [, origin, key] = await new Promise<RegExpExecArray>((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk
      const address = /(http:\/\/[^/\s]+)\/#key=(\S+)/.exec(said)
      if (address) resolve(address)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${said}`)))
  })
  return {
    origin: origin!,
    key: key!,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** A page, with everything it complained of or asked of other machines. */
export type Watched = {
  readonly page: Page
  readonly complaints: readonly string[]
  readonly outside: readonly string[]
}

/** Opens a page of its own session and watches it. Addresses under `origin` are the only ones it may ask for. */
export const watch = async (
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> => {
  const context = await browser.newContext({ viewport: { width: 1680, height: 1000 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const outside: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  const own = [origin, origin.replace(/^http/, 'ws'), 'data:', 'blob:']
  const look = (url: string) => {
    if (!own.some((start) => url.startsWith(start))) outside.push(url)
  }
  page.on('request', (request) => look(request.url()))
  page.on('websocket', (socket) => look(socket.url()))
  return { page, complaints, outside }
}

/** What axe holds against a page, serious or critical, as sentences. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  // A number in mid-glow has colours of its own for a moment: judge the page at rest.
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}. ${failureSummary}`,
      ),
    )
}
