import type { Random } from '../random.ts'

/**
 * What may go wrong, each as the chance that it does at one step. A run draws for each kind whether it meets it at all,
 * and how often up to this rate: runs that meet one kind alone find what many at once would hide.
 */
export type Faults = {
  /** An actor dies: before its turn, or within it, at anything it does to the world. */
  readonly crash: number
  /** An actor gets no turn for a while, which may be long enough to count as hung. */
  readonly hang: number
  /** The process dies, by a kill or a power cut: between turns or at any call to the disk. */
  readonly blackout: number
  /** The disk takes nothing for a while. */
  readonly diskFull: number
  /** Somebody sets the wall clock, by up to an hour. */
  readonly clockJump: number
  /** An actor becomes faster or slower than the others. */
  readonly pace: number
}

/** No fault at all: only the order of turns is drawn. */
export const calm: Faults = { crash: 0, hang: 0, blackout: 0, diskFull: 0, clockJump: 0, pace: 0.01 }

/** Every kind, often enough for a run of some thousand steps to meet several of each. */
export const stormy: Faults =
  { crash: 1 / 200, hang: 1 / 500, blackout: 1 / 1000, diskFull: 1 / 2000, clockJump: 1 / 1000, pace: 0.01 }

/** The kinds, in the order in which they are drawn. */
export const kindsOfFault = ['pace', 'hang', 'clockJump', 'diskFull', 'blackout', 'crash'] as const

/** The weather of one run: each kind at its full rate, less often, or not at all. */
export const drawFaults = (most: Faults, random: Random): Faults => {
  const draw = (kind: keyof Faults): number => (random.whole(3) === 0 ? 0 : most[kind] * 2 ** -random.whole(4))
  return Object.fromEntries(kindsOfFault.map((kind) => [kind, draw(kind)])) as Faults
}

/** What a simulation throws inside an actor that shall die: no defect of the actor's. */
export class InjectedCrash extends Error {
  constructor() {
    super('The simulation had it die here.')
  }
}
