/** Numbers that look random, the same every time for the same seed. */
export type Random = {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  whole(below: number): number
}

/**
 * A seeded generator.
 * @source  mulberry32, Tommy Ettinger, public domain: 32 bits of state, passes gjrand's smaller suites
 */
export const seeded = (seed: number): Random => {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return { next, whole: (below) => Math.floor(next() * below) }
}

/** A seed that differs from run to run, for jitter and identifiers that need not be repeated. */
export const freshSeed = (): number => Math.floor(Math.random() * 2 ** 32)
