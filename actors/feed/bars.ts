import { basename } from 'node:path'
import type { Millis } from '#engine/clock.ts'
import { atMinute, type Day, dayOf, isOpen, type Session, sessionOf } from '#actors/calendar/mod.ts'
import type { Candle } from '#actors/domain/candle.ts'
import { paise } from '#actors/domain/money.ts'
import { feedErrors } from './errors.ts'
import type { Recording } from './recording.ts'
import { textOf } from './recording-files.ts'

/** Minute candles of the sessions before a recording, with which indicators start warm. */
export type WarmUp = {
  /** Oldest first; of one minute, in the order of the file. */
  readonly candles: readonly Candle[]
  /** Days they come from, oldest first: as many sessions as there are. */
  readonly days: readonly Day[]
  /** Rows left out: unreadable, contradictory, outside of a session, or second of their minute. */
  readonly refused: number
}

/** Nothing to start warm with. */
export const cold: WarmUp = { candles: [], days: [], refused: 0 }

/**
 * The warm-up bars of a recording: those that lie before its first session.
 * @param symbols  whose bars to give; by default all
 * @throws FEED_BARS_HEADER
 */
export const loadBars = async (
  recording: Pick<Recording, 'files' | 'days'>,
  symbols?: Iterable<string>,
): Promise<WarmUp> => {
  const { files, days } = recording
  if (!files.bars) return cold
  const before = atMinute(days[0]!, 0)
  return parseBars(await textOf(files.bars), {
    file: basename(files.bars),
    before,
    symbols: symbols && new Set(symbols),
  })
}

type BarOptions = {
  readonly file: string
  /** Bars that open at or after it are not given, nor counted as refused. */
  readonly before?: Millis
  readonly symbols?: ReadonlySet<string> | undefined
}

const columns = ['ts', 'symbol', 'open', 'high', 'low', 'close', 'volume', 'oi'] as const

/** Reads minute bars: CSV with the columns `ts,symbol,open,high,low,close,volume,oi` in any order, prices in rupees. */
export const parseBars = (
  text: string,
  { file, before = Infinity, symbols }: BarOptions,
): WarmUp => {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const names = header.trim().split(',')
  const missing = columns.filter((column) => !names.includes(column))
  if (missing.length > 0) throw feedErrors.problem('BARS_HEADER', { file, missing })
  const places = columns.map((column) => names.indexOf(column))

  const sessions = new Map<Day, Session | null>()
  const lastOf = new Map<string, Millis>()
  const candles: Candle[] = []
  let refused = 0
  for (const line of lines) {
    const fields = line.split(',')
    const candle = candleOf(places.map((place) => fields[place] ?? ''))
    if (candle && symbols && !symbols.has(candle.symbol)) continue
    if (candle && candle.openAt >= before) continue
    if (
      !candle ||
      !isWhole(candle) ||
      !isInSession(candle.openAt, sessions) ||
      candle.openAt <= (lastOf.get(candle.symbol) ?? -1)
    ) {
      refused++
      continue
    }
    lastOf.set(candle.symbol, candle.openAt)
    candles.push(candle)
  }
  candles.sort((a, b) => a.openAt - b.openAt)
  return {
    candles,
    days: [...new Set(candles.map(({ openAt }) => dayOf(openAt)))].toSorted(),
    refused,
  }
}

const candleOf = ([ts, symbol, ...numbers]: readonly string[]): Candle | null => {
  if (!ts || !symbol || numbers.slice(0, 5).some((one) => one === '')) return null
  const [open, high, low, close, volume, oi] = numbers.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const openAt = Number(ts)
  return {
    symbol,
    timeframe: '1m',
    openAt,
    closeAt: openAt + 60_000,
    open: paise(open),
    high: paise(high),
    low: paise(low),
    close: paise(close),
    volume,
    oi,
    ticks: 0,
    gap: false,
    revision: 0,
  }
}

const isWhole = ({ openAt, open, high, low, close, volume, oi }: Candle): boolean =>
  Number.isInteger(openAt) &&
  low > 0 &&
  low <= Math.min(open, close) &&
  high >= Math.max(open, close) &&
  volume >= 0 &&
  oi >= 0 &&
  Number.isFinite(high)

const isInSession = (at: Millis, sessions: Map<Day, Session | null>): boolean => {
  const day = dayOf(at)
  if (!sessions.has(day)) sessions.set(day, sessionOf(day))
  const session = sessions.get(day)
  return session ? isOpen(at, session) : false
}
