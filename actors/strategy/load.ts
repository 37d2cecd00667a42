import type { AnyDefinition } from './define.ts'
import { problem } from './errors.ts'
import { faultsOf } from './shape.ts'

/** Where the source of a strategy that ships lies: its file is called what it is called. */
export const sourceOf = (type: string): string => new URL(`../strategies/${type}.ts`, import.meta.url).href

/**
 * Loads one strategy and nothing else: a thread has the code it runs and no other.
 * @param url  of a file whose default export is the strategy: its source, or what was built of it
 * @throws STRATEGY_SHAPE when that is no strategy, and what the file itself throws
 */
export const loadDefinition = async (strategy: string, url: string): Promise<AnyDefinition> => {
  const { default: definition } = (await import(url)) as { default?: unknown }
  const faults = faultsOf(definition)
  if (faults.length > 0) throw problem('SHAPE', { strategy, faults })
  return definition as AnyDefinition // the line above is its proof
}
