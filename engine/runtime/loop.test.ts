import { once } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import t, { type Test } from 'tap'
import type { Turn } from '../actor.ts'
import { later, pause } from '../clock.ts'
import { bellOf, createBells, type Woken } from '../mailbox/mod.ts'
import { seeded } from '../random.ts'
import { onThread } from '../testing/threads.ts'
import { createBoard, rouserOf } from './board.ts'
import { runLoop } from './loop.ts'

const tasks = new URL('./loop.stress.ts', import.meta.url).href
const SLOT = 5

/** Runs a loop in this thread over hosts that answer from scripts, until one is at its end; says how it rested. */
const play = async (scripts: readonly (readonly Turn[])[], how: 'rung' | 'timeout' = 'rung') => {
  const rested: (number | string)[] = []
  const left = scripts.map((script) => [...script])
  const asked = scripts.map(() => 0)
  let elapsed = 0
  await runLoop({
    hosts: left.map((script, n) => ({ turn: () => (asked[n]!++, script.shift() ?? false) })),
    bell: {
      rise: () => undefined,
      count: () => 0,
      rest(_, atMost): 'rung' | 'timeout' {
        rested.push(atMost)
        return how
      },
      async doze(_, settled): Promise<Woken> {
        await settled
        rested.push('dozed')
        return 'ready'
      },
    },
    beat: () => undefined, controlPending: () => false,
    stopping: () => left.some((script) => script.length === 0),
    clock: { now: () => 0, elapsed: () => elapsed++ }, sleepMs: 1000,
  })
  return { rested, asked }
}

t.test('a thread turns while there is work, and rests after one turn that finds none', async (t) => {
  t.strictSame(await play([[false, false]]), { rested: [1000, 200], asked: [2] }, 'one turn to a ring is enough')
  t.strictSame(await play([[true, true, false, false]]), { rested: [200, 200], asked: [4] })
  t.strictSame((await play([[false, false, false]], 'timeout')).rested, [1000, 1000, 1000], 'idle, it sleeps for long')
})

t.test('a thread rests for as long as the most eager of its actors allows', async (t) => {
  t.strictSame((await play([[false], [false, false]])).rested, [1000])
  t.strictSame((await play([[70], [30, 30], [false, false]])).rested, [30])
  t.strictSame((await play([[false, true, 5], [false, false, 7, 7]])).rested, [1000, 5], 'nobody rests while one works')
  const settled = pause(1)
  t.strictSame((await play([[{ settled }], [5, 5]])).rested, ['dozed'])
})

t.test('messages are heard at once when the control word says so, however much there is to do', async (t) => {
  const { port1, port2 } = new MessageChannel()
  let turns = 0
  let pending = false
  let heard = 0
  port2.on('message', () => (heard = turns))
  const turn = (): boolean => {
    if (++turns === 10) {
      port1.postMessage('stop')
      pending = true
    }
    return true
  }
  await runLoop({
    hosts: [{ turn }], bell: bellOf(createBells(1), 0), beat: () => undefined,
    controlPending: () => pending && !(pending = false), stopping: () => heard > 0,
  })
  port1.close()
  t.ok(heard <= 12, `posted at turn 10, heard at turn ${heard}`)
})

t.test('while an actor waits for a promise its thread neither spins nor is deaf', async (t) => {
  const bells = createBells(2)
  const nobody = bellOf(bells, 1)
  let turns = 0
  let rung = false
  let done = false
  const settled = pause(60).then(() => (done = true))
  const cancel = later(20, () => {
    rung = true
    nobody.ring(0)
  })
  const seen: boolean[] = []
  const turn = (): Turn => {
    turns++
    if (rung && seen.length === 0) seen.push(done)
    return { settled }
  }
  await runLoop({
    hosts: [{ turn }], bell: bellOf(bells, 0), beat: () => undefined, controlPending: () => false, stopping: () => done,
  })
  cancel()
  t.strictSame(seen, [false], 'it looked when it was rung, before the promise was settled')
  t.ok(turns < 20, `${turns} turns`)
})

/** A thread that answers, and a hand that loses rings in one way or the other. */
const answering = (t: Test, sleepMs: number, port?: MessagePort) => {
  const board = createBoard()
  const box = new Int32Array(new SharedArrayBuffer(8))
  const given = { board, slot: SLOT, box, sleepMs, ...(port && { port }) }
  const thread = onThread<number>(tasks, 'answer', given, port ? [port] : [])
  t.teardown(() => thread.terminate())
  const answered = async (): Promise<void> => {
    for (let last; (last = Atomics.load(box, 1)) !== Atomics.load(box, 0); )
      await Atomics.waitAsync(box, 1, last, 20_000).value
  }
  return { board, box, result: thread.result, answered }
}

t.test('when rings are lost altogether, a thread finds its work by its own poll', async (t) => {
  const { board, box, result, answered } = answering(t, 2)
  const bell = bellOf(board.bells, 0)
  const random = seeded(3)
  for (let n = 1; n <= 400; n++) {
    Atomics.store(box, 0, n)
    if (random.whole(3) > 0) bell.ring(SLOT)
    await answered()
  }
  Atomics.store(box, 0, -1)
  t.ok((await result) >= 400)
})

t.test('when rings are counted and nobody is notified, whoever watches wakes the sleeper', async (t) => {
  const { board, box, result, answered } = answering(t, 3_600_000) // one that is not repaired is never answered
  const random = seeded(4)
  let lost = 0
  const notify = (words: Int32Array<SharedArrayBuffer>, word: number): void => {
    if (random.whole(3) > 0) Atomics.notify(words, word)
    else lost++
  }
  const bell = bellOf(board.bells, 0, { notify })
  const watch = bellOf(board.bells, 0)
  let repaired = 0
  let watching = true
  const look = async (): Promise<void> => {
    for (; watching; await pause(1))
      if (watch.restOf(SLOT) === 'late') {
        repaired++
        watch.nudge(SLOT)
      }
  }
  const watched = look()
  for (let n = 1; n <= 400; n++) {
    Atomics.store(box, 0, n)
    bell.ring(SLOT)
    await answered()
  }
  Atomics.store(box, 0, -1)
  watch.ring(SLOT)
  await result
  watching = false
  await watched
  t.ok(lost > 10 && repaired > 0, `${lost} lost, ${repaired} repaired`)
})

t.test('a thread asleep for an hour takes a message as soon as it is posted and roused', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const { board, box, result } = answering(t, 3_600_000, port2)
  const rouse = rouserOf(board, SLOT)
  for (let n = 0; n < 50; n++) {
    const heard = once(port1, 'message')
    port1.postMessage(n)
    rouse()
    t.strictSame((await heard)[0], n)
  }
  Atomics.store(box, 0, -1)
  bellOf(board.bells, 0).ring(SLOT)
  await result
  port1.close()
})
