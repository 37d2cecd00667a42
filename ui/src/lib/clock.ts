/** The browser's time, in the one file of the dashboard that may ask for it. */

/** Milliseconds since the page was opened; never steps back. */
export const elapsed = (): number => performance.now()

/** Runs `work` each `ms` until the returned function is called. */
export const every = (ms: number, work: () => void): (() => void) => {
  const timer = setInterval(work, ms)
  return () => clearInterval(timer)
}

/** Runs `work` once after `ms` unless the returned function is called first. */
export const after = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}
