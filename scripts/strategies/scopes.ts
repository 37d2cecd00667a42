import type { AnyNode, Pattern, Program } from 'acorn'

/** The nodes right below a node, in no particular order. */
export const partsOf = (node: AnyNode): AnyNode[] =>
  Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value])).filter(isNode)

/** The names that a node brings into scope for what is below it. */
export const namesIn = (node: AnyNode): string[] => {
  switch (node.type) {
    case 'Program':
      return [...node.body.flatMap(declared), ...varsBelow(node)]
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return ['arguments', ...(node.id ? [node.id.name] : []), ...node.params.flatMap(bound), ...varsBelow(node.body)]
    case 'ArrowFunctionExpression':
      return [...node.params.flatMap(bound), ...varsBelow(node.body)]
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id.name] : []
    case 'BlockStatement':
    case 'StaticBlock':
      return node.body.flatMap(declared)
    case 'SwitchStatement':
      return node.cases.flatMap(({ consequent }) => consequent.flatMap(declared))
    case 'ForStatement':
      return node.init ? declared(node.init) : []
    case 'ForInStatement':
    case 'ForOfStatement':
      return declared(node.left)
    case 'CatchClause':
      return node.param ? bound(node.param) : []
    default:
      return []
  }
}

/** Whether an identifier stands for a value, and is not the name of a member, a label or an export. */
export const isReference = (node: AnyNode, parent: AnyNode): boolean => {
  switch (parent.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === node || parent.computed
    case 'ImportSpecifier':
      return parent.local === node
    case 'ExportSpecifier':
      return parent.local === node
    case 'ExportAllDeclaration':
    case 'MetaProperty':
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return false
    default:
      return true
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** What a statement of a block declares for the whole block. */
const declared = (node: AnyNode): string[] => {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => bound(id))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id ? [node.id.name] : []
    case 'ImportDeclaration':
      return node.specifiers.map(({ local }) => local.name)
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return node.declaration ? declared(node.declaration) : []
    default:
      return []
  }
}

/** `var` belongs to the function, however deep in it it stands. */
const varsBelow = (node: AnyNode | Program): string[] =>
  partsOf(node).flatMap((part) => {
    if (/^(Arrow)?Function(Declaration|Expression)$/.test(part.type)) return []
    const own = part.type === 'VariableDeclaration' && part.kind === 'var' ? declared(part) : []
    return [...own, ...varsBelow(part)]
  })

const bound = (pattern: Pattern): string[] => {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => bound(one.type === 'RestElement' ? one.argument : one.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one ? bound(one) : []))
    case 'AssignmentPattern':
      return bound(pattern.left)
    case 'RestElement':
      return bound(pattern.argument)
    case 'MemberExpression':
      return []
  }
}
