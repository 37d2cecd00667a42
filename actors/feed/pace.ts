import type { Millis } from '#engine/mod.ts'

/** How fast a recording is fed: `speed` times as fast as it happened, `null` as fast as it is taken. */
export type Pace = {
  readonly speed: number | null
  /** Minute of each day in India up to which it goes as fast as it is taken. */
  readonly from: number | null
}

/** Tells how far a replay may have got by now. */
export type Pacer = {
  /** Milliseconds of wall time until what happened at `at` is due; 0 when it is. */
  wait(at: Millis, elapsed: number): number
  /** Time begins to count at `at`: at the start, after a pause of the market, and where the fast part ends. */
  anchor(at: Millis, elapsed: number): void
}

/** A pacer; without an anchor everything is due. */
export const pacer = (speed: number | null): Pacer => {
  let anchorAt: Millis | null = null
  let anchorElapsed = 0
  return {
    wait(at, elapsed) {
      if (speed === null || anchorAt === null) return 0
      return Math.max(0, (at - anchorAt) / speed - (elapsed - anchorElapsed))
    },
    anchor(at, elapsed) {
      anchorAt = at
      anchorElapsed = elapsed
    },
  }
}
