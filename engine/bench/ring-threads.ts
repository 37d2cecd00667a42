import { ringReader, ringWriter, type RingHandle } from '../mailbox/mod.ts'
import { BATCH, createTally, fill, TAKE_MAX } from './content.ts'
import type { Work } from './crew.ts'
import { paceOf, reached, type Progress } from './pace.ts'
import { Patience } from './patience.ts'

/** What a thread of our ring is given; `progress` for a lossy ring, which would not wait by itself. */
export type RingGiven = { readonly ring: RingHandle; readonly place: number; readonly progress: Progress | null }

/** The writing thread. */
export const write = ({ ring, progress }: RingGiven): Work => {
  const writer = ringWriter(ring)
  const pace = progress && paceOf(progress, ring.capacity / 2)
  const patience = new Patience(1 + ring.readers)
  return (records) => {
    const { fields, ints } = writer
    for (let n = 0; n < records; ) {
      const f = writer.claim()
      if (f < 0) {
        writer.publish()
        patience.rest()
        continue
      }
      fill(fields, ints, f, 2 * f, n)
      if (++n % BATCH !== 0) continue
      writer.publish()
      patience.found()
      pace?.waitFor(writer.head)
    }
    writer.publish()
    return 0
  }
}

/** A reading thread. */
export const read = ({ ring, place, progress }: RingGiven): Work => {
  const reader = ringReader(ring, place)
  const patience = new Patience(1 + ring.readers)
  const tally = createTally()
  return (records) => {
    tally.sum = 0
    for (let taken = 0; taken < records; ) {
      const count = reader.read(TAKE_MAX, tally.add)
      if (count === 0) {
        patience.rest()
        continue
      }
      patience.found()
      taken += count
      reader.releaseRead()
      if (progress) reached(progress, place, reader.position)
    }
    return tally.sum
  }
}
