import { latencyCounts, latencyEdges, type System } from '#engine/mod.ts'

/** A stretch of a soak, with or without faults, and what those who were not hit measured in it. */
export type Window = {
  readonly faults: number
  readonly seconds: number
  readonly readings: number
  /** From publication to handled, microseconds; `null` without readings. */
  readonly p50: number | null
  readonly p99: number | null
}

/** Ends a window: readings of the strategies in `hit` are left out. */
export type CloseWindow = (hit: ReadonlySet<string>, faults: number, ms: number) => Window

/** Opens a window over the latencies of a system's strategies. */
export const openWindow = (system: System): CloseWindow => {
  const before = countsOf(system)
  return (hit, faults, ms) => {
    const grown = new Float64Array(latencyEdges.length)
    for (const [id, counts] of countsOf(system)) {
      const earlier = before.get(id)
      if (hit.has(id) || !earlier) continue
      for (let i = 0; i < grown.length; i++) grown[i]! += Math.max(0, counts[i]! - earlier[i]!)
    }
    const readings = grown.reduce((sum, count) => sum + count, 0)
    return { faults, seconds: ms / 1000, readings, p50: quantileIn(grown, 0.5), p99: quantileIn(grown, 0.99) }
  }
}

/**
 * The latency that a share of all did not exceed, in microseconds; `null` without any. Within its bucket as if the
 * readings lay evenly: an edge alone is too coarse to see a change of a tenth.
 */
export const quantileIn = (counts: Float64Array, share: number): number | null => {
  let left = share * counts.reduce((sum, count) => sum + count, 0)
  if (left === 0) return null
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!
    if (left <= count) {
      const from = i === 0 ? 0 : latencyEdges[i - 1]!
      return Math.round((from + ((latencyEdges[i]! - from) * left) / count) * 10) / 10
    }
    left -= count
  }
  return latencyEdges.at(-1)!
}

const countsOf = (system: System) =>
  new Map(system.actors()
    .filter(({ id, slot }) => id.startsWith('strategy/') && slot !== null)
    .map(({ id, slot }) => [id, latencyCounts(system.board.metrics, slot!)] as const))
