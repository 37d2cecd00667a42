/** What a checkout needs before anything in it can run: a Node that is new enough, and the packages of the lockfile. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { windows } from './environment.mjs'
import { withLock } from './lock.mjs'
import { installExactly } from './npm.mjs'
import { platformName, wantedHere } from './platform.mjs'
import { fail, say, step } from './say.mjs'

const MIN_MAJOR = 26 // node:sqlite, crypto.argon2 and Temporal without flags

/** The checkout. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
/** Where its packages are. */
export const modules = path.join(root, 'node_modules')
const runtime = path.join(root, 'scripts', 'runtime')

/**
 * Makes the checkout ready; does nothing when it is. Commands started at once take turns.
 * @returns the path of the Node to run everything with
 */
export const prepare = () =>
  withLock(path.join(root, '.run.lock'), makeReady, (pid) =>
    say(`process ${pid} is preparing this checkout; waiting for it`),
  )

const makeReady = async () => {
  const node = await findNode()
  await installPackages(node)
  offerNode(node)
  return node
}

/** @returns {Promise<string>} */
const findNode = async () => {
  // The private copy is looked up below even when it runs this, because it may have become outdated.
  const isPrivate = process.execPath.startsWith(runtime)
  if (majorOf(process.version) >= MIN_MAJOR && !isPrivate) return process.execPath
  /** @type {Record<string, string>} */
  const copies = JSON.parse(
    fs.readFileSync(path.join(runtime, 'package.json'), 'utf8'),
  ).optionalDependencies
  const name = [`node-bin-${platformName}`, `node-${platformName}`].find((one) => copies[one])
  if (!name)
    return fail(
      `Node ${MIN_MAJOR} or newer is needed; this is ${process.version}, and there is no copy for ${platformName}.`,
      `install Node ${MIN_MAJOR} from nodejs.org, then run this again.`,
    )
  const node = path.join(runtime, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (versionOf(node)?.version === `v${copies[name]}`) return node
  await step(
    `installing Node ${copies[name]} into scripts/runtime`,
    `once, about 10 s; this machine's ${process.version} is too old`,
    () => installExactly(process.execPath, runtime),
  )
  // npm forgives an optional package that it could not fetch: only the file itself is proof.
  if (!fs.existsSync(node))
    return fail(
      `the package registry did not deliver ${name}@${copies[name]}.`,
      `use a registry that has it, or install Node ${MIN_MAJOR} by hand, then run this again.`,
    )
  if (!versionOf(node))
    return fail(
      `${node} does not run on this machine.`,
      `install Node ${MIN_MAJOR} by hand (the copy needs glibc 2.28 or newer), then run this again.`,
    )
  return node
}

/** @param {string} node */
const installPackages = async (node) => {
  const lockText = fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')
  const stampFile = path.join(modules, '.run.json')
  const stamp = stampOf(node, lockText)
  if (readIfThere(stampFile) === stamp) return
  const wanted = wantedHere(JSON.parse(lockText).packages)
  await step(
    'installing packages',
    `${wanted.all.length}, about a minute with an empty npm cache, 20 s with a full one`,
    () => installExactly(node, root),
  )
  const missing = wanted.binaries.filter((place) => !fs.existsSync(path.join(root, place)))
  if (missing.length > 0)
    return fail(
      `the package registry did not deliver ${missing.map((place) => path.basename(place)).join(', ')}.`,
      'use a registry that has every package of package-lock.json, then run this again.',
    )
  fs.writeFileSync(stampFile, stamp)
}

// What the installed packages depend on: change any of it and they are installed again.
/** @param {string} node @param {string} lockText */
const stampOf = (node, lockText) => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const { dependencies, devDependencies, overrides } = manifest
  const wanted = JSON.stringify({ dependencies, devDependencies, overrides })
  const hash = createHash('sha256').update(lockText).update(wanted).digest('hex')
  return JSON.stringify({ hash, abi: versionOf(node)?.abi, platform: platformName })
}

// For `npx tap` and the like, which find node_modules/.bin first: they should get the same Node.
/** @param {string} node */
const offerNode = (node) => {
  const link = path.join(modules, '.bin', windows ? 'node.cmd' : 'node')
  const isPrivate = node.startsWith(runtime)
  if (windows) {
    if (isPrivate) fs.writeFileSync(link, `@"${node}" %*\r\n`)
    else fs.rmSync(link, { force: true })
    return
  }
  if (isPrivate && linkedTo(link) === node) return
  fs.rmSync(link, { force: true })
  if (isPrivate) fs.symlinkSync(node, link)
}

/** @param {string} node */
const versionOf = (node) => {
  if (node === process.execPath) return { version: process.version, abi: process.versions.modules }
  const asked = spawnSync(node, ['-p', 'process.version + " " + process.versions.modules'], {
    encoding: 'utf8',
  })
  if (asked.status !== 0) return undefined
  const [version, abi] = asked.stdout.trim().split(' ')
  return { version, abi }
}

/** @param {string} version */
const majorOf = (version) => Number(version.replace(/^v/, '').split('.')[0])

/** @param {string} file */
const readIfThere = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined)

/** @param {string} link */
const linkedTo = (link) => {
  try {
    return fs.readlinkSync(link)
  } catch {
    return undefined
  }
}
