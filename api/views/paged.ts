import type { Channels, Page } from '../contract.ts'
import type { Listed, Newest } from './newest.ts'
import type { Handlers, View } from './view.ts'

/** Lists that only grow, kept to their newest. */
export type PagedChannel = 'signals' | 'orders' | 'trades'

/** What one page of a list is asked for. */
export type PageQuery = { strategy?: string; symbol?: string; limit: number; cursor?: string }

/** A view that can also be read page by page, newest first. */
export type PagedView<C extends PagedChannel> = View<C> & {
  /** @throws {RangeError} when the cursor is not one that an earlier page gave */
  page(query: PageQuery): Page<Channels[C]>
}

type List<C extends PagedChannel, R extends Listed> = {
  readonly kept: Newest<R>
  readonly changed: Set<string>
  readonly viewOf: (record: R) => Channels[C]
}

/** The reading side of a growing list, given how it is kept and shown. */
export const paged = <C extends PagedChannel, R extends Listed>(
  { kept, changed, viewOf }: List<C, R>,
  on: Handlers,
): PagedView<C> => ({
  on,
  changed,
  item: (id, wanted) => {
    const record = kept.get(id)
    if (!record || (wanted && !wanted(record.id, record.symbol, record.strategy))) return undefined
    return viewOf(record)
  },
  items: (wanted, limit) =>
    kept.page(({ id, symbol, strategy }) => wanted(id, symbol, strategy), limit).items.map(viewOf),
  page({ strategy, symbol, limit, cursor }) {
    const asked = (record: R) =>
      (strategy === undefined || record.strategy === strategy) &&
      (symbol === undefined || record.symbol === symbol)
    const { items, next } = kept.page(
      asked,
      limit,
      cursor === undefined ? undefined : placeOf(cursor),
    )
    return { items: items.map(viewOf), next: next === null ? null : cursorOf(next) }
  },
})

// Opaque to callers, so that what is behind a cursor may change.
const cursorOf = (place: number): string => Buffer.from(`before ${place}`).toString('base64url')

const placeOf = (cursor: string): number => {
  const [, place] = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (place === undefined) throw new RangeError(cursor)
  return Number(place)
}
