import path from 'node:path'
import ts from 'typescript'
import { placeOf, walk, type Source } from './source.ts'

/** One file that another one loads, or a package. */
export type Import = {
  readonly from: Source
  /** Where in `from` it stands: `file:line`. */
  readonly place: string
  /** As written. */
  readonly name: string
  /** The path from the root when it is a file of the checkout. */
  readonly file: string | undefined
  /** Only types, so nothing is loaded. */
  readonly typeOnly: boolean
  /** The file of a thread or process: it starts a world of its own, which may well import us. */
  readonly apart: boolean
}

/** Everything a script imports: by a statement, at run time, or as the file of a thread (`new URL('./x.ts', …)`). */
export const importsOf = (from: Source): Import[] => {
  const found: Import[] = []
  const add = (literal: ts.Node | undefined, typeOnly: boolean, apart = false) => {
    if (!literal || !ts.isStringLiteralLike(literal)) return
    const name = literal.text
    found.push({
      from,
      place: placeOf(from, literal),
      name,
      file: fileOf(from.path, name),
      typeOnly,
      apart,
    })
  }
  if (from.tree)
    walk(from.tree, (node) => {
      if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause))
      else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
      else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
        add(node.argument.literal, true)
      else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        add(node.arguments[0], false)
      else if (isFileUrl(node)) add(node.arguments?.[0], false, true)
    })
  return found
}

const isTypeOnly = (clause: ts.ImportClause | undefined): boolean => {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const names = clause.namedBindings
  return (
    !clause.name &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.every((one) => one.isTypeOnly)
  )
}

const isFileUrl = (node: ts.Node): node is ts.NewExpression =>
  ts.isNewExpression(node) &&
  node.expression.getText() === 'URL' &&
  node.arguments?.[1]?.getText() === 'import.meta.url'

const fileOf = (from: string, name: string): string | undefined => {
  const alias = /^#(engine|actors|api)\/(.*)$/.exec(name)
  if (alias) return `${alias[1]}/${alias[2]}`
  if (name.startsWith('#lib/')) return `ui/src/lib/${name.slice('#lib/'.length)}`
  return name.startsWith('.') ? path.posix.join(path.posix.dirname(from), name) : undefined
}
