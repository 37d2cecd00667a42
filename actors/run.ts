import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { realClock, type Millis } from '#engine/mod.ts'
import { marksOf, nseCalendar, sessionOf } from './calendar/mod.ts'
import { longerCandles } from './candles/aggregate.ts'
import { packHistory, type History } from './candles/history.ts'
import type { Candle } from './domain/candle.ts'
import type { InstrumentTable } from './domain/instrument.ts'
import type { StrategyLimits } from './domain/limits.ts'
import { paise } from './domain/money.ts'
import { problem } from './errors.ts'
import { loadBars } from './feed/bars.ts'
import { instrumentsOf, openRecording, type Recording } from './feed/recording.ts'
import { sessionClassOf } from './feed/validate.ts'
import { capitalByDefault, type FleetEntry } from './fleet.ts'
import type { RunInfo, StrategyForm, StrategyInfo } from './messages.ts'
import type { RunPlacement } from './placement.ts'
import { limitsFor, strategyLimits, type Limits } from './risk/limits.ts'
import type { Config } from './settings.ts'
import { strategyTypes } from './strategies/mod.ts'
import { parseParams } from './strategy/params.ts'
import type { Card } from './strategy/trial.ts'

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
  /** In which threads it runs: how, not what, so that it is the same run in any. */
  readonly placement: RunPlacement
}

/** What is known of the strategies that are files, by their ids; `null` for one that was refused. */
export type Cards = ReadonlyMap<string, Card | null>

/**
 * Reads the recording through, settles which strategies run with which parameters and limits, and warms the history.
 * The same recording with the same fleet is the same run, and is taken up where it was left.
 */
export const prepareRun = async (
  path: string,
  config: Config,
  data: string,
  say: (line: string) => void,
  cards: Cards = new Map(),
): Promise<Run> => {
  const recording = await openRecording(path)
  const { rows, symbols, days } = recording
  const count = rows.toLocaleString('en-IN')
  say(`recording ${recording.name}: ${count} rows of ${symbols.length} instruments, ${days.join(', ')}`)
  const instruments = instrumentsOf(recording)
  const fits = config.strategies.filter(({ symbol }) => config.chosen || instruments.of(symbol))
  if (fits.length === 0) throw problem('FLEET_EMPTY', { recording: recording.name })
  const fleet = fits.map((one) => enlist(one, instruments, cards))
  const strategies = fleet.map(({ info }) => info)
  const limits = limitsFor(Object.fromEntries(fleet.map(({ info, limits: own }) => [info.id, own])), config.account)
  const history = await warmUp(recording, instruments)
  say(`warm-up bars of ${history.sessions} sessions before it`)
  const identity = JSON.stringify([recording.hash, ...identityOf(fits, strategies, limits)])
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
    placement: config.placement,
  }
}

/** Marks follow the longest hours among the instruments, as the tick stream's do. */
const classOf = (table: InstrumentTable): 'derivatives' | 'cash' =>
  table.all.some(({ kind }) => sessionClassOf(kind) === 'derivatives') ? 'derivatives' : 'cash'

/** A strategy as it will run, and what it may do. */
export type Enlisted = { readonly info: StrategyInfo; readonly limits: StrategyLimits }

/**
 * Settles one entry of a fleet, named in a configuration or added later: defaults filled in, everything checked.
 * @throws CONFIG_TYPE_UNKNOWN, CONFIG_PARAMS, CONFIG_SYMBOL_UNKNOWN, and what `strategyLimits` throws
 */
export const enlist = (one: FleetEntry, table: InstrumentTable, cards: Cards = new Map()): Enlisted => {
  const info = infoOf(one, table, cards)
  return { info, limits: limitsOf(one, info, cards) }
}

// A file may change while its run goes on, so what it declares is no part of what makes the run this one.
const identityOf = (entries: readonly FleetEntry[], strategies: readonly StrategyInfo[], limits: Limits) => {
  const files = entries.filter(({ file }) => file !== undefined)
  const isFile = (id: string): boolean => files.some((one) => one.id === id)
  const own = Object.entries(limits.strategies).filter(([id]) => !isFile(id))
  return [
    strategies.filter(({ id }) => !isFile(id)),
    { ...limits, strategies: Object.fromEntries(own) },
    ...files.map(({ id, type, symbol, capital, params, risk }) => [id, type, symbol, capital, params, risk]),
  ]
}

const infoOf = (one: FleetEntry, table: InstrumentTable, cards: Cards): StrategyInfo => {
  const { id, type, symbol, capital = capitalByDefault } = one
  const code = one.file === undefined ? shipped(one) : written(one, cards.get(id) ?? null)
  if (!table.of(symbol))
    throw problem('SYMBOL_UNKNOWN', { strategy: id, symbol, known: table.all.map((it) => it.symbol) })
  return { id, type, symbol, ...code, capital: paise(capital) }
}

const shipped = ({ id, type, params = {} }: FleetEntry): Pick<StrategyInfo, 'params'> => {
  const definition = strategyTypes[type]
  if (!definition) throw problem('TYPE_UNKNOWN', { strategy: id, type, known: Object.keys(strategyTypes) })
  const parsed = parseParams(definition.params, params)
  if (parsed.type === 'bad')
    throw problem('PARAMS', { strategy: id, faults: parsed.errors.map(({ says }) => says) })
  return { params: parsed.params as StrategyInfo['params'] }
}

const written = ({ params = {} }: FleetEntry, card: Card | null): Pick<StrategyInfo, 'params' | 'form'> =>
  card ? { params: card.params, form: formOf(card) } : { params, form: null }

/** What people are shown of a strategy that is a file. */
export const formOf = ({ title, description, bars, form }: Card): StrategyForm =>
  ({ title, description, bars, params: form })

const limitsOf = (one: FleetEntry, { id, type, params, capital }: StrategyInfo, cards: Cards) => {
  const risk = one.file === undefined ? strategyTypes[type]!.risk : cards.get(id)?.risk
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
