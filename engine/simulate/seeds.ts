import { freshSeed } from '../random.ts'
import type { Simulated } from './simulate.ts'

/** Seeds to try: those that once found something, and so many that nobody has tried. */
export const seeds = (
  { count, always = [] }: { readonly count: number; readonly always?: readonly number[] },
): number[] => [...always, ...Array.from({ length: count }, () => freshSeed())]

/**
 * What a person needs of a simulation that found something: how it came to it, what it is, how to see it again.
 * @param again  a command that takes the seed
 */
export const failureOf = ({ broken, trace, steps }: Simulated, again: string): string =>
  [...trace, '', `after ${steps} steps: ${broken}`, `again with: ${again}`].join('\n')
