import fc from 'fast-check'
import t from 'tap'
import { runScenario, scenarios } from './ring.scenarios.ts'
import { createRing, inspectRing, ringReader, ringWriter, type RingReader, type RingWriter } from './ring.ts'

const put = (writer: RingWriter, value: number): boolean => {
  const at = writer.claim()
  if (at < 0) return false
  writer.fields[at] = value
  writer.ints[writer.intOffset + 3] = value
  return true
}

const takeAll = (reader: RingReader, max = Infinity): number[] => {
  const got: number[] = []
  reader.read(max, (fields, ints, f, i) => got.push(fields[f] === ints[i + 3] ? fields[f]! : NaN))
  return got
}

t.test('a record is read as it was written, in order, and only once published', async (t) => {
  const ring = createRing({ capacity: 8, readers: 1, lossless: true, start: 40 })
  const writer = ringWriter(ring)
  const reader = ringReader(ring, 0)
  t.equal(reader.activate(40), true)
  put(writer, 1)
  put(writer, 2)
  t.same(takeAll(reader), [], 'claimed is not published')
  writer.publish()
  t.equal(reader.available(), 2)
  const sequences: number[] = []
  reader.read(1, (fields, _ints, f, _i, sequence) => sequences.push(fields[f]!, sequence))
  t.same(sequences, [1, 40])
  t.same(takeAll(reader), [2])
  t.equal(writer.head, 42)
})

t.test('a lossless writer stops at what a reader has not released, not at what it has not read', async (t) => {
  const ring = createRing({ capacity: 4, readers: 1, lossless: true })
  const writer = ringWriter(ring)
  const reader = ringReader(ring, 0)
  reader.activate(0)
  for (const value of [0, 1, 2, 3]) t.ok(put(writer, value))
  writer.publish()
  t.same(takeAll(reader), [0, 1, 2, 3])
  t.equal(put(writer, 4), false, 'read, yet still needed')
  t.equal(writer.free(), 0)
  reader.release(2)
  t.equal(writer.free(), 2)
  t.ok(put(writer, 4) && put(writer, 5))
  t.equal(put(writer, 6), false)
  writer.publish()
  t.equal(reader.lag(), 4)
  t.same(takeAll(reader), [4, 5])
  reader.release(99)
  t.equal(reader.lag(), 0, 'more than was read is not released')
  reader.release(1)
  t.equal(reader.lag(), 0, 'and nothing is taken back')
})

t.test('a handler may release the very record it is given', async (t) => {
  const ring = createRing({ capacity: 2, readers: 1, lossless: true })
  const [writer, reader] = [ringWriter(ring), ringReader(ring, 0)]
  reader.activate(0)
  put(writer, 0)
  writer.publish()
  reader.read(1, (_f, _i, _fo, _io, sequence) => reader.release(sequence + 1))
  t.equal(reader.lag(), 0)
})

t.test('an inactive reader holds nobody back, and cannot come back to what is gone', async (t) => {
  const ring = createRing({ capacity: 4, readers: 2, lossless: true })
  const writer = ringWriter(ring)
  const [fast, slow] = [ringReader(ring, 0), ringReader(ring, 1)]
  fast.activate(0)
  slow.activate(0)
  for (let value = 0; value < 4; value++) put(writer, value)
  writer.publish()
  takeAll(fast)
  fast.releaseRead()
  t.equal(put(writer, 4), false)
  slow.deactivate()
  t.ok(put(writer, 4))
  writer.publish()
  t.equal(slow.active, false)
  t.equal(slow.activate(0), false, 'its record may be overwritten')
  t.equal(slow.active, false)
  t.equal(slow.activate(4), true)
  t.same(takeAll(slow), [4])
  t.same(inspectRing(ring), {
    head: 5,
    readers: [{ active: true, tail: 4, lag: 1, lost: 0 }, { active: true, tail: 4, lag: 1, lost: 0 }],
  })
})

t.test('a thread that restarts goes on where the ring says', async (t) => {
  const ring = createRing({ capacity: 8, readers: 1, lossless: true })
  const first = ringWriter(ring)
  const reader = ringReader(ring, 0)
  reader.activate(0)
  put(first, 0)
  put(first, 1)
  first.publish()
  put(first, 666) // never published
  const second = ringWriter(ring)
  t.equal(second.head, 2)
  put(second, 2)
  second.publish()
  t.same(takeAll(reader, 2), [0, 1])
  reader.release(1)
  t.same(takeAll(ringReader(ring, 0)), [1, 2], 'a new reader begins at the first record not released')
  reader.seek(1)
  t.same(takeAll(reader), [1, 2])
})

