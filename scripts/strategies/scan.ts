import { parse, type AnyNode } from 'acorn'
import { allowed, because, members, whyNot } from './globals.ts'
import { isReference, namesIn, partsOf } from './scopes.ts'

/** Where something stands in a file, both counted from 1. */
export type Position = { readonly line: number; readonly column: number }

/** The name that a file imports from, and where it stands in the text. */
export type Specifier = Position & { readonly name: string; readonly start: number; readonly end: number }

/** A use of what a strategy file may not use. */
export type Misuse = Position & { readonly name: string; readonly because: string }

/** What a file imports, and what it should not use. */
export type Scanned = { readonly imports: readonly Specifier[]; readonly misuses: readonly Misuse[] }

/**
 * Looks through one file, which is a module without types.
 *
 * Every name that the file does not declare in scope is looked up in one list of what the language offers, so nothing
 * is reached by a name nobody thought of. It guards against mistakes; whoever wants out will find a way, and belongs
 * in a process of another user.
 * @throws SyntaxError, with `loc`
 */
export const scan = (code: string): Scanned => {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true })
  const imports: Specifier[] = []
  const misuses: Misuse[] = []

  const look = (node: AnyNode, parent: AnyNode, scope: Scope): void => {
    if ('source' in node && node.type !== 'ImportExpression' && node.source)
      imports.push({ ...at(node.source), ...spanOf(node.source), name: String(node.source.value) })
    const misuse = misuseOf(node, parent, scope)
    if (misuse) misuses.push({ ...at(node), ...misuse })
    const inner: Scope = { names: new Set(namesIn(node)), outer: scope }
    for (const part of partsOf(node)) look(part, node, inner)
  }
  look(program, program, { names: new Set(), outer: null })
  return { imports, misuses: unique(misuses) }
}

type Scope = { readonly names: ReadonlySet<string>; readonly outer: Scope | null }
type Why = { readonly name: string; readonly because: string }

const misuseOf = (node: AnyNode, parent: AnyNode, scope: Scope): Why | null => {
  switch (node.type) {
    case 'ImportExpression':
      return { name: 'import()', because: 'what is imported must be known before the file runs.' }
    case 'MetaProperty':
      return node.meta.name === 'import' ? { name: 'import.meta', because: because.outside } : null
    case 'AwaitExpression':
      return { name: 'await', because: because.later }
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.async ? { name: 'async', because: because.later } : null
    case 'MemberExpression':
      return memberMisuse(node.property)
    case 'Property': // of a pattern: `const { getHours } = date`
      return parent.type === 'ObjectPattern' ? memberMisuse(node.key) : null
    case 'Identifier':
      return isReference(node, parent) && !declares(scope, node.name) ? globalMisuse(node, parent) : null
    default:
      return null
  }
}

const memberMisuse = (property: AnyNode): Why | null => {
  const name = property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : null
  const why = typeof name === 'string' ? members.get(name) : undefined
  return why === undefined ? null : { name: `.${String(name)}`, because: why }
}

const globalMisuse = (node: Extract<AnyNode, { type: 'Identifier' }>, parent: AnyNode): Why | null => {
  const { name } = node
  if (!allowed.has(name)) return { name, because: whyNot(name) }
  if (name === 'Math') return mathMisuse(node, parent)
  return name === 'Date' ? dateMisuse(node, parent) : null
}

// As `Math.name` alone: by any other way to it, what is called could not be told.
const mathMisuse = (node: AnyNode, parent: AnyNode): Why | null => {
  const member = plainMember(node, parent)
  if (member === null) return { name: 'Math', because: 'it is for use as Math.abs(…), and not as a value.' }
  return member === 'random' ? { name: 'Math.random', because: because.chance } : null
}

const dateMisuse = (node: AnyNode, parent: AnyNode): Why | null => {
  if (parent.type === 'BinaryExpression' && parent.operator === 'instanceof' && parent.right === node) return null
  if (parent.type === 'NewExpression' && parent.callee === node) {
    const { length } = parent.arguments
    if (length === 0 || parent.arguments[0]!.type === 'SpreadElement')
      return { name: 'new Date()', because: because.clock }
    return length === 1 ? null : { name: 'new Date(year, month)', because: because.zone }
  }
  const member = plainMember(node, parent)
  if (member === 'UTC') return null
  if (member === 'now') return { name: 'Date.now', because: because.clock }
  const name = member === null ? 'Date' : `Date.${member}`
  return { name, because: 'it is for use as new Date(millis) or Date.UTC(…).' }
}

const plainMember = (node: AnyNode, parent: AnyNode): string | null =>
  parent.type === 'MemberExpression' && parent.object === node && !parent.computed &&
    parent.property.type === 'Identifier'
    ? parent.property.name
    : null

const declares = (scope: Scope | null, name: string): boolean =>
  scope !== null && (scope.names.has(name) || declares(scope.outer, name))

const at = ({ loc }: AnyNode): Position => ({ line: loc!.start.line, column: loc!.start.column + 1 })
const spanOf = ({ start, end }: AnyNode) => ({ start, end })

// The shorthand `{ a }` is key and value in one.
const unique = (misuses: readonly Misuse[]): Misuse[] =>
  [...new Map(misuses.map((one) => [`${one.line}:${one.column}:${one.name}`, one])).values()]
