import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../report.ts'

/** How a command ended, and what it said on the way. */
export type Ended = {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

/** A command that runs as a process of its own. */
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended> }

const program = join(import.meta.dirname, '../../ringmaster.ts')

/** Starts `ringmaster` as a person does. `as` makes it run for another user, where this one may do anything. */
export const ringmaster = (args: readonly string[], as?: { readonly uid: number; readonly gid: number }): Running => {
  // Without what the test runner loads into every child: it writes where another user may not.
  const line = [process.execPath, program, ...args]
  const [command, ...rest] = as ? ['env', '-u', 'NODE_OPTIONS', ...line] : line
  const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...as })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += chunk))
  child.stderr.on('data', (chunk) => (said.err += chunk))
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...said })))
  return { child, ended }
}

/** The report that a replay wrote. */
export const reportIn = (file: string): Report => JSON.parse(readFileSync(file, 'utf8')) as Report
