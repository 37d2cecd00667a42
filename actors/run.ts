import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { realClock, type Millis } from '#engine/mod.ts'
import { marksOf, nseCalendar, sessionOf } from './calendar/mod.ts'
import { longerCandles } from './candles/aggregate.ts'
import { packHistory, type History } from './candles/history.ts'
import type { Candle } from './domain/candle.ts'
import type { InstrumentTable } from './domain/instrument.ts'
import { paise } from './domain/money.ts'
import { problem } from './errors.ts'
import { loadBars } from './feed/bars.ts'
import { instrumentsOf, openRecording, type Recording } from './feed/recording.ts'
import { sessionClassOf } from './feed/validate.ts'
import { capitalByDefault, type FleetEntry } from './fleet.ts'
import type { RunInfo, StrategyInfo } from './messages.ts'
import { limitsFor, strategyLimits, type Limits } from './risk/limits.ts'
import type { Config } from './settings.ts'
import { strategyTypes } from './strategies/mod.ts'
import { parseParams } from './strategy/params.ts'

/** Everything a run is made of, known before the first thread starts. */
export type Run = {
  readonly info: RunInfo
  /** Its own folder below the data directory: journal, database. */
  readonly dir: string
  readonly journal: string
  readonly recording: Recording
  readonly instruments: InstrumentTable
  readonly history: History
  /** Minute boundaries of its sessions. */
  readonly marks: readonly Millis[]
  readonly limits: Limits
  /** Instances of the default fleet that do not fit the recording. */
  readonly leftOut: readonly string[]
}

/**
 * Reads the recording through, settles which strategies run with which parameters and limits, and warms the history.
 * The same recording with the same fleet is the same run, and is taken up where it was left.
 */
export const prepareRun = async (
  path: string,
  config: Config,
  data: string,
  say: (line: string) => void,
): Promise<Run> => {
  const recording = await openRecording(path)
  const { rows, symbols, days } = recording
  const count = rows.toLocaleString('en-IN')
  say(`recording ${recording.name}: ${count} rows of ${symbols.length} instruments, ${days.join(', ')}`)
  const instruments = instrumentsOf(recording)
  const fits = config.strategies.filter(({ symbol }) => config.chosen || instruments.of(symbol))
  if (fits.length === 0) throw problem('FLEET_EMPTY', { recording: recording.name })
  const strategies = fits.map((one) => infoOf(one, instruments))
  const limits = limitsFor(
    Object.fromEntries(fits.map((one, i) => [one.id, limitsOf(one, strategies[i]!)])),
    config.account,
  )
  const history = await warmUp(recording, instruments)
  say(`warm-up bars of ${history.sessions} sessions before it`)
  const identity = JSON.stringify([recording.hash, strategies, limits])
  const id = `${basename(recording.name)}-${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`
  const dir = join(data, 'runs', id)
  return {
    info: {
      id, kind: 'replay', recording: recording.name, recordingHash: recording.hash, strategies, symbols,
      warmSessions: history.sessions, startedAt: realClock.now(),
    },
    dir,
    journal: join(dir, 'journal'),
    recording,
    instruments,
    history,
    marks: days.flatMap((day) => marksOf(sessionOf(day, classOf(instruments))!)),
    limits,
    leftOut: config.strategies.filter((one) => !fits.includes(one)).map((one) => one.id),
  }
}

/** Marks follow the longest hours among the instruments, as the tick stream's do. */
const classOf = (table: InstrumentTable): 'derivatives' | 'cash' =>
  table.all.some(({ kind }) => sessionClassOf(kind) === 'derivatives') ? 'derivatives' : 'cash'

const infoOf = (one: FleetEntry, table: InstrumentTable): StrategyInfo => {
  const { id, type, symbol, capital = capitalByDefault } = one
  const definition = strategyTypes[type]
  if (!definition) throw problem('TYPE_UNKNOWN', { strategy: id, type, known: Object.keys(strategyTypes) })
  const parsed = parseParams(definition.params, one.params ?? {})
  if (parsed.type === 'bad')
    throw problem('PARAMS', { strategy: id, faults: parsed.errors.map(({ says }) => says) })
  if (!table.of(symbol))
    throw problem('SYMBOL_UNKNOWN', { strategy: id, symbol, known: table.all.map((it) => it.symbol) })
  return { id, type, symbol, params: parsed.params as StrategyInfo['params'], capital: paise(capital) }
}

const limitsOf = (one: FleetEntry, { id, type, params, capital }: StrategyInfo) => {
  const { risk } = strategyTypes[type]!
  const declared = typeof risk === 'function' ? risk(params as never) : risk
  return strategyLimits({ id, capital, mode: 'paper', ...(declared && { declared }), configured: one.risk ?? {} })
}

const warmUp = async (recording: Recording, table: InstrumentTable): Promise<History> => {
  const symbols = table.all.map(({ symbol }) => symbol)
  const { candles, days } = await loadBars(recording, symbols)
  const bySymbol: Map<string, Candle[]> = Map.groupBy(candles, (candle) => candle.symbol)
  const longer = [...bySymbol].flatMap(([symbol, minutes]) => {
    const instrument = table.of(symbol)!
    return longerCandles(minutes, {
      instrument, sessionOf: (day) => nseCalendar.sessionOf(day, sessionClassOf(instrument.kind)),
    })
  })
  return packHistory([...candles, ...longer], symbols, days.length)
}
