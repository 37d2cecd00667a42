import type { ActorView, RunView, SystemView } from '#api/contract.ts'

/** What the engine said when it was last asked. */
export type Snapshot = { readonly run: RunView; readonly system: SystemView; readonly actors: readonly ActorView[] }

/** What the rows are sorted by, largest first. */
export type Sort = 'cpu' | 'latency' | 'lag' | 'heap' | 'restarts'

/** All that the view shows depends on. */
export type TopState = {
  readonly snapshot: Snapshot | null
  /** Why there is no newer snapshot. */
  readonly trouble: string | null
  readonly sort: Sort
  readonly filter: string
  /** The filter is being typed. */
  readonly typing: boolean
  readonly tree: boolean
  /** The first row in sight. */
  readonly top: number
}

/** A view that has not asked yet. */
export const begin: TopState =
  { snapshot: null, trouble: null, sort: 'cpu', filter: '', typing: false, tree: false, top: 0 }

/** By which key each order is chosen. */
export const sortKeys: Readonly<Record<string, Sort>> =
  { c: 'cpu', l: 'latency', r: 'lag', h: 'heap', t: 'restarts' }

/**
 * What a key does.
 * @param key   what the terminal sent for it
 * @param page  rows in sight, by which a page moves
 * @returns     the state after it, or `quit`
 */
export const press = (state: TopState, key: string, page: number): TopState | 'quit' => {
  if (key === '\x03') return 'quit'
  if (state.typing) return type(state, key)
  if (key === 'q' || key === 'Q') return 'quit'
  if (key === '/') return { ...state, typing: true }
  if (key === '\x1b') return { ...state, filter: '', top: 0 }
  if (key === 'v') return { ...state, tree: !state.tree, top: 0 }
  const sort = sortKeys[key]
  if (sort) return { ...state, sort, tree: false, top: 0 }
  const moved = moves(page)[key]
  return moved === undefined ? state : scrolled({ ...state, top: state.top + moved }, page)
}

// Arrows, page up and down, home and end, as terminals send them.
const moves = (page: number): Readonly<Record<string, number>> => ({
  '\x1b[A': -1, '\x1bOA': -1, '\x1b[B': 1, '\x1bOB': 1,
  '\x1b[5~': -page, '\x1b[6~': page, ' ': page,
  '\x1b[H': -Infinity, '\x1b[1~': -Infinity, '\x1b[F': Infinity, '\x1b[4~': Infinity,
})

const type = (state: TopState, key: string): TopState => {
  if (key === '\r' || key === '\n') return { ...state, typing: false }
  if (key === '\x1b') return { ...state, typing: false, filter: '', top: 0 }
  if (key === '\x7f' || key === '\b') return { ...state, filter: state.filter.slice(0, -1), top: 0 }
  // Anything else that is not plain text, such as an arrow, is not part of a name.
  return /^[\x20-\x7e]+$/.test(key) ? { ...state, filter: state.filter + key, top: 0 } : state
}

const scrolled = (state: TopState, page: number): TopState =>
  ({ ...state, top: Math.max(0, Math.min(state.top, rowsOf(state).length - page)) })

const figure: Readonly<Record<Sort, (one: ActorView) => number | null>> = {
  cpu: (one) => one.cpuPercent,
  latency: (one) => one.latencyP99,
  lag: (one) => one.ringLag,
  heap: (one) => one.heapMb,
  restarts: (one) => one.restarts,
}

/** The actors in the order they are shown: those that failed first, then the largest; supervisors are left out. */
export const rowsOf = ({ snapshot, sort, filter }: TopState): ActorView[] => {
  const wanted = filter.toLowerCase()
  const read = figure[sort]
  return (snapshot?.actors ?? [])
    .filter((one) => one.kind === 'actor' && !livesInAnother(one) && one.id.toLowerCase().includes(wanted))
    .toSorted((a, b) =>
      rank(b) - rank(a) || (read(b) ?? -1) - (read(a) ?? -1) || a.id.localeCompare(b.id))
}

/** Whether it is a part of another actor's thread that measures nothing of its own. */
export const livesInAnother = ({ id, thread, handled, state }: ActorView): boolean =>
  thread !== id && handled === null && state === 'running'

/** Whether it lives with others in one thread, whose cost the first of them shows. */
export const sharesThread = (one: ActorView): boolean =>
  one.thread !== null && one.thread !== one.id && !livesInAnother(one)

const rank = ({ state }: ActorView): number => Number(state === 'quarantined' || state === 'failed')
