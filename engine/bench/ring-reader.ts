import { parentPort, workerData } from 'node:worker_threads'
import { bellOf, ringReader, type Bells, type RingHandle } from '../mailbox/mod.ts'

/** What the reading thread of ring.bench.ts is given. */
export type Given = { readonly ring: RingHandle; readonly bells: Bells }

/** How the next records will come, and how many. */
export type Order = { readonly by: 'ring' | 'messages'; readonly records: number }

type Message = Record<'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'i' | 'j' | 'k' | 'l', number>

const { ring, bells } = workerData as Given
const reader = ringReader(ring, 0)
const bell = bellOf(bells, 1)
const port = parentPort!

/** Sums everything that comes until all is there. */
const takeFromRing = (records: number): number => {
  let sum = 0
  const add = (fields: Float64Array, ints: Int32Array, f: number, i: number) => {
    for (let k = 0; k < 6; k++) sum += fields[f + k]!
    for (let k = 0; k < 4; k++) sum += ints[i + k]!
  }
  for (let taken = 0; taken < records; ) {
    const got = reader.read(256, add)
    taken += got
    reader.releaseRead()
    if (got > 0) bell.ring(0)
    else bell.sleep(() => reader.available() > 0, 10)
  }
  return sum
}

let expected = 0
let sum = 0

const begin = ({ by, records }: Order): void => {
  expected = records
  sum = 0
  port.postMessage('ready')
  if (by === 'ring') port.postMessage(takeFromRing(records))
}

port.on('message', (message: Order | Message) => {
  if ('by' in message) return begin(message)
  const { a, b, c, d, e, f, i, j, k, l } = message
  sum += a + b + c + d + e + f + i + j + k + l
  if (--expected === 0) port.postMessage(sum)
})
