/** The last so many numbers, oldest first by `at`. Holds its memory from the start and never moves it. */
export type Window = {
  /** Takes a number in, and the oldest out when full. */
  push(value: number): void
  full(): boolean
  /** The number so many pushes ago: 0 is the last, `length - 1` the oldest of a full window. */
  ago(pushes: number): number
  sum(): number
  max(): number
  min(): number
}

/** A window over the last `length` numbers. */
export const lastOf = (length: number): Window => {
  const values = new Float64Array(length)
  let next = 0
  let count = 0
  const extreme = (pick: (a: number, b: number) => number) => {
    let best = values[0]!
    for (let i = 1; i < count; i++) best = pick(best, values[i]!)
    return best
  }
  return {
    push(value) {
      values[next] = value
      next = next + 1 === length ? 0 : next + 1
      if (count < length) count++
    },
    full: () => count === length,
    ago: (pushes) => values[(next - 1 - pushes + 2 * length) % length]!,
    // Summed afresh, in order of time: a running sum drifts by float error over a year of one-minute bars, and a sum
    // in order of place would differ in its last bits between two streams that began at different bars.
    sum() {
      let total = 0
      for (let i = count - 1; i >= 0; i--) total += values[(next - 1 - i + 2 * length) % length]!
      return total
    },
    max: () => extreme(Math.max),
    min: () => extreme(Math.min),
  }
}
