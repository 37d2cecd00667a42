import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import ts from 'typescript'
import { root } from '../launch/prepare.mjs'
import { areaOf, isBench, isGenerated, isTest, placeOf, walk, type Source } from './source.ts'

const LINE_MAX = 120
const FILE_MAX = 400

/** Lines that do not fit on a page beside another. Prose in Markdown, data and SQL may run on. */
export const longLines = (one: Source): string[] => {
  if (isGenerated(one) || !/\.(ts|mjs|svelte|css)$/.test(one.path)) return []
  return one.lines.flatMap((line, i) =>
    line.length > LINE_MAX ? [`${one.path}:${i + 1} has ${line.length} characters.`] : [],
  )
}

/** Files that hold more than one idea. */
export const longFiles = (one: Source): string[] => {
  const lines = one.lines.length - 1
  if (lines <= FILE_MAX || isTest(one) || isGenerated(one) || !/\.(ts|mjs|svelte)$/.test(one.path))
    return []
  return [`${one.path}:${FILE_MAX} goes on to line ${lines}: split it.`]
}

// The brackets keep this line from finding itself.
const LATER = /\b(TO[D]O|FIX[M]E|HAC[K])\b/

/** Work put off: a note in the code is read by nobody who could do it. */
export const unfinished = (one: Source): string[] =>
  one.lines.flatMap((line, i) =>
    LATER.test(line) ? [`${one.path}:${i + 1} puts work off: do it or drop it.`] : [],
  )

/** The engine must not know what it carries. */
export const marketWords = (one: Source): string[] => {
  if (areaOf(one.path) !== 'engine') return []
  return one.lines.flatMap((line, i) =>
    /price/i.test(line) ? [`${one.path}:${i + 1} speaks of prices: the engine knows none.`] : [],
  )
}

/** Names of one machine or one registry, which would be wrong on every other. */
export const machineNames = (one: Source): string[] => {
  const parent = path.dirname(root)
  const places = [homedir(), parent].filter(
    (place) => place !== tmpdir() && path.dirname(place) !== place,
  )
  const personal = new RegExp(
    `(^|[^\\w.])(/home/\\w|/Users/\\w|[A-Z]:\\\\Users|${places.map(whole).join('|')})`,
  )
  const registry =
    /https?:\/\/[\w.-]*(registry|npmjs|artifactory|nexus|verdaccio)[\w.-]*|"resolved": *"http/
  return one.lines.flatMap((line, i) => [
    ...(personal.test(line) ? [`${one.path}:${i + 1} names a folder of one machine.`] : []),
    ...(registry.test(line) ? [`${one.path}:${i + 1} names a package registry.`] : []),
  ])
}

const whole = (folder: string) => `${RegExp.escape(folder)}(?=[/'"\\s]|$)`

const allowedAmbient = ['engine/clock.ts', 'engine/random.ts', 'actors/settings.ts']
const ambient = new Set([
  'Date.now',
  'performance.now',
  'process.hrtime',
  'Temporal.Now',
  'Math.random',
  'process.env',
  'setTimeout',
  'setInterval',
  'globalThis.setTimeout',
  'globalThis.setInterval',
])
// Pages live in a browser: they have its clock and timers, but no other chance and no console.
const ambientInPages = new Set(['Math.random', 'process.env'])

/** Time, chance, environment and console that were not handed in. */
export const ambientUse = (one: Source): string[] => {
  const area = areaOf(one.path)
  const exempt =
    isTest(one) ||
    isBench(one) ||
    area === 'scripts' ||
    area === '' ||
    allowedAmbient.includes(one.path)
  if (!one.tree || exempt || /^ui\/([^/]+|tests\/.*)$/.test(one.path)) return []
  const forbidden = area === 'ui' ? ambientInPages : ambient
  const found: string[] = []
  walk(one.tree, (node) => {
    const name = ambientName(node)
    if (name !== undefined && (forbidden.has(name) || name.startsWith('console.')))
      found.push(`${placeOf(one, node)} uses ${name}, which must be handed in.`)
    if (
      area !== 'ui' &&
      ts.isNewExpression(node) &&
      node.expression.getText() === 'Date' &&
      !node.arguments?.length
    )
      found.push(`${placeOf(one, node)} reads the clock with new Date(), which must be handed in.`)
  })
  return found
}

const ambientName = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node)) return node.getText()
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression)
    ? node.expression.text
    : undefined
}

/** Exports without a docstring. Benches and pages export what their loader asks for. */
export const undocumented = (one: Source): string[] => {
  if (!one.tree || isTest(one) || isBench(one) || isGenerated(one)) return []
  if (/(^|\/)\+|\.svelte$|\.d\.ts$|\.config\.\w+$/.test(one.path)) return []
  return one.tree.statements.flatMap((statement) => {
    const exported =
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    if (!exported || ts.getJSDocCommentsAndTags(statement).length > 0 || isOverload(one, statement))
      return []
    return [`${placeOf(one, statement)} exports ${nameOf(statement)} without a docstring.`]
  })
}

// The first signature of a function speaks for the others.
const isOverload = ({ tree }: Source, statement: ts.Statement): boolean => {
  const before = tree?.statements[tree.statements.indexOf(statement) - 1]
  return (
    !!before &&
    ts.isFunctionDeclaration(statement) &&
    ts.isFunctionDeclaration(before) &&
    nameOf(before) === nameOf(statement)
  )
}

const nameOf = (statement: ts.Statement): string => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ')
  const { name } = statement as { readonly name?: ts.Identifier }
  return name?.text ?? 'its default'
}

/** Every rule that looks at one file at a time, by what it demands. */
export const fileRules: Readonly<Record<string, (one: Source) => string[]>> = {
  [`lines have at most ${LINE_MAX} characters`]: longLines,
  [`files have at most ${FILE_MAX} lines`]: longFiles,
  'no work is put off': unfinished,
  'the engine knows no market': marketWords,
  'no file names a machine or a registry': machineNames,
  'time, chance, environment and console are handed in': ambientUse,
  'every export is documented': undocumented,
}
