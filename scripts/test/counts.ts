/** How many tests did what. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

/** Nothing yet. */
export const none: Counts = { passed: 0, failed: 0, skipped: 0 }

/** Both together. */
export const plus = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})

/** The line every run of tests ends with. */
export const summary = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** Reads such a line; `undefined` for any other. */
export const parseSummary = (line: string): Counts | undefined => {
  const found = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line.trim())
  return found
    ? { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) }
    : undefined
}

/**
 * What a program that ran tests has to show for itself. One that prints a summary is believed, except that
 * it cannot end badly with no failure, nor well without a test; any other counts as one test.
 */
export const judge = (status: number, said: Counts | undefined): Counts => {
  if (!said) return status === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 }
  const empty = said.passed + said.failed + said.skipped === 0
  return said.failed === 0 && (status !== 0 || empty) ? { ...said, failed: 1 } : said
}
