import type { Millis } from '#engine/mod.ts'

/** How fast a recording is fed: `speed` times as fast as it happened, `null` as fast as it is taken. */
export type Pace = {
  readonly speed: number | null
  /** So many ticks a second instead, whatever their stamps. */
  readonly rate?: number | null
  /** Minute of each day in India up to which it goes as fast as it is taken. */
  readonly from: number | null
}

/** Tells how far a replay may have got by now. */
export type Pacer = {
  /**
   * Milliseconds of wall time until what happened at `at`, after so many ticks, is due; 0 when it is. Moments are
   * rounded up to whole milliseconds since the anchor, so that what falls into one becomes one batch: what one frame
   * of a socket would bring.
   */
  wait(at: Millis, ticks: number, elapsed: number): number
  /** Time begins to count here: at the start, after a pause of the market, and where the fast part ends. */
  anchor(at: Millis, ticks: number, elapsed: number): void
}

/** A pacer; without an anchor everything is due. */
export const pacer = ({ speed, rate = null }: Pick<Pace, 'speed' | 'rate'>): Pacer => {
  let anchored = false
  let anchorAt: Millis = 0
  let anchorTicks = 0
  let anchorElapsed = 0
  const dueMs = (at: Millis, ticks: number): number => {
    if (rate !== null) return ((ticks - anchorTicks) * 1000) / rate
    return speed === null ? 0 : (at - anchorAt) / speed
  }
  return {
    wait: (at, ticks, elapsed) =>
      anchored ? Math.max(0, Math.ceil(dueMs(at, ticks)) - (elapsed - anchorElapsed)) : 0,
    anchor(at, ticks, elapsed) {
      anchored = true
      anchorAt = at
      anchorTicks = ticks
      anchorElapsed = elapsed
    },
  }
}
