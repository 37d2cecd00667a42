import { bellOf, type Bells } from './doorbell.ts'
import { openLatest, LATEST_VALUES, type LatestHandle } from './latest.ts'
import { edgeReceiver, edgeSender, type EdgeEnd } from './port.ts'
import { seeded } from '../random.ts'

type Counting = { bells: Bells; count: Int32Array; steps: number; dropOneIn: number; seed: number }

/** Thread task: counts upwards in `count`, ringing thread 0 after each step; loses some rings altogether. */
export const countAndRing = (given: Counting) => {
  const { bells, count, steps, dropOneIn, seed } = given
  const random = seeded(seed)
  const bell = bellOf(bells, 1)
  let dropped = 0
  for (let step = 1; step <= steps; step++) {
    // Wait until the other side has caught up, so that every single wake-up matters.
    while (Atomics.load(count, 1) !== step - 1) bell.sleep(() => Atomics.load(count, 1) === step - 1, 1)
    Atomics.store(count, 0, step)
    if (dropOneIn > 0 && random.whole(dropOneIn) === 0) dropped++
    else bell.ring(0)
  }
  return { dropped }
}

/** Thread task: writes rows of eight numbers that belong together, over and over. */
export const writeRows = ({ latest, writes }: { latest: LatestHandle; writes: number }) => {
  const rows = openLatest(latest)
  const values = new Float64Array(LATEST_VALUES)
  for (let n = 1; n <= writes; n++) {
    for (let k = 0; k < LATEST_VALUES; k++) values[k] = n * (k + 1)
    rows.write(n % latest.rows, values)
  }
}

/** Thread task: sends numbers 0 to `messages` over an edge, waiting when it is full. */
export const sendNumbers = ({ end, bells, messages }: { end: EdgeEnd; bells: Bells; messages: number }) => {
  const sender = edgeSender<number>(end)
  const bell = bellOf(bells, 1)
  let full = 0
  for (let n = 0; n < messages; ) {
    const result = sender.send(n)
    if (result === 'closed') break
    if (result === 'sent') n++
    else {
      full++
      bell.sleep(() => sender.free() > 0, 5)
    }
    bell.ring(0)
  }
  return { full }
}

/** Thread task: takes numbers off an edge until there were so many, blocking in between. */
export const receiveNumbers = ({ end, bells, messages }: { end: EdgeEnd; bells: Bells; messages: number }) => {
  const receiver = edgeReceiver<number>(end)
  const bell = bellOf(bells, 0)
  let taken = 0
  let disorder = 0
  while (taken < messages) {
    const got = receiver.drain(16, (n) => {
      if (n !== taken++) disorder++
    })
    if (got > 0) bell.ring(1)
    else bell.sleep(() => receiver.pending() > 0, 100)
  }
  return { taken, disorder }
}
