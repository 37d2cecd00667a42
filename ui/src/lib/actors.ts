import type { ActorView } from '#api/contract.ts'

/** An actor and how deep it stands in the tree. */
export type Placed = { readonly actor: ActorView; readonly depth: number }

/** The tree from the root down, each parent followed by its children in the order they were told. */
export const placed = (actors: Iterable<ActorView>): Placed[] => {
  const all = [...actors]
  const ids = new Set(all.map(({ id }) => id))
  const children = Map.groupBy(all, ({ parent }) =>
    parent !== null && ids.has(parent) ? parent : null,
  )
  const below = (parent: string | null, depth: number): Placed[] =>
    (children.get(parent) ?? []).flatMap((actor) => [
      { actor, depth },
      ...below(actor.id, depth + 1),
    ])
  return below(null, 0)
}

/** A group with more children than this begins closed: its line sums up what they are. */
const openMost = 24

/** What the children of a group come to. */
export type Sum = {
  readonly all: number
  readonly running: number
  readonly restarts: number
  /** Of all together; `null` when none tells. */
  readonly cpuPercent: number | null
  readonly heapMb: number | null
  readonly handledPerSecond: number | null
  /** Of the one where it is largest. */
  readonly ringLag: number | null
  readonly mailbox: number | null
  readonly latencyP99: number | null
}

/** A line of the tree: an actor, or a group with what is below it. */
export type Folded = Placed & { readonly below: Sum | null; readonly closed: boolean }

/**
 * The tree with closed groups folded into one line each.
 * @param turned  groups that a person opened, if they begin closed, or closed, if they begin open
 */
export const folded = (rows: readonly Placed[], turned: ReadonlySet<string>): Folded[] => {
  const children = Map.groupBy(rows, ({ actor }) => actor.parent)
  const shown: Folded[] = []
  let hiddenBelow = Infinity
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue
    const own = children.get(row.actor.id)
    const closed = own !== undefined && own.length > openMost !== turned.has(row.actor.id)
    hiddenBelow = closed ? row.depth : Infinity
    shown.push({ ...row, closed, below: own ? sumOf(own.map(({ actor }) => actor)) : null })
  }
  return shown
}

const sumOf = (actors: readonly ActorView[]): Sum => {
  const known = (read: (one: ActorView) => number | null) =>
    actors.map(read).filter((value) => value !== null)
  const total = (read: (one: ActorView) => number | null) => {
    const values = known(read)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  const most = (read: (one: ActorView) => number | null) => {
    const values = known(read)
    return values.length === 0 ? null : Math.max(...values)
  }
  return {
    all: actors.length,
    running: actors.filter(({ state }) => state === 'running').length,
    restarts: total((one) => one.restarts) ?? 0,
    cpuPercent: total((one) => one.cpuPercent),
    heapMb: total((one) => one.heapMb),
    handledPerSecond: total((one) => one.handledPerSecond),
    ringLag: most((one) => one.ringLag),
    mailbox: most((one) => one.mailbox),
    latencyP99: most((one) => one.latencyP99),
  }
}

/** Whether it is a part of another actor's thread that measures nothing of its own. */
export const livesInAnother = ({ id, thread, handled, state }: ActorView): boolean =>
  thread !== id && handled === null && state === 'running'

/** Whether an actor's name, state or last failure has this in it. */
export const isLike = ({ id, state, down }: ActorView, text: string): boolean =>
  `${id} ${state} ${down ? `${down.reason} ${down.says}` : ''}`.toLowerCase().includes(text)

/** The strategy an actor runs, or `null`. */
export const strategyOf = (id: string): string | null =>
  id.startsWith('strategy/') ? id.slice(9) : null

const core = new Set(['feed', 'candles', 'risk', 'executor', 'journal'])

/** What killing or restarting an actor does, and what stays safe: said before it is done. */
export const consequenceOf = (id: string): { readonly happens: string; readonly safe: string } => {
  if (strategyOf(id))
    return {
      happens:
        'Its thread ends now. The supervisor starts a new one, which reads its state back from the journal.',
      safe: 'Other strategies miss nothing. Open positions keep their stops and targets: the executor holds those.',
    }
  if (core.has(id.split('/')[0]!))
    return {
      happens:
        'Feed, candles, risk, executor and all strategies restart together and read their state from the journal.',
      safe: 'Nothing on record is lost: every order was on disk before it left. The session then goes on where it was.',
    }
  if (id === 'api')
    return {
      happens: 'This page loses its connection for a moment and finds it again by itself.',
      safe: 'Trading does not depend on the API and goes on.',
    }
  return {
    happens: 'Its thread ends now and the supervisor starts a new one.',
    safe: 'Trading goes on: it does not depend on this actor.',
  }
}
