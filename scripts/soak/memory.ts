import { readFileSync } from 'node:fs'

/** What the process holds at one moment. */
export type MemorySample = { readonly seconds: number; readonly rssMb: number; readonly heapsMb: number }

/** Resident memory of the process in MB, as the kernel counts it; elsewhere than on Linux as Node does. */
export const residentMb = (): number => {
  try {
    const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return Number(line![1]) / 1024
  } catch {
    return process.memoryUsage.rss() / 2 ** 20
  }
}

/**
 * Slope of a line through points by least squares, in units of y per unit of x.
 * @returns  NaN for fewer than two distinct x
 */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const n = points.length
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return under === 0 ? Number.NaN : over / under
}
