import type { Import } from './imports.ts'
import { areaOf, isBench, isTest } from './source.ts'

/** Which folder may load from which. `scripts` composes everything and is loaded by nothing. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  engine: ['engine'],
  actors: ['actors', 'engine'],
  api: ['api', 'actors', 'engine'],
  ui: ['ui'],
  supabase: [],
  scripts: ['scripts', 'api', 'actors', 'engine', 'supabase'],
}
const CONTRACT = 'api/contract.ts'

/** Imports that go against the river, as sentences. */
export const wrongArrows = (imports: readonly Import[]): string[] =>
  imports.flatMap((one) => {
    const because = objection(one)
    return because === undefined ? [] : [`${one.place} imports ${one.name}: ${because}.`]
  })

const objection = ({ from, file, name, typeOnly, apart }: Import): string | undefined => {
  const area = areaOf(from.path)
  // What benchmarks compare us with is no part of the engine.
  const apartFromEngine = isTest(from) || isBench(from) || from.path.startsWith('engine/bench/')
  if (file === undefined) return packageObjection(area, name, apartFromEngine)
  const target = areaOf(file)
  if (apart && !Object.hasOwn(arrows, target)) return undefined // the address of data, not of code
  if (area === 'ui' && file === CONTRACT)
    return typeOnly ? undefined : 'ui takes only the types of the contract'
  if (from.path.startsWith('actors/store/') && target === 'supabase') return undefined // row types and migrations
  const allowed = arrows[area]
  if (allowed && !allowed.includes(target))
    return `${area} may not import from ${target || 'the root'}`
  return area === 'actors' && target === 'actors' && !isTest(from) && !isBench(from)
    ? stageObjection(from.path, file)
    : undefined
}

// comlink serves the control surface; everything else the engine does with Node alone.
const packageObjection = (area: string, name: string, apart: boolean): string | undefined => {
  if (area !== 'engine' || apart || name.startsWith('node:') || /^comlink(\/|$)/.test(name))
    return undefined
  return 'engine stands on Node and comlink alone'
}

const stages = [
  'the domain',
  'the vocabulary',
  'calendar and indicators',
  'a pure core',
  'an actor',
  'the tree',
] as const
// What all others are written in: messages, and the shape of a strategy with its bars and indicators.
const vocabulary = ['messages', 'strategy/define', 'strategy/params'].map(
  (name) => `actors/${name}.ts`,
)

const stageObjection = (from: string, to: string): string | undefined => {
  const [own, other] = [stageOf(from), stageOf(to)]
  return other > own ? `${stages[own]} may not know ${stages[other]}` : undefined
}

/** How far down the river a file of actors is: nothing may import what lies further down. */
export const stageOf = (file: string): number => {
  if (/^actors\/(domain|fixtures)\//.test(file)) return 0
  if (vocabulary.includes(file)) return 1
  if (/^actors\/(calendar|indicators)\//.test(file)) return 2
  if (file === 'actors/tree.ts' || file === 'actors/mod.ts') return 5
  return file.endsWith('.actor.ts') ? 4 : 3
}

/** Circles of files that import each other, as sentences; types count, for they tie files together as well. */
export const cycles = (imports: readonly Import[]): string[] => {
  const next = Map.groupBy(
    imports.filter(({ file, apart }) => file !== undefined && !apart),
    ({ from }) => from.path,
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file)
    if (at >= 0)
      found.push(`${file}:1 imports itself by way of ${[...trail.slice(at + 1), file].join(', ')}.`)
    if (at >= 0 || done.has(file)) return
    for (const one of next.get(file) ?? []) visit(one.file ?? '', [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}
