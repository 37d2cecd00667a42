import { createBells, type Bells } from '../mailbox/mod.ts'
import { createMetrics, type MetricsHandle } from './metrics.ts'

/** Most actors a system may have: what the shared tables are sized for (about 0.4 MB in all). */
export const ACTORS_MAX = 512

/** The system's shared memory: one slot per actor in each table. */
export type Board = {
  readonly bells: Bells
  readonly metrics: MetricsHandle
  /** Int32 per slot: grows while the actor's thread is alive. */
  readonly beats: SharedArrayBuffer
  /** Int32 at 0: the journal is durable through this sequence. */
  readonly durable: SharedArrayBuffer
}

/** Shared memory for a system in which nothing has run yet. */
export const createBoard = (): Board => ({
  bells: createBells(ACTORS_MAX),
  metrics: createMetrics(ACTORS_MAX),
  beats: new SharedArrayBuffer(ACTORS_MAX * 4),
  durable: new SharedArrayBuffer(4),
})

/** The sequence through which the journal is on disk; 0 before the first. */
export const durableOf = (board: Board): number => Atomics.load(new Int32Array(board.durable), 0)
