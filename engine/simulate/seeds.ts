import { freshSeed } from '../random.ts'
import type { Simulated } from './simulate.ts'

/** Seeds to try: those that once found something, and so many that nobody has tried. */
export const seeds = ({ count, always = [] }: { readonly count: number; readonly always?: readonly number[] }): number[] => [
  ...always,
  ...Array.from({ length: count }, () => freshSeed()),
]

/** What a person needs of a simulation that found something: what it is, how it came to it, how to see it again. */
export const failureOf = ({ seed, broken, trace, steps }: Simulated): string =>
  [...trace, '', `after ${steps} steps: ${broken}`, `again with: npm run simulate -- ${seed}`].join('\n')
