import t from 'tap'
import { createRing, inspectRing, ringReader, ringWriter } from '#engine/mod.ts'
import { MARK } from '../records.ts'
import { minuteReader } from './minutes.ts'

const minute = 60_000

const oneShard = () => {
  const ring = createRing({ capacity: 16, readers: 1, lossless: true })
  ringReader(ring, 0).activate(0)
  const writer = ringWriter(ring)
  const mark = (at: number): void => {
    const f = writer.claim()
    writer.fields[f] = at
    writer.ints[writer.intOffset + 1] = MARK
    writer.publish()
  }
  const open = () => minuteReader([ring], 0, [], () => true)
  return { mark, open, tail: () => inspectRing(ring).readers[0]!.tail }
}

t.test('a minute that was looked at but not taken is still there after a restart', async (t) => {
  const { mark, open } = oneShard()
  mark(minute)
  mark(2 * minute)
  const before = open()
  t.equal(before.peek()?.at, minute)
  before.take()
  t.equal(before.peek()?.at, 2 * minute)
  before.release()
  t.equal(open().peek()?.at, 2 * minute, 'only what was taken was given back')
})

t.test('a reader that finds the shards a minute apart begins where all of them are', async (t) => {
  const shards = [0, 1].map(() => createRing({ capacity: 16, readers: 1, lossless: true }))
  for (const [shard, ring] of shards.entries()) {
    ringReader(ring, 0).activate(0)
    const writer = ringWriter(ring)
    for (const n of [1, 2, 3].slice(shard)) {
      const f = writer.claim()
      writer.fields[f] = n * minute
      writer.fields[f + 1] = n
      writer.ints[writer.intOffset + 1] = MARK
    }
    writer.publish()
  }
  const reader = minuteReader(shards, 0, [], () => true)
  const seen: number[] = []
  for (let next = reader.peek(); next; next = reader.peek()) {
    seen.push(next.at / minute)
    reader.take()
  }
  t.same(seen, [2, 3])
})

t.test('a minute that was taken is kept until it is released', async (t) => {
  const { mark, open, tail } = oneShard()
  mark(minute)
  const before = open()
  before.peek()
  before.take()
  t.equal(tail(), 0)
  t.equal(open().peek()?.at, minute)
  before.release()
  t.equal(tail(), 1)
})
