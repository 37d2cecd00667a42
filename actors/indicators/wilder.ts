/** Wilder's smoothing of plain numbers: `undefined` until `length` have come. */
export type Smoothing = (value: number) => number | undefined

/**
 * Wilder's moving average: the mean of the first `length` values, then 1 / length of the way to each new one.
 * @source  Wilder, New Concepts in Technical Trading Systems (1978); seeded as in TA-Lib
 */
export const wilder = (length: number): Smoothing => {
  let seen = 0
  let average = 0
  return (value) => {
    seen++
    if (seen > length) return (average += (value - average) / length)
    average += value
    if (seen < length) return undefined
    return (average /= length)
  }
}
