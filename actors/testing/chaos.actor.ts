/** A strategy for tests that goes wrong, in the way its id names, once it has taken some minutes of its session. */
import strategy from '../strategy/strategy.actor.ts'

/** Minutes it takes before it goes wrong. */
export const goodFor = 5

const hoard: unknown[] = []

/** What may go wrong; `chaos-exit` goes wrong by `exit`. An id that names no way is a strategy like any other. */
export const ways: Readonly<Record<string, (log: { warn(values: object, says: string): void }) => void>> = {
  throw: () => {
    throw new Error('a defect')
  },
  reject: () => void Promise.reject(new Error('a forgotten promise')),
  exit: () => process.exit(3),
  loop: () => {
    for (;;);
  },
  leak: () => {
    for (;;) hoard.push(Array.from({ length: 100_000 }, () => 0.5))
  },
  // Memory that is not on the heap, and slowly: it never keeps its thread from giving signs of life.
  buffers: () => {
    for (let n = 0; n < 4; n++) hoard.push(new Uint8Array(2 ** 20).fill(1))
  },
  flood: (log) => {
    for (let n = 0; n < 1000; n++) log.warn({ n }, 'again')
  },
}

/** The real strategy actor, until it goes wrong: the minute is taken then, but what it makes of it does not leave. */
export default {
  ...strategy,
  module: import.meta.url,
  pump(state, ctx) {
    const way = ways[state.given.info.id.replace(/^chaos-/, '')]
    const advance: typeof ctx.advance = (to) => {
      if (state.work.at >= state.given.marks[goodFor]!) way!(ctx.log)
      ctx.advance(to)
    }
    return strategy.pump!(state, way ? { ...ctx, advance } : ctx)
  },
} satisfies typeof strategy