t.test('records of several cache lines keep their fields and ints apart', async (t) => {
  const ring = createRing({ capacity: 4, readers: 1, lossless: true, record: { fields: 14, ints: 4 } })
  const [writer, reader] = [ringWriter(ring), ringReader(ring, 0)]
  reader.activate(0)
  for (let n = 0; n < 9; n++) {
    const at = writer.claim()
    for (let k = 0; k < 14; k++) writer.fields[at + k] = n + k / 100
    for (let k = 0; k < 4; k++) writer.ints[writer.intOffset + k] = -n * 10 - k
    writer.publish()
    reader.read(1, (fields, ints, f, i) => {
      t.same([...fields.subarray(f, f + 14)], Array.from({ length: 14 }, (_, k) => n + k / 100))
      t.same([...ints.subarray(i, i + 4)], [0, 1, 2, 3].map((k) => -n * 10 - k))
    })
    reader.releaseRead()
  }
})

t.test('a ring that cannot work is refused', async (t) => {
  const good = { capacity: 8, readers: 1, lossless: true }
  t.throws(() => createRing({ ...good, capacity: 12 }), /power of two/)
  t.throws(() => createRing({ ...good, record: { fields: 5, ints: 4 } }), /64 bytes/)
  t.throws(() => ringReader(createRing(good), 1), /1 readers/)
  const writer = ringWriter(createRing({ capacity: 8, readers: 0, lossless: false }))
  t.throws(() => { for (let n = 0; n < 20; n++) put(writer, n) }, /must be published/)
})

t.test('a lossy reader counts exactly what it missed, and a gap shows in the sequence', async (t) => {
  const ring = createRing({ capacity: 16, readers: 1, lossless: false, start: 0x7fffffff - 3 })
  const [writer, reader] = [ringWriter(ring), ringReader(ring, 0)]
  for (let n = 0; n < 100; n++) {
    t.ok(put(writer, n))
    writer.publish()
  }
  const seen: number[][] = []
  reader.read(1000, (fields, _ints, f, _i, sequence) => seen.push([fields[f]!, sequence]))
  t.equal(seen.length + reader.lost, 100)
  t.ok(reader.lost >= 84 && reader.lost <= 86, `a ring of 16 with a stride of 2 keeps 14 to 16, missed ${reader.lost}`)
  for (const [value, sequence] of seen) t.equal(sequence, (0x7fffffff - 3 + value!) | 0)
  t.equal(ringReader(ring, 0).lost, reader.lost, 'a restarted reader goes on counting')
  t.equal(reader.read(10, () => t.fail('nothing left')), 0)
})

type Step = { do: 'write' | 'publish' | 'read' | 'release' | 'off' | 'on'; r: number; n: number }

t.test('any operations on a lossless ring agree with plain queues, also where sequences wrap', async () => {
  const step = fc.record({
    do: fc.constantFrom<Step['do'][]>('write', 'write', 'publish', 'read', 'read', 'release', 'off', 'on'),
    r: fc.nat(2),
    n: fc.nat(9),
  })
  const steps = fc.array(step, { maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 7, 0x7fffffff - 5, -3), (steps, start) => {
      const ring = createRing({ capacity: 8, readers: 3, lossless: true, start })
      const writer = ringWriter(ring)
      const readers = [0, 1, 2].map((r) => ringReader(ring, r))
      // The oracle: everything ever written, and per reader two indices into it.
      const written: number[] = []
      let published = 0
      const at = [0, 0, 0].map(() => ({ active: false, read: 0, released: 0 }))
      for (const one of steps) {
        const reader = readers[one.r]!
        const its = at[one.r]!
        if (one.do === 'write') {
          const needed = Math.min(published, ...at.filter((a) => a.active).map((a) => a.released))
          const took = put(writer, written.length)
          if (took !== written.length < needed + 8)
            throw new Error(`claim ${took} at ${written.length}, needed ${needed}`)
          if (took) written.push(written.length)
        } else if (one.do === 'publish') {
          writer.publish()
          published = written.length
        } else if (one.do === 'read' && its.active) {
          const got = takeAll(reader, one.n)
          const expected = written.slice(its.read, Math.min(published, its.read + one.n))
          if (got.join() !== expected.join()) throw new Error(`read ${got}, expected ${expected}`)
          its.read += got.length
        } else if (one.do === 'release' && its.active) {
          its.released = Math.max(its.released, Math.min(its.read, its.released + one.n))
          reader.release((start + its.released) | 0)
        } else if (one.do === 'off') {
          reader.deactivate()
          its.active = false
        } else if (one.do === 'on' && !its.active) {
          const from = Math.max(0, published - one.n)
          if (reader.activate((start + from) | 0)) Object.assign(its, { active: true, read: from, released: from })
          else if (from >= written.length) throw new Error('refused although nothing was overwritten')
        }
      }
    }),
    { numRuns: 300 },
  )
})

for (const scenario of scenarios)
  t.test(`on real threads: ${scenario.name}`, async (t) => {
    const { records, delivered, overruns, missed, ...wrong } = await runScenario(scenario, 30_000)
    t.same(wrong, { torn: 0, disorder: 0, lost: 0, unreported: 0 }, `${delivered} delivered, ${missed} missed`)
    t.ok(delivered > 0)
    if (!scenario.comeAndGo) t.equal(delivered + missed, records * scenario.readers, `${overruns} overruns`)
  })
