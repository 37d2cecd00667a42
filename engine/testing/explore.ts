/**
 * Explores every interleaving of small programs on shared memory, with the reorderings that processors and compilers
 * may do, and finds what goes wrong in any of them.
 *
 * A program is cut into windows: straight runs of operations whose values decide nothing before the run is over. Inside
 * a window an operation may be done before an earlier one as {@link mayPass} says; windows follow each other in order.
 */

/** One operation. Plain accesses are those of typed arrays; the others are those of `Atomics`. */
export type Op =
  | { readonly do: 'load'; readonly at: string; readonly plain?: true }
  | { readonly do: 'store'; readonly at: string; readonly value: number; readonly plain?: true }
  | { readonly do: 'exchange' | 'add'; readonly at: string; readonly value: number }
  /** Falls asleep on a word if it has that value. */
  | { readonly do: 'wait'; readonly at: string; readonly value: number }
  /** Wakes whoever sleeps on a word. */
  | { readonly do: 'notify'; readonly at: string }

/** What a program does next: a window, and the state it is in once that is done; or nothing more. */
export type Window<L> = { readonly ops: readonly Op[]; readonly then: L }

/**
 * A program: from its state, and what the loads and exchanges of the window before gave (in the order of the window),
 * to each of the windows it may go on with. None: it is done. It throws when it sees what must not be.
 */
export type Program<L> = (state: L, got: readonly number[]) => readonly Window<L>[]

/** Something that was found. */
export type Finding = 'sound' | `stuck: ${string}` | `wrong: ${string}`

type Thread = {
  readonly state: unknown
  readonly ops: readonly Op[]
  readonly done: readonly boolean[]
  readonly got: readonly number[]
  readonly over: boolean
}
type World = { readonly memory: Readonly<Record<string, number>>; readonly threads: readonly Thread[] }

/** Both numbers bound a test: past this many worlds the model is too large to be explored. */
const WORLDS_MAX = 2_000_000

/**
 * Goes through all worlds that can be reached.
 * @returns  the first thing found wrong or stuck, or that the programs are sound; and how many worlds there were
 */
export const explore = <L>(
  memory: Readonly<Record<string, number>>,
  programs: readonly { readonly program: Program<L>; readonly start: L }[],
): { readonly finding: Finding; readonly worlds: number } => {
  const begin = (state: L): Thread => ({ state, ops: [], done: [], got: [], over: false })
  const first: World = { memory, threads: programs.map(({ start }) => begin(start)) }
  const seen = new Set([JSON.stringify(first)])
  const open = [first]
  for (let world; (world = open.pop()); ) {
    let next: World[]
    try {
      next = world.threads.flatMap((_, t) => moves(world!, t, programs[t]!.program as Program<unknown>))
    } catch (error) {
      return { finding: `wrong: ${(error as Error).message}`, worlds: seen.size }
    }
    if (next.length === 0 && !world.threads.every(({ over }) => over))
      return { finding: `stuck: ${JSON.stringify(world.memory)}`, worlds: seen.size }
    for (const one of next) {
      const key = JSON.stringify(one)
      if (seen.has(key)) continue
      seen.add(key)
      open.push(one)
    }
    if (seen.size > WORLDS_MAX) throw new RangeError(`More than ${WORLDS_MAX} worlds.`)
  }
  return { finding: 'sound', worlds: seen.size }
}

/** Every world that one step of thread `t` can lead to. */
const moves = (world: World, t: number, program: Program<unknown>): World[] => {
  const thread = world.threads[t]!
  if (thread.over) return []
  const put = (one: Thread, memory = world.memory): World =>
    ({ memory, threads: world.threads.map((other, k) => (k === t ? one : other)) })
  if (thread.done.every(Boolean)) {
    const windows = program(thread.state, thread.got.filter((_, k) => gives(thread.ops[k]!)))
    if (windows.length === 0) return [put({ ...thread, ops: [], done: [], got: [], over: true })]
    return windows.map(({ ops, then }) =>
      put({ state: then, ops, done: ops.map(() => false), got: ops.map(() => 0), over: false }))
  }
  return thread.ops.flatMap((op, k) => {
    if (thread.done[k] || !thread.ops.every((earlier, e) => e >= k || thread.done[e] || mayPass(op, earlier))) return []
    const asleep = `asleep ${t} ${op.at}`
    if (op.do === 'wait' && world.memory[asleep] === 1) return [] // only a notify goes on from here
    const memory = { ...world.memory }
    const before = memory[op.at]!
    if (op.do === 'wait' && memory[asleep] === undefined && before === op.value)
      return [put(thread, { ...memory, [asleep]: 1 })]
    delete memory[asleep]
    if (op.do === 'store' || op.do === 'exchange') memory[op.at] = op.value
    if (op.do === 'add') memory[op.at] = (before + op.value) | 0
    if (op.do === 'notify')
      for (const name of Object.keys(memory))
        if (name.startsWith('asleep') && name.endsWith(` ${op.at}`)) memory[name] = 0
    const mark = <T>(list: readonly T[], value: T) => list.map((one, n) => (n === k ? value : one))
    return [put({ ...thread, done: mark(thread.done, true), got: mark(thread.got, before) }, memory)]
  })
}

const gives = (op: Op): boolean => op.do === 'load' || op.do === 'exchange' || op.do === 'add'

const isPlain = (op: Op): boolean => (op.do === 'load' || op.do === 'store') && op.plain === true

/**
 * Whether an operation may be done before one that stands before it, seen from other threads. As weak as ARM and an
 * optimising compiler together: an atomic load holds back only what comes after it, an atomic store only what
 * comes before it, and nothing passes a read-modify-write. Atomics keep their order among each other.
 */
export const mayPass = (later: Op, earlier: Op): boolean => {
  if (later.at === earlier.at) return false
  if (isPlain(later)) return isPlain(earlier) || earlier.do === 'store'
  return isPlain(earlier) && later.do === 'load'
}
