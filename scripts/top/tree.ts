import type { ActorView } from '#api/contract.ts'

/** An actor and the branch it hangs from, drawn. */
export type TreeRow = { readonly branch: string; readonly actor: ActorView }

/**
 * The supervision tree, a line each, parents first.
 * @param filter  part of a name; those above a match are shown too, for they say where it hangs
 */
export const treeRows = (actors: readonly ActorView[], filter = ''): TreeRow[] => {
  const ids = new Set(actors.map(({ id }) => id))
  const under = Map.groupBy(actors, ({ parent }) => (parent !== null && ids.has(parent) ? parent : null))
  const wanted = (one: ActorView): boolean =>
    one.id.toLowerCase().includes(filter.toLowerCase()) || (under.get(one.id) ?? []).some(wanted)
  const below = (parent: string | null, indent: string): TreeRow[] => {
    const children = (under.get(parent) ?? []).filter(wanted)
    return children.flatMap((actor, n) => {
      const last = n === children.length - 1
      const root = parent === null
      const branch = root ? '' : `${indent}${last ? '└─ ' : '├─ '}`
      return [{ branch, actor }, ...below(actor.id, root ? '' : `${indent}${last ? '   ' : '│  '}`)]
    })
  }
  return below(null, '')
}
