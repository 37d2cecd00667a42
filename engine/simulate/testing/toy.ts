import { vocabulary, type Ref } from '../../actor.ts'
import type { Millis } from '../../clock.ts'
import { openLog, readLog, type FileSystem, type Log } from '../../log/mod.ts'
import {
  advance, createRing, createWatermarks, ringReader, ringWriter,
  type RingHandle, type RingReader, type RingWriter, type Watermarks,
} from '../../mailbox/mod.ts'
import { child, supervisor, type Child } from '../../tree.ts'
import { durableOf } from '../../runtime/board.ts'
import { simulate, type Simulated } from '../simulate.ts'
import type { Invariant, Program, SimulateOptions, World } from '../world.ts'

/** Numbers the source counts up to. */
const LAST = 200
const JOURNAL = '/toy/journal'
/** Event time of a number. */
const atOf = (n: number): Millis => 1000 + 10 * n
/** Event time after which a fact is known to the workers. */
const FACT_MS = 35
const COUNTED = 1
const FINISHED = 2

/** What an actor of the toy may do wrong, for the simulation to find. */
export type Flaw =
  /** The sink says that a fact is on disk before it is. */
  | 'acknowledges early'
  /** A worker gives records back once read, so that those under way die with it. */
  | 'forgets'
  /** The sink takes what is sent again for new. */
  | 'counts twice'
  /** A worker does not wait for the facts it decides by. */
  | 'does not wait'

type Count = { readonly type: 'count'; readonly n: number; readonly known: number }
/** The one fact of the toy: `known` is the sum of all numbers whose facts its worker knew at that moment. */
type Counted = {
  readonly type: 'counted'
  readonly n: number
  readonly known: number
  readonly at: Millis
  readonly from: string
  readonly tick: number
}
const { actor } = vocabulary<Count, Counted>()

/** What must be on record of number `n`, whatever happened on the way. */
const factOf = (n: number): Counted => {
  let known = 0
  for (let m = 1; m < n; m++) if (atOf(m) + FACT_MS <= atOf(n)) known += m
  return { type: 'counted', n, known, at: atOf(n), from: 'sink', tick: n }
}

/** The facts on record, up to a sequence. */
const factsOn = (disk: FileSystem, through: number): Counted[] => {
  const reader = readLog(JOURNAL, { fileSystem: disk, kinds: new Set([COUNTED]) })
  const facts: Counted[] = []
  for (let one = reader.next(through); one; one = reader.next(through)) facts.push(JSON.parse(one.payload.toString()))
  reader.close()
  return facts
}

// --- source -------------------------------------------------------------------------------------------------

type SourceState = { readonly writer: RingWriter; next: number }

const source = actor<{ readonly ring: RingHandle; readonly from: number }, SourceState>({
  module: import.meta.url,
  start: ({ ring, from }) => ({ writer: ringWriter(ring), next: from }),
  pump(state, ctx) {
    const { writer } = state
    let count = 0
    // One more than there is to count: it says that this was all.
    for (; state.next <= LAST + 1 && count < 3; count++) {
      const f = writer.claim()
      if (f < 0) break
      writer.fields[f] = state.next++
    }
    writer.publish()
    ctx.wake()
    return count > 0
  },
})

// --- workers ------------------------------------------------------------------------------------------------

type WorkerGiven = { readonly ring: RingHandle; readonly place: number; readonly sink: Ref; readonly flaw: Flaw | null }
type WorkerState = {
  readonly given: WorkerGiven
  readonly reader: RingReader
  /** The number at hand. */
  n: number | null
  /** Sum of the numbers whose facts are known. */
  known: number
  /** The last of them when it started: those up to here were sent before. */
  readonly sent: number
}

/** One of the two that share the numbers. */
export const worker = actor<WorkerGiven, WorkerState>({
  module: import.meta.url,
  start(given, ctx) {
    const own = factsOn(ctx.disk, ctx.recovered).filter(({ n }) => n % 2 === given.place)
    const reader = ringReader(given.ring, given.place)
    return { given, reader, n: null, known: 0, sent: own.at(-1)?.n ?? 0 }
  },
  pump(state, ctx) {
    const { reader, given: { flaw, place, sink } } = state
    for (let count = 0; ; count++) {
      if (state.n === null) reader.read(1, (fields, _, f) => void (state.n = fields[f]!))
      const { n } = state
      if (n === null) return count > 0
      if (n > LAST) {
        ctx.advance(Number.POSITIVE_INFINITY)
        ctx.deliver(ctx.horizon())
        return count > 0
      }
      const at = atOf(n)
      ctx.advance(at - 1)
      if (ctx.horizon() < at && flaw !== 'does not wait') return count > 0
      ctx.deliver(at)
      if (n % 2 === place && n > state.sent) ctx.send(sink, { type: 'count', n, known: state.known }, at)
      state.n = null
      if (flaw === 'forgets') reader.releaseRead()
    }
  },
  on: {
    counted(state, { n }) {
      state.known += n
      if (n % 2 !== state.given.place) return
      // What lies behind a number of its own on record is no longer needed, should it have to begin again.
      state.reader.release(n + 1)
    },
  },
})

/** A worker with a defect: it throws whenever it is given a turn. */
export const defective: typeof worker = {
  ...worker,
  pump: () => {
    throw new Error('a defect')
  },
}

// --- sink ---------------------------------------------------------------------------------------------------

type SinkState = {
  readonly log: Log
  /** The last even and the last odd number kept. */
  readonly last: number[]
  dirty: boolean
  finished: boolean
  readonly flaw: Flaw | null
}

