/** The session key: it comes in the fragment of the first address, which browsers never send to a server. */

const place = 'ringmaster-key'

const stores = (): Storage[] => {
  try {
    return [sessionStorage, localStorage]
  } catch {
    return [] // Storage is closed to us: the key lives as long as the page.
  }
}

let held: string | null = null

/** Takes `#key=…` from the address bar, keeps it, and removes it from the address and the history. */
export const takeKeyFromAddress = (): void => {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')
  if (!key) return
  keepKey(key)
  history.replaceState(history.state, '', location.pathname + location.search)
}

/** The key to present, or `null` when none was ever given. This tab's own comes before another tab's. */
export const heldKey = (): string | null =>
  held ??
  stores()
    .map((store) => store.getItem(place))
    .find((key) => key !== null) ??
  null

/** Keeps a key for this tab and for the next visit. */
export const keepKey = (key: string): void => {
  held = key
  for (const store of stores()) store.setItem(place, key)
}

/** Reads a key out of what a person pasted: the key itself, or the whole address that was printed. */
export const keyIn = (pasted: string): string => {
  const text = pasted.trim()
  return /#.*\bkey=([^&\s]+)/.exec(text)?.[1] ?? /^key=(\S+)$/.exec(text)?.[1] ?? text
}
