import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { problem } from './errors.ts'
import { capitalByDefault, defaultFleet, type FleetEntry } from './fleet.ts'
import { keepsItsOwn, mayShare, placedByDefault, placementOf, SHARDS_MAX, type RunPlacement } from './placement.ts'

/** What a configuration file may say. */
export type Config = {
  readonly strategies: readonly FleetEntry[]
  readonly account: Readonly<Record<string, unknown>>
  /** Whether the file named the strategies: then each must fit the recording. */
  readonly chosen: boolean
  readonly placement: RunPlacement
}

/** The data directory: as asked, or RINGMASTER_DATA, or the default. */
export const dataDirectory = (asked: string | undefined, byDefault: string): string =>
  asked ?? process.env['RINGMASTER_DATA'] ?? byDefault

/**
 * Reads a configuration, or gives the default fleet.
 * @throws CONFIG_NOT_READABLE, and what `parseConfig` throws
 */
export const readConfig = (file?: string): Config => {
  if (file === undefined) return { strategies: defaultFleet, account: {}, chosen: false, placement: placedByDefault }
  if (!existsSync(file)) throw problem('NOT_READABLE', { file, because: 'there is no such file.' })
  return parseConfig(json(file), file, dirname(file))
}

/**
 * Checks what a configuration says: every key known, every value of its kind. Parameters are checked with their
 * strategy.
 * @param where   how messages call it: its file
 * @param folder  what paths of strategy files start from
 * @throws CONFIG_UNKNOWN_KEY, CONFIG_WRONG_TYPE, CONFIG_ID_TAKEN, CONFIG_NO_SUCH_ACTOR, CONFIG_PLACED_TWICE,
 *         CONFIG_MAY_NOT_SHARE
 */
export const parseConfig = (given: unknown, where: string, folder = '.'): Config => {
  const config = record(given, where)
  known(config, where, ['strategies', 'account', 'placement'])
  const account = record(config['account'] ?? {}, `${where}: account`)
  const { shards, together } = coreOf(config['placement'] ?? {}, `${where}: placement`)
  if (config['strategies'] === undefined)
    return { strategies: defaultFleet, account, chosen: false, placement: placementOf(shards, together, []) }
  const entries = list(config['strategies'], `${where}: strategies`)
  const strategies = entries.map((one, i) => entry(one, `${where}: strategies[${i}]`, folder))
  const ids = strategies.map((one) => one.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw problem('ID_TAKEN', { strategy: twice })
  return { strategies, account, chosen: true, placement: placementOf(shards, together, strategies) }
}

/** Candle shards, and which actors of the core share threads. */
const coreOf = (given: unknown, where: string): { shards: number | null; together: string[][] } => {
  const placement = record(given, where)
  known(placement, where, ['shards', 'together'])
  const shards = placement['shards'] ?? null
  const needs = `a whole number, 1 to ${SHARDS_MAX}`
  if (shards !== null && !isShards(shards))
    throw problem('WRONG_TYPE', { where: `${where}.shards`, needs, value: shards })
  const groups = list(placement['together'] ?? [], `${where}.together`)
  const together = groups.map((group, i) => groupOf(group, `${where}.together[${i}]`, shards))
  const all = together.flat()
  const twice = all.find((actor, i) => all.indexOf(actor) !== i)
  if (twice !== undefined) throw problem('PLACED_TWICE', { where: `${where}.together`, actor: twice })
  return { shards, together }
}

const isShards = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= SHARDS_MAX

const groupOf = (given: unknown, where: string, shards: number | null): string[] => {
  const actors = list(given, where).map((actor, i) => text(actor, `${where}[${i}]`))
  if (actors.length < 2) throw problem('WRONG_TYPE', { where, needs: 'a list of two actors or more', value: given })
  // How many shards suit a machine is its own affair; one there is on each.
  const able = mayShare(shards ?? 1)
  for (const actor of actors) {
    if (keepsItsOwn(actor)) throw problem('MAY_NOT_SHARE', { where, actor, able })
    if (!able.includes(actor)) throw problem('NO_SUCH_ACTOR', { where, actor, able })
  }
  return actors
}

const entry = (given: unknown, where: string, folder: string): FleetEntry => {
  const one = record(given, where)
  known(one, where, ['id', 'type', 'file', 'symbol', 'capital', 'params', 'risk', 'thread'])
  const capital = one['capital'] ?? capitalByDefault
  if (typeof capital !== 'number' || !(capital >= 1) || capital > 1e12)
    throw problem('WRONG_TYPE', { where: `${where}.capital`, needs: 'rupees, from 1 to 1e12', value: capital })
  return {
    id: name(one['id'], `${where}.id`),
    ...codeOf(one, where, folder),
    symbol: text(one['symbol'], `${where}.symbol`),
    capital,
    params: record(one['params'] ?? {}, `${where}.params`),
    risk: record(one['risk'] ?? {}, `${where}.risk`),
    ...(one['thread'] !== undefined && { thread: name(one['thread'], `${where}.thread`) }),
  }
}

/** What it runs: a strategy that ships, or a file. */
const codeOf = (one: Record<string, unknown>, where: string, folder: string): Pick<FleetEntry, 'type' | 'file'> => {
  if (one['file'] === undefined) return { type: text(one['type'], `${where}.type`) }
  if (one['type'] !== undefined)
    throw problem('WRONG_TYPE', { where, needs: 'given a type or a file, not both', value: one })
  const file = text(one['file'], `${where}.file`)
  if (!file.endsWith('.ts')) throw problem('WRONG_TYPE', { where: `${where}.file`, needs: 'a file.ts', value: file })
  return { type: file, file: resolve(folder, file) }
}

const json = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw problem('NOT_READABLE', { file, because: (error as Error).message }, { cause: error })
  }
}

const record = (value: unknown, where: string): Record<string, unknown> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw problem('WRONG_TYPE', { where, needs: 'an object', value })
}

const list = (value: unknown, where: string): unknown[] => {
  if (Array.isArray(value)) return value
  throw problem('WRONG_TYPE', { where, needs: 'a list', value })
}

const known = (value: Record<string, unknown>, where: string, keys: readonly string[]): void => {
  const stranger = Object.keys(value).find((key) => !keys.includes(key))
  if (stranger !== undefined) throw problem('UNKNOWN_KEY', { where, key: stranger, known: keys })
}

const text = (value: unknown, where: string): string => {
  if (typeof value === 'string' && value.length > 0) return value
  throw problem('WRONG_TYPE', { where, needs: 'a word', value })
}

const name = (value: unknown, where: string): string => {
  const word = text(value, where)
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(word)) return word
  throw problem('WRONG_TYPE', { where, needs: 'lower-case letters, digits and dashes, at most 63', value })
}