const sink = actor<{ readonly flaw: Flaw | null }, SinkState>({
  module: import.meta.url,
  start({ flaw }, ctx) {
    const log = openLog(JOURNAL, { fileSystem: ctx.disk, segmentBytes: 1000 })
    const facts = factsOn(ctx.disk, log.durable)
    const finished = facts.length < log.durable
    const state: SinkState = { log, last: [0, 0], dirty: false, finished, flaw }
    for (const { n } of facts) state.last[n % 2] = n
    ctx.durable(log.durable)
    return state
  },
  pump(state, ctx) {
    const count = ctx.deliver(ctx.horizon())
    if (ctx.horizon() === Number.POSITIVE_INFINITY && !state.finished) {
      state.log.append(FINISHED, JSON.stringify({ type: 'finished', at: 0, from: 'sink', tick: -1 }))
      state.finished = state.dirty = true
    }
    if (state.dirty && state.flaw === 'acknowledges early') ctx.durable(state.log.records)
    if (state.dirty) ctx.durable(state.log.commit())
    state.dirty = false
    ctx.advance(ctx.horizon())
    return count > 0
  },
  on: {
    count(state, { n, known, at }) {
      if (n <= state.last[n % 2]! && state.flaw !== 'counts twice') return
      state.last[n % 2] = n
      state.dirty = true
      const fact: Counted = { type: 'counted', n, known, at, from: 'sink', tick: n }
      state.log.append(COUNTED, JSON.stringify(fact))
    },
  },
  stop: ({ log }) => log.close(),
})

// --- the tree -----------------------------------------------------------------------------------------------

const SINK = 0
const patient = { atMost: 5, withinMs: 60_000, delayMs: 50, delayMsMax: 5000 } as const

/** A source counts through a ring, two workers share the numbers, a sink keeps them in a journal. */
export const toy = (flaw: Flaw | null = null, second = worker): Program => ({ disk }) => {
  let wired: { ring: RingHandle; marks: Watermarks } | null = null
  const start = () => {
    const log = openLog(JOURNAL, { fileSystem: disk, segmentBytes: 1000 })
    const { durable } = log
    log.close()
    const from = (factsOn(disk, durable).at(-1)?.n ?? 0) + 1
    const ring = createRing({ capacity: 16, readers: 2, lossless: true, start: from })
    for (const place of [0, 1]) ringReader(ring, place).activate(from)
    const marks = createWatermarks(3)
    wired = { ring, marks }
    const workers = [worker, second].map((one, place) =>
      workerChild(one, { ring, place, sink: { ref: 'sink' }, flaw }, marks))
    return [
      child(sink, { flaw }, {
        name: 'sink', wakes: ['workers'],
        sync: { watermarks: marks, slot: SINK, awaits: [1, 2].map((slot) => ({ slot, lagMs: 0, sends: true })) },
      }),
      supervisor('workers', { ...patient, restart: 'one-for-one', then: 'quarantine' }, () => workers),
      child(source, { ring, from }, { name: 'source', wakes: ['workers'] }),
    ]
  }
  return {
    tree: supervisor('toy', { ...patient, atMost: 1000, restart: 'one-for-all', then: 'escalate' }, start),
    events: {
      onQuarantined(name) {
        const place = Number(name.slice(-1))
        ringReader(wired!.ring, place).deactivate()
        advance(wired!.marks, 1 + place, Number.POSITIVE_INFINITY)
      },
    },
  }
}

const workerChild = (one: typeof worker, given: WorkerGiven, marks: Watermarks): Child =>
  child(one, given, {
    name: `worker/${given.place}`, wakes: ['sink', 'source'],
    sync: {
      watermarks: marks,
      slot: 1 + given.place,
      awaits: [{ slot: SINK, lagMs: FACT_MS, sends: false }],
      facts: { dir: JOURNAL, kinds: [COUNTED], lagMs: FACT_MS },
    },
  })

/** Restarts the toy when it was given up, as a person does who has made room on a full disk. */
const person = ({ system }: World): void => {
  if (system.actors()[0]?.state === 'failed') system.restart('sink').catch(() => undefined)
}

/** What is on record never shrinks, and is what it must be: nothing lost, nothing twice, in order of event time. */
const journalHolds = (): Invariant => {
  let best = 0
  return ({ board, disk }) => {
    const durable = durableOf(board)
    if (durable > 0 && durable < best) return `the journal shrank from ${best} records to ${durable}`
    if (durable <= best) return null
    best = durable
    const wrong = factsOn(disk, durable).findIndex((fact, i) => JSON.stringify(fact) !== JSON.stringify(factOf(i + 1)))
    return wrong < 0 ? null : `fact ${wrong + 1} is not what it must be`
  }
}

/** Workers may fail five times a minute before they are set aside: with them goes what they would have counted. */
const spare = (name: string, downs: readonly string[]): boolean =>
  name.startsWith('worker/') && downs.filter((one) => one === name).length > 2

/** Runs the toy until all is counted. */
export const playToy = (
  seed: number, options: Partial<SimulateOptions> = {}, flaw: Flaw | null = null, second = worker,
): Promise<Simulated> =>
  simulate(toy(flaw, second), {
    seed, person, spare,
    invariants: [journalHolds()],
    until: ({ board }) => durableOf(board) > LAST,
    steps: 50_000,
    allows: ({ code }) => code === 'LOG_CANNOT_WRITE',
    ...options,
  })
