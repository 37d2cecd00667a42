import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Problem } from '#engine/errors.ts'
import { problem } from '#actors/strategy/errors.ts'
import { scan, type Position, type Specifier } from './scan.ts'

/** What a strategy file imports its tools from. */
export const KIT = 'ringmaster'
/** Bytes of one file, and files of one strategy: a strategy is a page or two. */
const BYTES_MAX = 256 * 1024
const FILES_MAX = 32

/** A strategy file as a configuration names it. */
export type StrategyFile = {
  /** Where it is. */
  readonly file: string
  /** How people call it: the path as they wrote it. */
  readonly label: string
}

/** One file of a strategy without its types, everything else where it was. */
type Part = StrategyFile & { readonly code: string; readonly imports: readonly Specifier[] }

/** What there is of a strategy before any of it has run. */
export type Compiled =
  | { readonly type: 'good'; readonly files: readonly string[]; readonly hash: string; readonly parts: readonly Part[] }
  | { readonly type: 'bad'; readonly files: readonly string[]; readonly problems: readonly Problem[] }

/** Reads a strategy file and those it imports, takes their types away, and looks at what they import and use. */
export const compile = (entry: StrategyFile): Compiled => {
  const parts: Part[] = []
  const problems: Problem[] = []
  const folder = path.dirname(entry.file)
  const waiting: StrategyFile[] = [entry]
  const known = new Set([entry.file])
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const part = partOf(one)
    problems.push(...part.problems)
    parts.push(part)
    for (const specifier of part.imports) {
      const target = targetOf(specifier, part, folder)
      if (target.type === 'bad') problems.push(target.problem)
      if (target.type !== 'file' || known.has(target.file)) continue
      known.add(target.file)
      const label = path.join(path.dirname(entry.label), path.relative(folder, target.file))
      if (known.size > FILES_MAX)
        problems.push(problem('FILE', { file: label, because: `a strategy has at most ${FILES_MAX} files.` }))
      else waiting.push({ file: target.file, label })
    }
  }
  const files = [...known]
  return problems.length > 0 ? { type: 'bad', files, problems } : { type: 'good', files, hash: hashOf(parts), parts }
}

/**
 * Writes what was compiled to where threads can load it: the same files, importing the built kit and each other.
 * @param into  a folder; each state of a strategy has one of its own in it, named by its hash, and keeps it
 * @returns     the URL to import
 */
export const link = ({ parts, hash }: Extract<Compiled, { type: 'good' }>, kit: string, into: string): string => {
  const folder = path.dirname(parts[0]!.file)
  const build = createHash('sha256').update(kit).digest('hex').slice(0, 8)
  const dir = path.join(into, `${hash}-${build}`)
  const placeIn = (root: string, file: string): string => path.join(root, `${path.relative(folder, file)}.mjs`)
  if (!existsSync(dir)) {
    const work = `${dir}.${process.pid}`
    for (const part of parts) {
      const place = placeIn(work, part.file)
      mkdirSync(path.dirname(place), { recursive: true })
      writeFileSync(place, linked(part, kit))
    }
    keepAs(work, dir)
  }
  return pathToFileURL(placeIn(dir, parts[0]!.file)).href
}

// Lines and columns are the author's, and so is the name in every stack.
const linked = ({ code, imports, file }: Part, kit: string): string => {
  const ordered = imports.toSorted((a, b) => b.start - a.start)
  const text = ordered.reduce((done, { name, start, end }) => {
    const to = name === KIT ? kit : `${name}.mjs`
    return `${done.slice(0, start)}${JSON.stringify(to)}${done.slice(end)}`
  }, code)
  return `${text}\n//# sourceURL=${pathToFileURL(file).href}\n`
}

// Two sessions may link at once: what they write is the same.
const keepAs = (work: string, dir: string): void => {
  try {
    renameSync(work, dir)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    if (!existsSync(dir)) throw error
  }
}

const partOf = (one: StrategyFile): Part & { readonly problems: readonly Problem[] } => {
  const none = { ...one, code: '', imports: [] }
  try {
    const code = stripped(readText(one), one)
    const { imports, misuses } = scan(code)
    const problems = misuses.map(({ name, because, ...where }) =>
      problem('FORBIDDEN', { at: placeOf(one, where), name, because }))
    return { ...one, code, imports, problems }
  } catch (error) {
    return { ...none, problems: [asProblem(error, one)] }
  }
}

const readText = ({ file, label }: StrategyFile): string => {
  const refuse = (because: string): Problem => problem('FILE', { file: label, because })
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) throw refuse('there is no such file.')
  if (!found.isFile()) throw refuse('it is no file.')
  if (found.size > BYTES_MAX) throw refuse(`it has ${found.size} bytes; ${BYTES_MAX} are allowed.`)
  return readFileSync(file, 'utf8')
}

const stripped = (text: string, one: StrategyFile): string => {
  try {
    return stripTypeScriptTypes(text, { mode: 'strip' })
  } catch (cause) {
    const { message, stack = '' } = cause as Error
    throw problem('SYNTAX', { at: placeOf(one, positionIn(stack)), says: message }, { cause })
  }
}

// ":3\nlet b\nconst a: number = ;\n                  ^\n" is how the compiler says where.
const positionIn = (stack: string): Position => {
  const found = /^:(\d+)\n[^]*?\n( *)\^+\n/.exec(stack)
  return { line: Number(found?.[1] ?? 1), column: (found?.[2]?.length ?? 0) + 1 }
}

const asProblem = (error: unknown, one: StrategyFile): Problem => {
  const { loc, message } = error as Error & { loc?: { line: number; column: number } }
  if (loc)
    return problem('SYNTAX', { at: placeOf(one, { line: loc.line, column: loc.column + 1 }), says: wordsOf(message) })
  if ((error as Partial<Problem>).code?.startsWith('STRATEGY_')) return error as Problem
  return problem('FILE', { file: one.label, because: message }, { cause: error })
}
const wordsOf = (message: string): string => message.replace(/ \(\d+:\d+\)$/, '')

const placeOf = ({ label }: StrategyFile, { line, column }: Position): string => `${label}:${line}:${column}`

type Target =
  | { readonly type: 'kit' }
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'bad'; readonly problem: Problem }

const targetOf = (specifier: Specifier, from: Part, folder: string): Target => {
  const { name } = specifier
  if (name === KIT) return { type: 'kit' }
  const bad = (because: string): Target =>
    ({ type: 'bad', problem: problem('IMPORT', { at: placeOf(from, specifier), name, because }) })
  if (!/^\.\.?\//.test(name)) return bad('a strategy imports nothing but the kit and files beside it.')
  if (!/^[\w./ -]+\.ts$/.test(name)) return bad('what it imports must be a file that ends in .ts.')
  const file = path.resolve(path.dirname(from.file), name)
  if (!existsSync(file)) return bad('there is no such file.')
  if (path.relative(realpathSync(folder), realpathSync(file)).startsWith('..'))
    return bad('it lies outside the folder of the strategy.')
  return { type: 'file', file }
}

const hashOf = (parts: readonly Part[]): string => {
  const hash = createHash('sha256')
  for (const { label, code } of parts) hash.update(`${path.basename(label)}\0${code}\0`)
  return hash.digest('hex').slice(0, 16)
}
