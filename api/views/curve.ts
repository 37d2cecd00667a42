import type { Paise } from '#actors/domain/money.ts'

/** Points kept: the longest session there is (a day of 24 hours in minutes). */
export const curvePointsMax = 1_440

/** P&L at each closed minute of a session, with its deepest fall from a peak. */
export type Curve = {
  /** Paise, oldest first. */
  readonly points: readonly Paise[]
  /** Largest fall from the highest point before it (0 at the open), as a positive amount. */
  readonly drawdown: Paise
  push(pnl: Paise): void
  clear(): void
}

/** A curve before its first minute. */
export const emptyCurve = (): Curve => {
  const points: Paise[] = []
  let peak = 0
  let drawdown = 0
  return {
    points,
    get drawdown() {
      return drawdown
    },
    push(pnl) {
      points.push(pnl)
      if (points.length > curvePointsMax) points.shift()
      peak = Math.max(peak, pnl)
      drawdown = Math.max(drawdown, peak - pnl)
    },
    clear() {
      points.length = 0
    },
  }
}
