import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { problem } from './errors.ts'
import { capitalByDefault, defaultFleet, type FleetEntry } from './fleet.ts'

/** What a configuration file may say. */
export type Config = {
  readonly strategies: readonly FleetEntry[]
  readonly account: Readonly<Record<string, unknown>>
  /** Whether the file named the strategies: then each must fit the recording. */
  readonly chosen: boolean
}

/** The data directory: as asked, or RINGMASTER_DATA, or the default. */
export const dataDirectory = (asked: string | undefined, byDefault: string): string =>
  asked ?? process.env['RINGMASTER_DATA'] ?? byDefault

/**
 * Reads a configuration, or gives the default fleet.
 * @throws CONFIG_NOT_READABLE, CONFIG_UNKNOWN_KEY, CONFIG_WRONG_TYPE, CONFIG_ID_TAKEN
 */
export const readConfig = (file?: string): Config => {
  if (file === undefined) return { strategies: defaultFleet, account: {}, chosen: false }
  if (!existsSync(file)) throw problem('NOT_READABLE', { file, because: 'there is no such file.' })
  return parseConfig(json(file), file, dirname(file))
}

/**
 * Checks what a configuration says: every key known, every value of its kind. Parameters are checked with their
 * strategy.
 * @param where   how messages call it: its file
 * @param folder  what paths of strategy files start from
 * @throws CONFIG_UNKNOWN_KEY, CONFIG_WRONG_TYPE, CONFIG_ID_TAKEN
 */
export const parseConfig = (given: unknown, where: string, folder = '.'): Config => {
  const config = record(given, where)
  known(config, where, ['strategies', 'account'])
  const account = record(config['account'] ?? {}, `${where}: account`)
  if (config['strategies'] === undefined) return { strategies: defaultFleet, account, chosen: false }
  if (!Array.isArray(config['strategies']))
    throw problem('WRONG_TYPE', { where: `${where}: strategies`, needs: 'a list', value: config['strategies'] })
  const strategies = config['strategies'].map((one, i) => entry(one, `${where}: strategies[${i}]`, folder))
  const ids = strategies.map((one) => one.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw problem('ID_TAKEN', { strategy: twice })
  return { strategies, account, chosen: true }
}

const entry = (given: unknown, where: string, folder: string): FleetEntry => {
  const one = record(given, where)
  known(one, where, ['id', 'type', 'file', 'symbol', 'capital', 'params', 'risk'])
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
