import type { LatencyView } from '#api/contract.ts'

/** How many latencies lie between half this many microseconds and this many. */
export type Octave = { readonly upTo: number; readonly count: number }

/** Latencies by size, each bar up to twice the one before; none left out in between, so that the shape is true. */
export const octaves = (buckets: LatencyView['buckets']): Octave[] => {
  if (buckets.length === 0) return []
  // An edge that is a power of two may come as a hair more or less than that.
  const octaveOf = (upTo: number) => Math.max(0, Math.ceil(Math.log2(upTo) - 1e-9))
  const first = octaveOf(buckets[0]!.upTo)
  const last = octaveOf(buckets.at(-1)!.upTo)
  const bars = Array.from({ length: last - first + 1 }, (_, i) => ({
    upTo: 2 ** (first + i),
    count: 0,
  }))
  for (const { upTo, count } of buckets) bars[octaveOf(upTo) - first]!.count += count
  return bars
}
