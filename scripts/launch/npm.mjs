import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { environment, windows } from './environment.mjs'
import { runs } from './lock.mjs'
import { fail, say } from './say.mjs'

const TAIL_CHARACTERS = 8_000
// Longer than any installation takes; past it the number belongs to some other process.
const ORPHAN_MS = 5 * 60_000
const LOOK_MS = 250

/** What npm's own words mean for the person who waits. The first that fits is told. */
const reasons = [
  {
    sign: /E(NOTFOUND|AI_AGAIN|CONN(REFUSED|RESET)|(SOCKET)?TIMEDOUT|(HOST|NET)UNREACH)|ERR_SOCKET/,
    says: 'the package registry cannot be reached',
    todo: 'connect to the network or set a registry that answers (npm config set registry ...), then run this again.',
  },
  {
    sign: /E401|E403|ENEEDAUTH/,
    says: 'the package registry refused us',
    todo: 'check the registry and its token in your .npmrc, then run this again.',
  },
  {
    sign: /E404|ETARGET|ENOVERSIONS/,
    says: 'the package registry does not have a package we need',
    todo: 'use a registry that mirrors all of npm (npm config get registry shows yours), then run this again.',
  },
  {
    sign: /EINTEGRITY/,
    says: 'a package is not the one the lockfile names',
    todo: 'empty the cache (npm cache clean --force) and run this again; if it stays, distrust the registry.',
  },
  {
    sign: /ENOSPC/,
    says: 'the disk is full',
    todo: 'free about 1 GB where the checkout and the npm cache lie, then run this again.',
  },
  {
    sign: /EACCES|EPERM|EROFS/,
    says: 'npm may not write to the checkout or its cache',
    todo: 'make both belong to the user who runs this, then run it again.',
  },
  {
    sign: /in sync|EUSAGE/,
    says: 'package.json and package-lock.json do not agree',
    todo: 'take both from the same commit, or run npm install once after changing package.json.',
  },
]

/**
 * Runs `npm ci` in a folder, with the given Node, so that what is installed fits it.
 * @param {string} node  path of the Node that runs npm
 * @param {string} cwd
 */
export const installExactly = async (node, cwd) => {
  await orphanGone(cwd)
  const { status, tail } = await npm(
    node,
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    cwd,
  )
  if (status === 0) return
  const { says, todo } = reasons.find(({ sign }) => sign.test(tail)) ?? {
    says: `npm ci ended with ${status}`,
    todo: 'read what npm says above, mend it, then run this again.',
  }
  fail(`packages could not be installed: ${says}.`, todo)
}

// A launcher that was killed outright leaves its npm writing: two at once in one folder spoil each other's work.
/** @param {string} cwd */
const orphanGone = async (cwd) => {
  const mark = markOf(cwd)
  if (!fs.existsSync(mark)) return
  const pid = Number(fs.readFileSync(mark, 'utf8'))
  const until = fs.statSync(mark).mtimeMs + ORPHAN_MS
  const waits = () => pid > 0 && runs(pid) && Date.now() < until
  if (waits()) say(`an interrupted installation (process ${pid}) is still ending; waiting for it`)
  while (waits()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  fs.rmSync(mark, { force: true })
}

/** @param {string} cwd */
const markOf = (cwd) => path.join(cwd, '.run.lock.npm')

/**
 * @param {string} node
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<{ status: number | string, tail: string }>}
 */
const npm = (node, args, cwd) =>
  new Promise((resolve) => {
    // The npm that started this, but run by the Node that will load what it installs.
    const given = process.env['npm_execpath'] ?? ''
    const cli = /[\\/]npm-cli\.js$/.test(given) ? given : undefined
    const [command, argv] = cli ? [node, [cli, ...args]] : [windows ? 'npm.cmd' : 'npm', args]
    const child = spawn(command, argv, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !cli && windows,
      env: environment([path.dirname(node)]),
    })
    fs.writeFileSync(markOf(cwd), String(child.pid ?? ''))
    let tail = ''
    /** @param {Buffer} chunk */
    const hear = (chunk) => {
      tail = (tail + chunk).slice(-TAIL_CHARACTERS)
      process.stderr.write(chunk)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (error) => resolve({ status: error.message, tail }))
    child.on('close', (code, signal) => {
      fs.rmSync(markOf(cwd), { force: true })
      resolve({ status: code ?? signal ?? 1, tail })
    })
    endWith(child)
  })

// A person who interrupts the preparation gets their prompt back; the next run starts it afresh.
/** @param {import('node:child_process').ChildProcess} child */
const endWith = (child) => {
  /** @type {[NodeJS.Signals, number][]} */
  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]
  for (const [signal, status] of signals) {
    const end = () => {
      child.kill(signal)
      process.exit(status)
    }
    process.on(signal, end)
    child.on('close', () => process.off(signal, end))
  }
}
