/** An actor for tests that dies in the way it was told to, once its counter reaches a number. */
import type { Actor, Ref } from '../../actor.ts'

type Way = 'none' | 'changed' | 'throw' | 'reject' | 'exit' | 'loop' | 'leak' | 'throw in start'
type Given = {
  readonly way: Way
  readonly after: number
  readonly to?: Ref
  readonly tally?: SharedArrayBuffer
  /** Wakes its neighbours in every turn, and never rests. */
  readonly wake?: boolean
}
type State = {
  readonly given: Given
  turns: number
  heard: unknown[]
  readonly hoard: unknown[]
  readonly tally: Int32Array | null
}
type Said = { readonly type: 'said'; readonly what: number }

const ways: Record<Way, (state: State) => void> = {
  none: () => undefined,
  changed: () => undefined,
  throw: () => {
    throw new Error('a defect')
  },
  reject: () => void Promise.reject(new Error('a forgotten promise')),
  exit: () => process.exit(3),
  loop: () => {
    for (;;);
  },
  leak: (state) => {
    for (;;) state.hoard.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
  },
  'throw in start': () => undefined,
}

/** Sends or counts a hundred turns, hears what it is sent, and dies as it was told to. */
export default {
  module: import.meta.url,
  start: (given) => {
    if (given.way === 'throw in start') throw new Error('cannot begin')
    return { given, turns: 0, heard: [], hoard: [], tally: given.tally ? new Int32Array(given.tally) : null }
  },
  pump: (state, ctx) => {
    ctx.deliver(ctx.horizon())
    state.turns++
    if (state.tally) Atomics.add(state.tally, 0, 1)
    if (state.given.to && state.turns <= 100) ctx.send(state.given.to, { type: 'said', what: state.turns }, state.turns)
    if (state.turns === state.given.after) ways[state.given.way](state)
    if (state.given.wake) ctx.wake()
    return state.given.wake === true || state.turns <= 100
  },
  on: { said: (state, { what }) => void state.heard.push(what) },
  inspect: ({ given: { way }, turns, heard }) => ({ way, turns, heard }),
} satisfies Actor<Given, State, Said, Said>
