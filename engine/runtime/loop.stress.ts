import type { MessagePort } from 'node:worker_threads'
import { bellOf } from '../mailbox/mod.ts'
import { controlOf, type Board } from './board.ts'
import { runLoop } from './loop.ts'

type Given = {
  readonly board: Board
  readonly slot: number
  /** Int32: what is sent, what was seen of it (notified); the first below zero ends the thread. */
  readonly box: Int32Array
  readonly sleepMs: number
  readonly port?: MessagePort
}

/** Thread task: a loop whose one host answers each number in the box with the same, and each message on the port. */
export const answer = async ({ board, slot, box, sleepMs, port }: Given): Promise<number> => {
  let seen = 0
  let turns = 0
  port?.on('message', (what) => port.postMessage(what))
  const turn = (): boolean => {
    turns++
    const sent = Atomics.load(box, 0)
    if (sent === seen) return false
    seen = sent
    Atomics.store(box, 1, seen)
    Atomics.notify(box, 1)
    return true
  }
  await runLoop({
    hosts: [{ turn }], bell: bellOf(board.bells, slot), beat: () => undefined,
    controlPending: controlOf(board, slot), stopping: () => seen < 0, sleepMs,
  })
  port?.close()
  return turns
}
