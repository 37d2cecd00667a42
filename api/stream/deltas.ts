/**
 * Which items changed in one channel, by sequence number. Ids alone are kept: whoever was away, or too slow, gets
 * each item once, as it is now, however often it changed.
 */
export type Deltas = {
  /** Number of the newest delta. */
  sequence(): number
  push(ids: readonly string[]): void
  /** Ids changed after `sequence`, each once; `null` when that is too long ago, or not a number of this stream. */
  since(sequence: number): string[] | null
}

/**
 * @param first  the number before the first delta. Wall-clock milliseconds at start serve well: there are fewer
 *               deltas than milliseconds, so no number is ever used again by a later process
 * @param max    deltas remembered
 */
export const deltasFrom = (first: number, max: number): Deltas => {
  const kept: (readonly string[])[] = [] // the delta numbered n stands at n % max
  let newest = first
  return {
    sequence: () => newest,
    push(ids) {
      newest += 1
      kept[newest % max] = ids
    },
    since(sequence) {
      if (sequence < first || sequence > newest || newest - sequence > max) return null
      const ids = new Set<string>()
      for (let one = sequence + 1; one <= newest; one += 1)
        for (const id of kept[one % max]!) ids.add(id)
      return [...ids]
    },
  }
}
