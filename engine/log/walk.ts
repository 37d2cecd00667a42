import { problem } from './errors.ts'
import { readWhole, segmentsIn, type FileSystem } from './file-system.ts'
import { chainAfter, chainOf, endsGroup, frameBytes, HEADER, isWhole, noChain, sequenceOf } from './frame.ts'

/** How far a log is good. */
export type Walk = {
  /** Records in whole groups, which is also the sequence of the last one. */
  records: number
  /** Chain value of that record. */
  chain: Buffer
  /** The last segment, and where its last whole group ends. */
  segment: string | undefined
  end: number
  /** What comes after that: a group that was never finished, thus never acknowledged. */
  torn: { bytes: number; records: number }
}

/**
 * Reads a log from its first record to its last, checking every checksum, sequence and chain value.
 *
 * Only what a crash can leave behind is forgiven: bytes after the last whole group of the last segment, if no whole
 * record follows the first bad one. A disk that persisted the pages of the last group out of order would be taken for
 * damage; rather a person looks than a record that was acknowledged is cut away.
 * @throws LOG_CORRUPT naming record, file and byte
 */
export const walkLog = (io: FileSystem, dir: string, walk: Walk = emptyWalk()): Walk => {
  const segments = segmentsIn(io, dir)
  for (const [i, { first, path }] of segments.entries()) {
    const expected = walk.records + 1
    if (first !== expected)
      throw problem('CORRUPT', {
        sequence: expected, file: path, offset: 0, because: `the segment begins at ${first}; one before it is missing`,
      })
    walkSegment(walk, path, readWhole(io, path), i === segments.length - 1)
  }
  return walk
}

/** A walk that has not begun: no records, the first chain value. */
export const emptyWalk = (): Walk =>
  ({ records: 0, chain: noChain(), segment: undefined, end: 0, torn: { bytes: 0, records: 0 } })

const walkSegment = (walk: Walk, path: string, bytes: Buffer, isLast: boolean): void => {
  walk.segment = path
  walk.end = 0
  let chain = walk.chain
  let sequence = walk.records
  let at = 0
  while (isWhole(bytes, at, bytes.length)) {
    sequence++
    const place = { sequence, file: path, offset: at }
    if (sequenceOf(bytes, at) !== sequence)
      throw problem('CORRUPT', { ...place, because: `it carries the sequence ${sequenceOf(bytes, at)}` })
    const next = chainAfter(bytes, at, chain)
    if (!next.equals(chainOf(bytes, at)))
      throw problem('CORRUPT', { ...place, because: 'its chain value does not follow from the record before it' })
    chain = next
    const groupEnds = endsGroup(bytes, at)
    at += frameBytes(bytes, at)
    if (!groupEnds) continue
    walk.records = sequence
    walk.chain = chain
    walk.end = at
  }
  if (walk.end === bytes.length) return
  const place = { sequence: sequence + 1, file: path, offset: at }
  if (!isLast) throw problem('CORRUPT', { ...place, because: 'the segment ends in the middle of a group' })
  const later = wholeRecordAfter(bytes, at, sequence + 1)
  if (later >= 0)
    throw problem('CORRUPT', { ...place, because: `its checksum is wrong, yet a good record follows at byte ${later}` })
  walk.torn = { bytes: bytes.length - walk.end, records: sequence - walk.records }
}

/** Where the bad record, or a later one, begins whole after all, or -1. Lengths may lie, so every byte is tried. */
const wholeRecordAfter = (bytes: Buffer, bad: number, sequence: number): number => {
  for (let at = bad + 1; at + HEADER <= bytes.length; at++) {
    const found = sequenceOf(bytes, at)
    // No more records fit between the two than this: rules out nearly all bytes before the checksum has to.
    if (found < sequence || found > sequence + (at - bad) / HEADER) continue
    if (isWhole(bytes, at, bytes.length)) return at
  }
  return -1
}
