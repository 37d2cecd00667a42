import { bellOf, createBells, type Bells } from '../mailbox/mod.ts'
import { clearRow, createMetrics, type MetricsHandle } from './metrics.ts'

/** Most actors a system may have: what the shared tables are sized for (about 0.4 MB in all). */
export const ACTORS_MAX = 512

/** The system's shared memory: one slot per actor in each table. */
export type Board = {
  readonly bells: Bells
  readonly metrics: MetricsHandle
  /** Int32 per slot: grows while the actor's thread is alive. */
  readonly beats: SharedArrayBuffer
  /** Int32 per slot: 1 while messages wait in the thread's event loop that only a turn of it can take. */
  readonly control: SharedArrayBuffer
  /** Int32 at 0: the journal is durable through this sequence. */
  readonly durable: SharedArrayBuffer
}

/** Shared memory for a system in which nothing has run yet. */
export const createBoard = (): Board => ({
  bells: createBells(ACTORS_MAX),
  metrics: createMetrics(ACTORS_MAX),
  beats: new SharedArrayBuffer(ACTORS_MAX * 4),
  control: new SharedArrayBuffer(ACTORS_MAX * 4),
  durable: new SharedArrayBuffer(4),
})

/** Makes a slot as new, once nothing that used it runs any more. Its bell may stand at any number. */
export const clearSlot = (board: Board, slot: number): void => {
  clearRow(board.metrics, slot)
  Atomics.store(new Int32Array(board.beats), slot, 0)
}

/** The sequence through which the journal is on disk; 0 before the first. */
export const durableOf = (board: Board): number => Atomics.load(new Int32Array(board.durable), 0)

/**
 * For whoever posts to a blocking thread's event loop: call it after each post. The thread turns its event loop
 * only when it has been called, so a message without it may wait for a second.
 */
export const rouserOf = ({ control, bells }: Board, slot: number): (() => void) => {
  const words = new Int32Array(control)
  const bell = bellOf(bells, slot)
  return () => {
    Atomics.store(words, slot, 1)
    bell.ring(slot)
  }
}

/** Whether the event loop has something for the thread in `slot` since this was last asked; its loop asks. */
export const controlOf = ({ control }: Board, slot: number): (() => boolean) => {
  const words = new Int32Array(control)
  return () => Atomics.load(words, slot) === 1 && Atomics.exchange(words, slot, 0) === 1
}
