/** The word of a list that a mistyped one was probably meant to be, if any is near enough to say so. */
export const nearest = (typed: string, words: readonly string[]): string | undefined => {
  const ranked = words
    .map((word) => ({ word, away: distance(typed, word) }))
    .toSorted((a, b) => a.away - b.away)
  const best = ranked[0]
  // A third of the letters: `stat` is start, `stop` is not.
  return best && best.away <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : undefined
}

/**
 * Letters to add, drop, change or swap with a neighbour to make one word the other.
 * @source  optimal string alignment: Boytsov, Indexing methods for approximate dictionary searching (2011), 2.2
 */
export const distance = (a: string, b: string): number => {
  const rows = [...Array(a.length + 1)].map((_, i) => [i, ...Array<number>(b.length).fill(0)])
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? at(i - 2, j - 2) + 1 : Infinity
      rows[i]![j] = Math.min(change, swap, at(i - 1, j) + 1, at(i, j - 1) + 1)
    }
  return at(a.length, b.length)
}
