import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { modules, root } from '../launch/prepare.mjs'
import { judge, parseSummary, type Counts } from './counts.ts'

/** A Node program to run: its script, then its arguments. */
export type Program = {
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** The path of a script that a package brings for the command line. */
export const packageFile = (...names: readonly string[]): string => path.join(modules, ...names)

/**
 * Runs a Node program and tells its lines as they come, all but the summary, which becomes the counts.
 * @param log  hears every other line
 */
export const runProgram = (
  { args, cwd = root, env = {} }: Program,
  log: (line: string) => void,
): Promise<Counts> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    })
    let said: Counts | undefined
    const hear = (raw: string) => {
      const line = stripVTControlCharacters(raw) // some tools colour their lines whenever CI is set
      const counts = parseSummary(line)
      if (counts) said = counts
      else log(line)
    }
    createInterface({ input: child.stdout }).on('line', hear)
    createInterface({ input: child.stderr }).on('line', hear)
    child.on('error', (error) => log(error.message))
    child.on('close', (code) => resolve(judge(code ?? 1, said)))
  })
