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
