/** What all contestants carry: record `n` has six f64 and four i32 that count up from `n`. */
export const fill = (fields: Float64Array, ints: Int32Array, f: number, i: number, n: number): void => {
  fields[f] = n
  fields[f + 1] = n + 1
  fields[f + 2] = n + 2
  fields[f + 3] = n + 3
  fields[f + 4] = n + 4
  fields[f + 5] = n + 5
  ints[i] = n
  ints[i + 1] = n + 1
  ints[i + 2] = n + 2
  ints[i + 3] = n + 3
}

/** What all readers do with a record: they add up everything in it. */
export const createTally = () => {
  const tally = {
    sum: 0.5, // a fraction from the start: its place then holds f64, and adding allocates nothing
    add(fields: Float64Array, ints: Int32Array, f: number, i: number): void {
      tally.sum +=
        fields[f]! + fields[f + 1]! + fields[f + 2]! + fields[f + 3]! + fields[f + 4]! + fields[f + 5]! +
        ints[i]! + ints[i + 1]! + ints[i + 2]! + ints[i + 3]!
    },
  }
  return tally
}

/** Records published at once. */
export const BATCH = 32
/** Records that a ring holds. */
export const CAPACITY = 8192
/** Records taken at most before they are given back. */
export const TAKE_MAX = 256
