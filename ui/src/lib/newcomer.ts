/** A name that is free and says what it was made of: `ema-cross`, then `ema-cross-2`. */
export const freeId = (base: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(base)) return base
  const stem = base.replace(/-\d+$/, '')
  for (let n = 2; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`
}

/** What is wrong with the name of a strategy to be, in a sentence; empty when nothing is. */
export const objectionToId = (id: string, taken: ReadonlySet<string>): string =>
  taken.has(id)
    ? 'There is, or was, one of this name.'
    : /^[a-z0-9][a-z0-9-]{0,62}$/.test(id)
      ? ''
      : 'Lower-case letters, digits and dashes, at most 63.'

/** What is wrong with an amount of capital as it was typed. */
export const objectionToCapital = (typed: string): string => {
  const rupees = Number(typed.trim() || Number.NaN)
  if (!Number.isFinite(rupees)) return 'Enter an amount in rupees.'
  return rupees >= 1 && rupees <= 1e12 ? '' : 'Must be 1 to 1,000,000,000,000.'
}
