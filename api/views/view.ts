import type { Fact } from '#actors/messages.ts'
import type { Channel, Channels } from '../contract.ts'

/** The facts of one type, also where one declaration stands for several types. */
type Named<T> = Fact extends infer F
  ? F extends { type: infer U }
    ? T extends U
      ? F
      : never
    : never
  : never

/** What a view does with each fact it cares for; it may change the view, and nothing else. */
export type Handlers = { readonly [T in Fact['type']]?: (fact: Named<T>) => void }

/** Whether an item is wanted, judged by the names it goes by: its id, symbol or strategy. */
export type Wanted = (...names: string[]) => boolean

/** Everything is wanted. */
export const everything: Wanted = () => true

/** What is named by one of `keys` is wanted; no keys mean everything. */
export const wantedBy = (keys: ReadonlySet<string> | null): Wanted =>
  keys === null ? everything : (...names) => names.some((name) => keys.has(name))

/**
 * One channel's state, folded from facts in place. A fact costs O(1), or O(items it changes);
 * formatting is paid by whoever reads.
 */
export type View<C extends Channel> = {
  readonly on: Handlers
  /** Ids of items that changed since somebody last cleared it. */
  readonly changed: Set<string>
  /** One item as people see it; `undefined` when it is unknown or was dropped for its age. */
  item(id: string, wanted?: Wanted): Channels[C] | undefined
  /** The items there are; of lists that grow the newest `limit`, newest first (candles: oldest first). */
  items(wanted: Wanted, limit: number): Channels[C][]
}

/** Hands a fact to the view that has a handler for it. */
export const apply = (view: { readonly on: Handlers }, fact: Fact): void => {
  // The table's type ties each handler to its fact; the lookup by a union of types loses that tie.
  const handle = view.on[fact.type] as ((fact: Fact) => void) | undefined
  handle?.(fact)
}
