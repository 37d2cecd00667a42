import fc from 'fast-check'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { onThread } from '#engine/testing/threads.ts'
import { bellOf, createBells } from './doorbell.ts'
import { createInbox } from './inbox.ts'
import { createLatest, openLatest } from './latest.ts'
import { createEdge, edgeReceiver, edgeSender } from './port.ts'
import { advance, createWatermarks, lowest, lowestOf, read, reset } from './watermark.ts'

const stress = new URL('./mailbox.stress.ts', import.meta.url).href

t.test('an inbox agrees with a sorted array, whatever is put and taken', async () => {
  const put = fc.record({ at: fc.integer({ min: -5, max: 20 }), rank: fc.nat(3) })
  const take = fc.record({ horizon: fc.oneof(fc.integer({ min: -6, max: 21 }), fc.constantFrom(Infinity, -Infinity)) })
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 2, arbitrary: put }, take), { size: 'max', maxLength: 300 }), (steps) => {
      const inbox = createInbox<string>(20)
      const oracle: { at: number; rank: number; n: number }[] = []
      const expect = (what: string, got: unknown, expected: unknown) => {
        if (got !== expected) throw new Error(`${what}: ${got}, expected ${expected}`)
      }
      for (const [n, step] of steps.entries()) {
        if ('at' in step) {
          const key = { ...step, n }
          expect('put', inbox.put(key.at, key.rank, n, JSON.stringify(key)), oracle.length < 20 ? 'taken' : 'full')
          if (oracle.length < 20) oracle.push(key)
          oracle.sort((a, b) => a.at - b.at || a.rank - b.rank || a.n - b.n)
        } else {
          const first = oracle[0] && oracle[0].at <= step.horizon ? oracle.shift() : undefined
          expect('take', inbox.take(step.horizon), first && JSON.stringify(first))
        }
        expect('size', inbox.size, oracle.length)
        expect('next', inbox.next, oracle[0]?.at ?? Infinity)
      }
    }),
  )
})

t.test('a watermark only rises, and the lowest of some is how far all of them are', async (t) => {
  const marks = structuredClone(createWatermarks(4))
  t.equal(read(marks, 0), -Infinity)
  t.equal(lowest(marks, [0, 1]), -Infinity)
  const noon = Date.UTC(2026, 10, 20, 12)
  advance(marks, 0, noon)
  advance(marks, 0, noon - 1)
  t.equal(read(marks, 0), noon)
  advance(marks, 1, noon + 7.9)
  t.equal(read(marks, 1), noon + 7, 'what is promised is rounded down')
  advance(marks, 2, -1)
  t.same([lowest(marks, [0, 1]), lowest(marks, [0, 1, 2]), lowest(marks, [])], [noon, -1, Infinity])
  advance(marks, 2, Infinity)
  t.same([read(marks, 2), lowest(marks, [0, 2])], [Infinity, noon], 'who is gone holds nobody up')
  advance(marks, 2, noon)
  t.equal(read(marks, 2), Infinity)
  reset(marks, 2, noon - 5)
  t.equal(read(marks, 2), noon - 5)
  reset(marks, 2, -Infinity)
  t.equal(read(marks, 2), -Infinity)
})

t.test('the lowest that is asked for again and again is the lowest, whatever moves and is set anew', async () => {
  const place = fc.nat(4)
  const at = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(Infinity, -Infinity))
  const awaited = fc.array(fc.record({ slot: place, lagMs: fc.constantFrom(0, 2) }), { maxLength: 5 })
  const step = fc.record({ how: fc.constantFrom('advance', 'reset', 'look'), place, at })
  fc.assert(
    fc.property(awaited, fc.array(step, { maxLength: 60 }), (list, steps) => {
      const marks = createWatermarks(5)
      const look = lowestOf(structuredClone(marks), list)
      return steps.every(({ how, place, at }) => {
        if (how === 'advance') advance(marks, place, at)
        else if (how === 'reset') reset(marks, place, at)
        else return look() === Math.min(...list.map(({ slot, lagMs }) => read(marks, slot) + lagMs))
        return true
      })
    }),
    { numRuns: 500 },
  )
})

t.test('a bell wakes who sleeps, and keeps awake who looks while it rings', async (t) => {
  const bells = createBells(2)
  const [mine, other] = [bellOf(bells, 0), bellOf(bells, 1)]
  t.equal(mine.sleep(() => true, 1000), 'ready')
  t.equal(mine.sleep(() => false, 1), 'timeout')
  t.equal(mine.sleep(() => (other.ringAll([0, 1]), false), 1000), 'rung', 'rung between the look and the wait')
  const since = mine.count()
  other.ring(0)
  t.equal(mine.rest(since, 3_600_000), 'rung', 'rung while it was at work')
  t.equal(mine.rest(mine.count(), 1), 'timeout', 'a ring is heard once')
  t.throws(() => bellOf(bells, 2), /2 bells/)
})

