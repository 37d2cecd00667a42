import type { Import } from './imports.ts'
import { areaOf, isBench, isScript, isTest, type Source } from './source.ts'

// What a program finds by its place or name, rather than by an import.
const entries: readonly RegExp[] = [
  /^[^/]+$/, // configuration of tools
  /(^|\/)mod\.ts$/, // front doors
  /\.actor\.ts$/, // loaded by the thread that runs it
  /^actors\/strategies\/[^/]+\.ts$/,
  /\.d\.ts$/,
  /^ui\/[^/]+$/,
  /^ui\/static\//,
  /^ui\/src\/(app|hooks|service-worker)[^/]*$/,
  /^ui\/src\/routes\/(.*\/)?\+[^/]+$/,
  /^supabase\//,
]

/** Scripts that nothing imports, names or finds, as sentences. `named` is where commands are written down. */
export const deadFiles = (
  sources: readonly Source[],
  imports: readonly Import[],
  named: string,
): string[] => {
  const used = new Set(imports.map(({ file }) => file))
  return sources
    .filter((one) => isScript(one) && !used.has(one.path) && !isEntry(one, named))
    .map((one) => `${one.path}:1 is imported by nothing and is no entry: remove it or use it.`)
}

const isEntry = (one: Source, named: string): boolean =>
  isTest(one) ||
  isBench(one) ||
  entries.some((pattern) => pattern.test(one.path)) ||
  (areaOf(one.path) === 'scripts' && named.includes(one.path))
