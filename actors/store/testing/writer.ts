import { realClock } from '#engine/mod.ts'
import { openStore } from '../store.ts'
import { at, numbered, scriptedDay, signal } from './facts.ts'

/** How many signals go into one batch. */
export const batchSize = 7

/** Signals without end, in batches: the facts that come after so many. */
export const signalsAfter = (sequence: number) =>
  numbered(
    Array.from({ length: batchSize }, (_, n) => {
      const minute = sequence + n
      return at(minute, { type: 'signalRaised', signal: signal(minute, { id: `after-${sequence + n + 1}` }) })
    }),
    sequence,
  )

// As a program: writes to the store in the folder it is given until it is killed, saying what was acknowledged.
if (import.meta.main) {
  const store = await openStore({ dir: process.argv[2]!, runId: 'run', clock: realClock })
  await store.apply(scriptedDay())
  for (;;) {
    const sequence = await store.lastSequence()
    await store.apply(signalsAfter(sequence))
    process.stdout.write(`${sequence + batchSize}\n`)
  }
}
