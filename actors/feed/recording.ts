import { basename } from 'node:path'
import type { Millis } from '#engine/clock.ts'
import { atMinute, type Day, dayOf, sessionOf } from '#actors/calendar/mod.ts'
import type { InstrumentTable } from '#actors/domain/instrument.ts'
import { type Contract, instrumentsFor, parseContracts } from '#actors/instruments/mod.ts'
import { feedErrors } from './errors.ts'
import { findFiles, hashFiles, type RecordingFiles, textOf } from './recording-files.ts'
import { readRows } from './read-rows.ts'
import { type Broken, countBroken, nothingBroken, type RowBatch, type Source } from './source.ts'
import { SymbolLookup } from './symbol-lookup.ts'

/** What a recording holds, found out by reading it once through. Plain data, fit for another thread. */
export type Recording = {
  readonly path: string
  readonly name: string
  /** SHA-256 over its files: the same recording has the same hash wherever it lies. */
  readonly hash: string
  readonly files: RecordingFiles
  /** Days of which rows fall into a session, oldest first. */
  readonly days: readonly Day[]
  /** Readable rows. */
  readonly rows: number
  readonly firstAt: Millis
  readonly lastAt: Millis
  /** Symbols of its rows that name an instrument, sorted: an instrument's index is its place here. */
  readonly symbols: readonly string[]
  /** Symbols that do not; their rows are set aside. */
  readonly strangers: readonly string[]
  readonly contracts: readonly Contract[]
  readonly broken: Broken
}

// One row in a hundred out of order is a fault of the feed; more is a file in another order.
const backwardsShareMax = 0.01

/**
 * Reads a recording, a file or a folder, through once: what is wrong with it is known before anybody trades on it.
 * @throws the FEED problems of a recording: not found, empty, not one, a column missing, truncated, damaged,
 *         not sorted, no symbol known, no row in a session; and INSTRUMENTS problems of its contract list
 */
export const openRecording = async (path: string): Promise<Recording> => {
  const files = await findFiles(path)
  const hash = await hashFiles(files)
  const contracts = files.contracts
    ? parseContracts(await textOf(files.contracts), basename(files.contracts))
    : []
  const lookup = new SymbolLookup([], { collect: true })
  const broken = nothingBroken()
  const { rows, backwards, firstAt, lastAt, days } = await survey(
    readRows(files.ticks, lookup, broken),
  )

  if (rows === 0)
    throw feedErrors.problem('EMPTY', {
      file: `${basename(path)} (${countBroken(broken)} broken rows aside)`,
    })
  if (backwards > rows * backwardsShareMax)
    throw feedErrors.problem('NOT_SORTED', { path, backwards, rows })
  const day = days[0] ?? dayOf(firstAt)
  const symbols = instrumentsFor(lookup.symbols.toSorted(), day, contracts).all.map(
    ({ symbol }) => symbol,
  )
  if (symbols.length === 0)
    throw feedErrors.problem('NO_KNOWN_SYMBOL', { path, found: lookup.symbols })
  if (days.length === 0)
    throw feedErrors.problem('NO_SESSION', { path, from: dayOf(firstAt), to: dayOf(lastAt) })
  const strangers = lookup.symbols.filter((symbol) => !symbols.includes(symbol)).toSorted()
  return {
    path,
    name: files.name,
    hash,
    files,
    days,
    rows,
    firstAt,
    lastAt,
    symbols,
    strangers,
    contracts,
    broken,
  }
}

/** The instruments of a recording as they stood on its first day. */
export const instrumentsOf = ({ symbols, days, contracts }: Recording): InstrumentTable =>
  instrumentsFor(symbols, days[0]!, contracts)

/** A recording as a source of ticks. Opened again, it yields the same batches again. */
export const recordingSource = (
  { name, files }: Pick<Recording, 'name' | 'files'>,
  table: InstrumentTable,
): Source => {
  let broken = nothingBroken()
  return {
    name,
    open: () => {
      broken = nothingBroken()
      return readRows(files.ticks, new SymbolLookup(table.all.map(({ symbol }) => symbol)), broken)
    },
    get broken() {
      return broken
    },
  }
}

const dayLength = 86_400_000

const survey = async (batches: AsyncIterable<RowBatch>) => {
  const openings = new Set<Millis>()
  let [rows, backwards, firstAt, lastAt, before] = [0, 0, Infinity, -Infinity, -Infinity]
  // The session of the day last met, so that a day is asked for once and not for each row.
  let [dayStart, openAt, closeAt] = [NaN, NaN, NaN]
  for await (const { length, at } of batches) {
    rows += length
    for (let i = 0; i < length; i++) {
      const now = at[i]!
      if (now < before) backwards++
      before = now
      if (now < firstAt) firstAt = now
      if (now > lastAt) lastAt = now
      if (!(now >= dayStart && now < dayStart + dayLength)) {
        const day = dayOf(now)
        const session = sessionOf(day)
        dayStart = atMinute(day, 0)
        openAt = session?.openAt ?? NaN
        closeAt = session?.closeAt ?? NaN
      }
      if (now >= openAt && now < closeAt) openings.add(openAt)
    }
  }
  return { rows, backwards, firstAt, lastAt, days: [...openings].map(dayOf).toSorted() }
}
