/** An actor for tests that dies in the way it was told to, once its counter reaches a number. */
import { workerData, type MessagePort } from 'node:worker_threads'
import type { Actor, Logger, Ref } from '../../actor.ts'
import type { ThreadData } from '../thread.ts'

type Way = keyof typeof ways
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

/** What it dies with. */
type Throes = { readonly hoard: unknown[]; readonly log: Logger }

const nothing = (): void => undefined

const ways = {
  none: nothing,
  changed: nothing,
  'throw in start': nothing,
  'stop in start': nothing,
  'never stops': nothing,
  throw: () => {
    throw new Error('a defect')
  },
  'ask for a stop': () => {
    throw beyondRepair()
  },
  reject: () => void Promise.reject(new Error('a forgotten promise')),
  exit: () => process.exit(3),
  overflow: () => void deeper(0),
  loop: () => {
    for (;;);
  },
  microtasks: () => {
    const again = (): void => void Promise.resolve().then(again)
    again()
  },
  regex: () => void /^(a+)+$/.test(`${'a'.repeat(60)}b`),
  wait: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  leak: ({ hoard }) => {
    for (;;) hoard.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
  },
  'hoard buffers': ({ hoard }) => {
    for (;;) hoard.push(new Uint8Array(1 << 20).fill(1))
  },
  'flood the log': ({ log }) => {
    for (let n = 0; n < 100_000; n++) log.info({ n }, 'a line')
  },
  'flood the supervisor': () => {
    for (;;) control().postMessage({ type: 'turned' })
  },
  'flood a service': () => {
    const call = { id: '', type: 'APPLY', path: ['ring'], argumentList: [] }
    for (;;) service().postMessage(call)
  },
  disconnect: () => control().close(),
  'close a path': () => (workerData as ThreadData).actors[0]!.sends[0]!.end.port.close(),
  // As native code does that reads where it should not: the signal ends the process, not the thread.
  crash: () => void process.kill(process.pid, 'SIGSEGV'),
} satisfies Record<string, (last: Throes) => void>

const dies = (way: Way, last: Throes): void => (ways[way] as (last: Throes) => void)(last)
const deeper = (n: number): number => deeper(n + 1) + 1
const control = (): MessagePort => (workerData as ThreadData).control
const service = (): MessagePort => (workerData as ThreadData).actors[0]!.services['bell']!
const beyondRepair = (): Error =>
  Object.assign(new Error('It is beyond repair.'), { code: 'PATIENT_BEYOND_REPAIR', todo: 'Bury it.', next: 'stop' })

/** Sends or counts a hundred turns, hears what it is sent, and dies as it was told to. */
export default {
  module: import.meta.url,
  start: (given) => {
    if (given.way === 'throw in start') throw new Error('cannot begin')
    if (given.way === 'stop in start') throw beyondRepair()
    return { given, turns: 0, heard: [], hoard: [], tally: given.tally ? new Int32Array(given.tally) : null }
  },
  pump: (state, ctx) => {
    ctx.deliver(ctx.horizon())
    state.turns++
    if (state.tally) Atomics.add(state.tally, 0, 1)
    if (state.given.to && state.turns <= 100) ctx.send(state.given.to, { type: 'said', what: state.turns }, state.turns)
    if (state.turns === state.given.after) dies(state.given.way, { hoard: state.hoard, log: ctx.log })
    if (state.given.wake) ctx.wake()
    return state.given.wake === true || state.turns <= 100
  },
  stop: ({ given: { way } }) => (way === 'never stops' ? new Promise(() => undefined) : undefined),
  on: { said: (state, { what }) => void state.heard.push(what) },
  inspect: ({ given: { way }, turns, heard }) => ({ way, turns, heard }),
} satisfies Actor<Given, State, Said, Said>
