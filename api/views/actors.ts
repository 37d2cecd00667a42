import type { ActorView } from '../contract.ts'
import type { View } from './view.ts'

/** The supervision tree as it was last read from shared memory. */
export type ActorsView = View<'system'> & { see(actors: readonly ActorView[]): void }

/** Tells which actors changed between two readings of the tree. */
export const actorsView = (): ActorsView => {
  const changed = new Set<string>()
  let known = new Map<string, { view: ActorView; text: string }>()
  return {
    changed,
    on: {},
    see(actors) {
      const next = new Map(actors.map((view) => [view.id, { view, text: JSON.stringify(view) }]))
      for (const [id, { text }] of next) if (known.get(id)?.text !== text) changed.add(id)
      known = next
    },
    item: (id, wanted) => (!wanted || wanted(id) ? known.get(id)?.view : undefined),
    items: (wanted, limit) =>
      [...known.values()]
        .map(({ view }) => view)
        .filter(({ id }) => wanted(id))
        .slice(0, limit),
  }
}