const countTo = async (steps: number, dropOneIn: number, timeoutMs: number) => {
  const bells = createBells(2)
  const count = new Int32Array(new SharedArrayBuffer(8))
  const other = onThread<{ dropped: number }>(stress, 'countAndRing', { bells, count, steps, dropOneIn, seed: 7 })
  const bell = bellOf(bells, 0)
  let seen = 0
  const woken = { ready: 0, rung: 0, timeout: 0 }
  while (seen < steps) {
    woken[bell.sleep(() => Atomics.load(count, 0) !== seen, timeoutMs)]++
    seen = Atomics.load(count, 0)
    Atomics.store(count, 1, seen)
    bell.ring(1)
  }
  return { ...woken, ...(await other.result) }
}

t.test('of many thousand sleeps on two threads none is slept through', async (t) => {
  // One missed wake-up would sleep for an hour.
  const { ready, rung, timeout } = await countTo(20_000, 0, 3_600_000)
  t.equal(timeout, 0, `${ready} found at the second look, ${rung} rung`)
})

t.test('when rings are lost, the bounded wait brings everybody on', async (t) => {
  const { dropped, timeout } = await countTo(400, 10, 2)
  t.ok(dropped > 10, `${dropped} rings lost, ${timeout} waits timed out`)
})

t.test('a thread in the event loop is rung, and looks by itself when it is not', async (t) => {
  const bells = createBells(2)
  let drop = false
  const ears = bellOf(bells, 0)
  const hand = bellOf(bells, 1, { notify: (board, word) => void (drop || Atomics.notify(board, word)) })
  let box = 0
  let got = 0
  const stop = ears.listen(() => { got += box; box = 0 })
  const send = () => { box++; hand.ring(0) }
  const arrived = async (n: number) => { while (got < n) await pause(1) }
  for (let n = 1; n <= 20; n++) {
    send()
    await arrived(n)
  }
  drop = true
  send()
  await arrived(21)
  t.equal(got, 21)
  drop = false
  stop()
  send()
  await pause(10)
  t.equal(got, 21, 'after stop nothing is looked at')
})

t.test('an edge takes so many messages and says when it is full or closed', async (t) => {
  const { sender: s, receiver: r } = createEdge(2)
  const [sender, receiver] = [edgeSender<object>(s), edgeReceiver<object>(r)]
  t.same([1, 2, 3].map((n) => sender.send({ n })), ['sent', 'sent', 'full'])
  t.equal(receiver.pending(), 2)
  const got: object[] = []
  t.equal(receiver.drain(1, (m) => got.push(m)), 1)
  t.equal(sender.free(), 1)
  t.equal(sender.send({ n: 4 }), 'sent')
  sender.close()
  t.equal(sender.send({ n: 5 }), 'closed')
  t.equal(receiver.over, false)
  t.equal(receiver.drain(9, (m) => got.push(m)), 2)
  t.same(got, [{ n: 1 }, { n: 2 }, { n: 4 }], 'what was sent before the close is delivered')
  t.equal(receiver.over, true)
  receiver.close()
  t.equal(receiver.drain(1, () => t.fail('nothing left')), 0)
})

t.test('between two blocking threads an edge keeps the order and never overflows', async (t) => {
  const { sender, receiver } = createEdge(8)
  const bells = createBells(2)
  const messages = 5000
  const from = onThread(stress, 'sendNumbers', { end: sender, bells, messages }, [sender.port])
  const to = onThread(stress, 'receiveNumbers', { end: receiver, bells, messages }, [receiver.port])
  t.same(await to.result, { taken: messages, disorder: 0 })
  await from.result
})

t.test('a row is read as it was written last, or not at all', async (t) => {
  const handle = createLatest(2)
  const rows = openLatest(handle)
  const into = new Float64Array(8)
  t.equal(rows.read(0, into), false, 'never written')
  rows.write(0, [1, 2, 3, 4, 5, 6, 7, 8])
  rows.write(0, [8, 7, 6, 5, 4, 3, 2, 1])
  t.equal(rows.read(0, into), true)
  t.same([...into], [8, 7, 6, 5, 4, 3, 2, 1])
  t.equal(rows.read(1, into), false)
  Atomics.add(new Int32Array(handle.memory), 0, 1) // as a writer leaves it that dies half-way
  t.equal(rows.read(0, into), false)
  openLatest(handle).write(0, [1, 1, 1, 1, 1, 1, 1, 1])
  t.equal(rows.read(0, into), true, 'the next writer mends it')
})

t.test('while another thread writes as fast as it can, no row is read half', async (t) => {
  const latest = createLatest(2)
  const rows = openLatest(latest)
  let done = false
  const writer = onThread(stress, 'writeRows', { latest, writes: 2_000_000 }).result.then(() => (done = true))
  const into = new Float64Array(8)
  let whole = 0
  let torn = 0
  while (!done) {
    for (let look = 0; look < 20_000; look++) {
      if (!rows.read(look & 1, into)) continue
      whole++
      for (let k = 1; k < 8; k++) if (into[k] !== into[0]! * (k + 1)) torn++
    }
    await pause(0)
  }
  await writer
  t.equal(torn, 0, `${whole} rows read`)
  t.ok(whole > 0)
})
