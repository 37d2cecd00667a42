import type { RingView } from '#api/contract.ts'

/** Readers of one ring that are listed: enough to see who holds everybody up. */
export const readersMost = 24

/** The readers of a ring, who is furthest behind first, and who does not read last. */
export const furthest = ({ readers }: RingView): RingView['readers'] =>
  readers.toSorted((a, b) => Number(b.active) - Number(a.active) || b.lag - a.lag)

/** Records of a ring that were overwritten before somebody had read them. */
export const lostOf = ({ readers }: RingView): number =>
  readers.reduce((sum, { lost }) => sum + lost, 0)
