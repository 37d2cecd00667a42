export { calm, stormy, type Faults } from './faults.ts'
export { failureOf, seeds } from './seeds.ts'
export { simulate, type Simulated } from './simulate.ts'
export type { Invariant, Place, Program, SimulateOptions, World } from './world.ts'
