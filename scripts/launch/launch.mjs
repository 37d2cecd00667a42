import { spawn } from 'node:child_process'
import path from 'node:path'
import { isatty } from 'node:tty'
import { environment, windows } from './environment.mjs'
import { modules } from './prepare.mjs'
import { fail } from './say.mjs'

const PARENT_LOOK_MS = 500

/**
 * Runs a command as if it had been started itself: same terminal, same signals, same exit status.
 * @param {string} node  path of the Node to use, also for `node` inside the command
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export const launch = (node, command, args, cwd) => {
  const child = spawn(command === 'node' ? node : command, args, {
    cwd,
    stdio: 'inherit',
    shell: windows && command !== 'node',
    env: environment([path.dirname(node), path.join(modules, '.bin')], {
      NODE: node,
      npm_node_execpath: node,
    }),
  })
  passSignals(child)
  child.on('error', (error) =>
    fail(`${command} did not start: ${error.message}.`, 'check the name of the command.'),
  )
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    // Ends as the child did, so that a shell sees the signal and not just a number.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** @param {import('node:child_process').ChildProcess} child */
const passSignals = (child) => {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  // A terminal sends Ctrl-C to the whole group, the child included: passing it on would deliver it twice.
  const inTerminal = [0, 1, 2].some((fd) => isatty(fd))
  process.on('SIGINT', () => inTerminal || child.kill('SIGINT'))
  // `kill` of an npm ends npm and its shell without a word to us: notice that the parent is gone.
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), PARENT_LOOK_MS).unref()
}
