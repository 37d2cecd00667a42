import type { Actor } from '#engine/mod.ts'

/** An actor that starts, and fails a moment later. */
const failing: Actor<null, { turns: number }, never, never> = {
  module: import.meta.url,
  start: () => ({ turns: 0 }),
  pump: (state) => {
    if (++state.turns > 2) throw new Error('a defect')
    return true
  },
}
/** The same, as a thread loads it. */
export default failing
