import { pause, readLog, type Context, type LogReader, type Millis } from '#engine/mod.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Command, Fact } from '../messages.ts'
import { actor } from '../vocabulary.ts'
import type { Sequenced } from './project.ts'
import { openStore, type Store } from './store.ts'

/** Facts applied in one transaction: a few minutes of a busy run. */
const BATCH_MAX = 500
/** How long to wait before looking for new facts. */
const IDLE_MS = 100
const MAINTAIN_MS = 60_000

type Given = {
  readonly journal: string
  /** The database's own directory. */
  readonly dir: string
  readonly runId: string
  readonly instruments: readonly Instrument[]
}
type Progress = { running: boolean; sequence: number }
type State = Progress & { readonly projecting: Promise<void> }

/**
 * Projects the journal into Postgres, behind everybody's back: nothing waits for it, it may lag, die or be away,
 * and goes on from the last sequence that it has committed.
 */
export default actor<Given, State>({
  module: import.meta.url,
  start(given, ctx) {
    const state = { running: true, sequence: 0, projecting: Promise.resolve() }
    // Opening a new database takes seconds; what fails here ends the thread, and its supervisor hears of it.
    state.projecting = project(given, state, ctx)
    return state
  },
  pump: () => false,
  async stop(state) {
    state.running = false
    await state.projecting
  },
  inspect: ({ sequence }) => ({ sequence }),
})

const project = async (given: Given, state: Progress, ctx: Context<Command>): Promise<void> => {
  const { dir, runId, instruments, journal } = given
  const store = await openStore({ dir, runId, clock: ctx.clock })
  await store.saveInstruments(instruments)
  state.sequence = await store.lastSequence()
  const reader = readLog(journal, { after: state.sequence })
  let maintained: Millis = ctx.clock.elapsed()
  ctx.log.info({ from: state.sequence }, 'The database follows the journal.')
  while (state.running) {
    const count = await step(store, reader, state, ctx)
    ctx.gauges.handled(count)
    ctx.gauges.lag(ctx.journaled() - state.sequence)
    if (ctx.clock.elapsed() - maintained > MAINTAIN_MS) {
      maintained = ctx.clock.elapsed()
      await store.maintain()
    }
    if (count === 0) await pause(IDLE_MS)
  }
  reader.close()
  await store.close()
}

const step = async (
  store: Store,
  reader: LogReader,
  state: Progress,
  ctx: Context<Command>,
): Promise<number> => {
  const batch: Sequenced[] = []
  const through = ctx.journaled()
  for (let record = reader.next(through); record; record = reader.next(through)) {
    batch.push({ sequence: record.sequence, fact: JSON.parse(record.payload.toString('utf8')) as Fact })
    if (batch.length === BATCH_MAX) break
  }
  if (batch.length === 0) return 0
  await store.apply(batch)
  state.sequence = batch.at(-1)!.sequence
  return batch.length
}
