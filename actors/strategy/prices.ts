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

/** No price of so many instruments is known yet. */
export const noPrices = (instruments: number): Prices => {
  const known = new Float64Array(instruments).fill(Number.NaN)
  const noted = known.slice()
  return {
    note: (instrument, close) => void (noted[instrument] = close),
    settle: () => known.set(noted),
    of(instrument) {
      const price = known[instrument]
      return price === undefined || Number.isNaN(price) ? null : (price as Paise)
    },
  }
}
