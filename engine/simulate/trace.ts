/** The last steps of a simulation, oldest first, one line each. */
export type Trace = {
  add(line: string): void
  lines(): string[]
}

/** Keeps the last `most` lines; what came before is forgotten, so that a long run costs no memory. */
export const openTrace = (most: number): Trace => {
  const kept: string[] = []
  let count = 0
  return {
    add: (line) => void (kept[count++ % most] = line),
    lines: () => [...kept.slice(count % most), ...kept.slice(0, count % most)],
  }
}
