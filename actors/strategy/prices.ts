import type { Paise } from '../domain/money.ts'

/**
 * Last prices by instrument, as of the last minute that was taken: closes are noted as they are read, which may be
 * ahead of time, and hold from `settle` on.
 */
export type Prices = {
  note(instrument: number, close: Paise): void
  /** The minute whose closes were noted is taken. */
  settle(): void
  of(instrument: number): Paise | null
}

/** No price is known yet. */
export const noPrices = (): Prices => {
  const known = new Map<number, Paise>()
  const noted = new Map<number, Paise>()
  return {
    note: (instrument, close) => void noted.set(instrument, close),
    settle() {
      for (const [instrument, close] of noted) known.set(instrument, close)
      noted.clear()
    },
    of: (instrument) => known.get(instrument) ?? null,
  }
}
