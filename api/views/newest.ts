/** What every growing list can be searched by. */
export type Listed = { readonly id: string; readonly strategy: string; readonly symbol: string }

/** The newest records of a list that grows: bounded memory, O(1) to add, find and replace. */
export type Newest<R extends Listed> = {
  get(id: string): R | undefined
  /** Adds a record, dropping the oldest when full, or replaces the one with its id where it stands. */
  put(record: R): void
  /** Newest first, up to `limit` that are `wanted`, older than place `before`; `next` continues after them. */
  page(
    wanted: (record: R) => boolean,
    limit: number,
    before?: number,
  ): { items: R[]; next: number | null }
}

/** @param max  records kept: the oldest beyond it are forgotten */
export const newest = <R extends Listed>(
  max: number,
  forgotten: (id: string) => void,
): Newest<R> => {
  const kept: R[] = [] // the record of place n stands at n % max
  const places = new Map<string, number>()
  let end = 0
  const put = (record: R) => {
    const place = places.get(record.id)
    if (place !== undefined) return void (kept[place % max] = record)
    const oldest = kept[end % max]
    if (oldest) {
      places.delete(oldest.id)
      forgotten(oldest.id)
    }
    places.set(record.id, end)
    kept[end % max] = record
    end += 1
  }
  const get = (id: string) => {
    const place = places.get(id)
    return place === undefined ? undefined : kept[place % max]
  }
  const page = (wanted: (record: R) => boolean, limit: number, before = end) => {
    const items: R[] = []
    const oldest = Math.max(0, end - max)
    for (let place = Math.min(before, end) - 1; place >= oldest; place -= 1) {
      const record = kept[place % max]!
      if (!wanted(record)) continue
      if (items.length === limit) return { items, next: place + 1 }
      items.push(record)
    }
    return { items, next: null }
  }
  return { get, put, page }
}
