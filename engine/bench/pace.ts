import { Patience } from './patience.ts'

/**
 * How far the readers of a ring that waits for nobody have come, told beside the ring: so that both lossy contestants
 * deliver every record to every reader, and what is compared is the same work. A line of 128 bytes per reader.
 */
export type Progress = { readonly words: Int32Array<SharedArrayBuffer>; readonly readers: number }

const LINE = 32

/** Nobody has come anywhere yet. */
export const createProgress = (readers: number): Progress => ({
  words: new Int32Array(new SharedArrayBuffer(readers * LINE * 4)),
  readers,
})

/** A reader has all records below `sequence`. */
export const reached = ({ words }: Progress, reader: number, sequence: number): void =>
  void Atomics.store(words, reader * LINE, sequence)

/** Lets a writer be at most so far ahead of the slowest reader. */
export const paceOf = ({ words, readers }: Progress, ahead: number) => {
  const patience = new Patience(1 + readers)
  let slowest = 0
  return {
    waitFor(head: number): void {
      while (head - slowest > ahead) {
        slowest = head
        for (let r = 0; r < readers; r++) slowest = Math.min(slowest, Atomics.load(words, r * LINE))
        if (head - slowest > ahead) patience.rest()
        else patience.found()
      }
    },
  }
}
