/**
 * Finds the number of a symbol from its bytes, without making a string of them: a hash table with open addressing.
 * With `collect`, a symbol not met before gets the next number.
 */
export class SymbolLookup {
  readonly symbols: string[] = []
  readonly #collect: boolean
  readonly #bytes: Uint8Array[] = []
  #slots = new Int32Array(1024).fill(-1)

  constructor(
    symbols: Iterable<string>,
    options: { readonly collect: boolean } = { collect: false },
  ) {
    this.#collect = options.collect
    for (const symbol of symbols) this.#add(new TextEncoder().encode(symbol))
  }

  /** The number of the symbol in bytes [from, to) of `text`, or -1. */
  find(text: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash(text, from, to) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!
      if (found === -1) return this.#collect ? this.#add(text.slice(from, to)) : -1
      if (same(this.#bytes[found]!, text, from, to)) return found
    }
  }

  #add(bytes: Uint8Array): number {
    const place = this.symbols.push(new TextDecoder().decode(bytes)) - 1
    this.#bytes.push(bytes)
    if (this.symbols.length * 2 <= this.#slots.length) this.#place(bytes, place)
    else {
      this.#slots = new Int32Array(this.#slots.length * 2).fill(-1)
      this.#bytes.forEach((one, at) => this.#place(one, at))
    }
    return place
  }

  #place(bytes: Uint8Array, place: number): void {
    const mask = this.#slots.length - 1
    let slot = hash(bytes, 0, bytes.length) & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    this.#slots[slot] = place
  }
}

/** @source  FNV-1a, Fowler, Noll and Vo, 32 bits */
const hash = (text: Uint8Array, from: number, to: number): number => {
  let sum = 0x811c9dc5
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ text[i]!, 0x01000193)
  return sum ^ (sum >>> 15)
}

const same = (bytes: Uint8Array, text: Uint8Array, from: number, to: number): boolean => {
  if (bytes.length !== to - from) return false
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== text[from + i]) return false
  return true
}
