import t, { type Test } from 'tap'
import { pause, type Clock, type Timers } from '../clock.ts'
import { bellOf } from '../mailbox/mod.ts'
import { onThread } from '../testing/threads.ts'
import { createBoard, type Board } from './board.ts'
import type { Down } from './down.ts'
import type { Member } from './roster.ts'
import { watchThreads } from './watch.ts'

const tasks = new URL('./watch.stress.ts', import.meta.url).href
const SLOT = 3

/** A watch whose looks are taken by hand, over one thread that does `task` on a bell that is real. */
const stage = async (t: Test, task: 'sleepOnce' | 'waitElsewhere' | 'waitInLook') => {
  const board = createBoard()
  const go = new Int32Array(new SharedArrayBuffer(8))
  const thread = onThread<string>(tasks, task, { board, slot: SLOT, go })
  thread.result.catch(() => undefined)
  t.teardown(() => thread.terminate())
  await Atomics.waitAsync(go, 0, 0).value
  const killed: string[] = []
  const member = {
    slot: SLOT, state: 'running', beat: 0, beatAt: 0, excusedUntil: 0,
    child: { name: 'watched', placement: {} }, crew: { name: 'watched' },
    thread: { kill: ({ reason }: Down) => killed.push(reason) },
  } as unknown as Member
  return { board, result: thread.result, terminate: thread.terminate, killed, look: watchByHand(board, member) }
}

const watchByHand = (board: Board, member: Member): (() => void) => {
  let now = 0
  let look = (): void => undefined
  const every = (_: number, work: () => void) => {
    look = work
    return () => undefined
  }
  const clock = { now: () => now, elapsed: () => now, later: () => () => undefined, every } as Clock & Timers
  watchThreads(board, clock, () => [member], () => undefined)
  return () => {
    now += 200
    look()
  }
}

const asleep = async (board: Board): Promise<void> => {
  while (bellOf(board.bells, 0).restOf(SLOT) !== 'asleep') await pause(1)
}
const times = (n: number, work: () => void): void => {
  for (let i = 0; i < n; i++) work()
}

t.test('a thread that sleeps on its bell is well for as long as nobody rings', async (t) => {
  const { board, killed, look } = await stage(t, 'sleepOnce')
  await asleep(board)
  times(100, look)
  t.strictSame(killed, [])
})

for (const task of ['waitElsewhere', 'waitInLook'] as const)
  t.test(`a thread that waits for anything else hangs: ${task}`, async (t) => {
    const { killed, look } = await stage(t, task)
    times(7, look)
    t.strictSame(killed, [], 'not before its time')
    look()
    t.strictSame(killed, ['hung'])
  })

t.test('a thread that was rung and not woken is woken by the watch', async (t) => {
  const { board, result, killed, look } = await stage(t, 'sleepOnce')
  await asleep(board)
  bellOf(board.bells, 1, { notify: () => undefined }).ring(SLOT) // as by a thread that is ended half-way
  t.equal(bellOf(board.bells, 0).restOf(SLOT), 'late')
  look()
  t.equal(await result, 'rung')
  t.strictSame(killed, [])
})

t.test('a thread that sleeps on whatever is done hangs', async (t) => {
  const { board, terminate, killed, look } = await stage(t, 'sleepOnce')
  await asleep(board)
  await terminate() // what it leaves behind looks like one that the machine does not run
  bellOf(board.bells, 1).ring(SLOT)
  times(7, look)
  t.strictSame(killed, [])
  look()
  t.strictSame(killed, ['hung'])
  bellOf(board.bells, 0).bury(SLOT)
  t.equal(bellOf(board.bells, 0).restOf(SLOT), 'awake', 'nobody takes a thread that is gone for one that sleeps')
})
