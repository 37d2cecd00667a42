import { readLog, realFileSystem, type Context, type FileSystem, type Millis } from '#engine/mod.ts'
import type { Minute } from '../candles/minutes.ts'
import { timeframes } from '../domain/candle.ts'
import type { InstrumentTable } from '../domain/instrument.ts'
import { isSystem, type Fact, type FactOf, type Kept, type RunInfo, type SystemFact } from '../messages.ts'

/** Every kept fact up to a sequence, oldest first. */
export function* factsIn(dir: string, through: number, disk: FileSystem = realFileSystem): Generator<Fact> {
  const reader = readLog(dir, { fileSystem: disk })
  try {
    for (let record = reader.next(through); record; record = reader.next(through))
      yield JSON.parse(record.payload.toString('utf8')) as Fact
  } finally {
    reader.close()
  }
}

/** What a strategy reads back of the run so far. */
export type Past = {
  readonly minutes: Minute[]
  /** Event time of the last fact: everything decided early enough to take effect by then is on record. */
  readonly through: Millis
}

/**
 * The minutes journaled so far, with the candles that are wanted.
 * @param seen   told the close of every one-minute candle, wanted or not
 * @param heard  told every fact of the market, before its closes
 */
export const pastMinutes = (
  { disk, recovered }: Pick<Context, 'disk' | 'recovered'>,
  dir: string,
  table: InstrumentTable,
  wanted: (instrument: number, timeframe: number) => boolean,
  seen: (instrument: number, close: number) => void,
  heard: (fact: Fact) => void = () => undefined,
): Past => {
  const minutes: Minute[] = []
  let through = Number.NEGATIVE_INFINITY
  for (const fact of factsIn(dir, recovered, disk)) {
    if (isSystem(fact)) continue
    through = fact.at
    heard(fact)
    if (fact.type === 'minuteClosed') minutes.push(minuteOf(fact, table, wanted, seen))
  }
  return { minutes, through }
}

const minuteOf = (
  fact: FactOf<'minuteClosed'>,
  table: InstrumentTable,
  wanted: (instrument: number, timeframe: number) => boolean,
  seen: (instrument: number, close: number) => void,
): Minute => {
  const candles = fact.candles.filter((candle) => {
    const { index } = table.of(candle.symbol)!
    if (candle.timeframe === '1m') seen(index, candle.close)
    return wanted(index, timeframes.indexOf(candle.timeframe))
  })
  const { mark: at, sequence, fed, quarantined } = fact
  return { at, sequence, openAt: 0, closeAt: 0, fed, quarantined, micros: 0, end: false, missing: 0, candles }
}

/** Where a run stands, by its journal: what the supervisor needs to take it up again. */
export type Standing = {
  readonly run: RunInfo | null
  /** The last minute on record: the tick stream goes on behind its mark. */
  readonly minute: { readonly mark: Millis; readonly sequence: number } | null
  readonly finished: boolean
  /** Strategies that a person stopped. */
  readonly stopped: ReadonlySet<string>
  /** Parameters that a person set, by strategy. */
  readonly configured: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** What was added to the fleet that the run began with, and removed from it, in order. */
  readonly changes: readonly FleetChange[]
}

/** A strategy that came while the run was under way, or went. */
export type FleetChange = FactOf<'strategyAdded' | 'strategyRemoved'>

/** Reads where a run stands. */
export const standingOf = (dir: string, through: number, disk: FileSystem = realFileSystem): Standing => {
  const standing: Unfolding = {
    run: null, minute: null, finished: false, stopped: new Set(), configured: new Map(), changes: [],
  }
  for (const fact of factsIn(dir, through, disk))
    if (fact.type === 'minuteClosed') standing.minute = { mark: fact.mark, sequence: fact.sequence }
    else if (isSystem(fact)) noteSystem(standing, fact)
  return standing
}

type Unfolding = {
  -readonly [K in 'run' | 'minute' | 'finished']: Standing[K]
} & {
  readonly stopped: Set<string>
  readonly configured: Map<string, Readonly<Record<string, unknown>>>
  readonly changes: FleetChange[]
}

const noteSystem = (standing: Unfolding, fact: Kept<SystemFact>): void => {
  if (fact.type === 'runStarted') standing.run = fact.run
  if (fact.type === 'runFinished') standing.finished = true
  if (fact.type === 'strategyStopped') standing.stopped.add(fact.strategy)
  if (fact.type === 'strategyStarted') standing.stopped.delete(fact.strategy)
  if (fact.type === 'strategyConfigured') standing.configured.set(fact.strategy, fact.params)
  if (fact.type === 'strategyAdded' || fact.type === 'strategyRemoved') standing.changes.push(fact)
}
