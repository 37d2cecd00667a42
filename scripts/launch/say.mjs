const STILL_MS = 15_000

/** A line for whoever waits. On stderr, so that the output of the command itself stays clean. @param {string} text */
export const say = (text) => void process.stderr.write(`ringmaster: ${text}\n`)

/**
 * Ends the process with what went wrong and what to do about it.
 * @param {string} says
 * @param {string} todo
 * @returns {never}
 */
export const fail = (says, todo) => {
  process.stderr.write(`ringmaster: ${says}\n  What to do: ${todo}\n`)
  process.exit(1)
}

/**
 * Says what is being done, every 15 s that it still is, and at the end how long it took.
 * @template T
 * @param {string} what   such as `installing packages`
 * @param {string} usual  how much and how long it usually is, such as `600 of them, about a minute`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const step = async (what, usual, work) => {
  const from = Date.now()
  const seconds = () => ((Date.now() - from) / 1000).toFixed(1)
  say(`${what} (${usual}) ...`)
  const still = setInterval(() => say(`still ${what}, ${seconds()} s so far`), STILL_MS)
  try {
    const result = await work()
    say(`done ${what} in ${seconds()} s`)
    return result
  } finally {
    clearInterval(still)
  }
}
