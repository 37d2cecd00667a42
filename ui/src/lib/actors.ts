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
