import { sql, type Kysely, type Selectable } from 'kysely'
import type { Tables } from '../../supabase/types.ts'
import type { Candle, Timeframe } from '../domain/candle.ts'
import { fromDecimal, type Paise } from '../domain/money.ts'
import type { ExitReason, Levels, Trade } from '../domain/order.ts'
import type { Condition, Signal } from '../domain/signal.ts'
import { storeProblem } from './errors.ts'
import type { Ids } from './ids.ts'

/** Some of a list, newest first, and the cursor that continues it; `null` at its end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null }

/** Which part of a list: of one strategy or symbol, after a page's `next`, at most so many. */
export type PageOf = {
  readonly strategy?: string | undefined
  readonly symbol?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** A signal and what became of it. */
export type KeptSignal = Signal & {
  readonly executed: boolean
  readonly refusal: { readonly code: string; readonly because: string } | null
}

/** What one strategy's closed trades of one day came to. */
export type DayPerformance = {
  readonly strategy: string
  readonly day: string
  readonly paperPnl: Paise
  readonly livePnl: Paise
  readonly charges: Paise
  readonly trades: number
  readonly wins: number
  readonly losses: number
  /** 0 to 1. */
  readonly winRate: number | null
  /** Deepest fall of realised P&L below its peak within the day, as a positive amount. */
  readonly maxDrawdown: Paise
}

/** Typed reads of one run, in the engine's own units: paise and Millis. */
export type Queries = ReturnType<typeof queries>

/** The reads of a run over a migrated database. */
export const queries = (db: Kysely<Tables>, { run }: Ids) => ({
  /** The newest `limit` candles of a symbol that opened in [from, to), oldest first. */
  candles: async (of: {
    readonly symbol: string
    readonly timeframe: Timeframe
    readonly from?: number
    readonly to?: number
    readonly limit: number
  }): Promise<Candle[]> => {
    const rows = await db
      .selectFrom('ohlcv_data')
      .selectAll()
      .where('run_id', '=', run)
      .where('symbol', '=', of.symbol)
      .where('timeframe', '=', of.timeframe)
      .$if(of.from !== undefined, (query) => query.where('timestamp', '>=', new Date(of.from!)))
      .$if(of.to !== undefined, (query) => query.where('timestamp', '<', new Date(of.to!)))
      .orderBy('timestamp', 'desc')
      .limit(of.limit)
      .execute()
    return rows.reverse().map(candleOf)
  },

  /** Signals, executed or not, newest first. */
  signals: async ({ strategy, symbol, cursor, limit }: PageOf): Promise<Page<KeptSignal>> => {
    const rows = await db
      .selectFrom('trading_signals as kept')
      .innerJoin('strategies', 'strategies.id', 'kept.strategy_id')
      .selectAll('kept')
      .select('strategies.key as strategy')
      .where('kept.run_id', '=', run)
      .$if(strategy !== undefined, (query) => query.where('strategies.key', '=', strategy!))
      .$if(symbol !== undefined, (query) => query.where('kept.symbol', '=', symbol!))
      .$if(cursor !== undefined, (query) => query.where(before('kept.timestamp', 'kept.id', cursor!)))
      .orderBy('kept.timestamp', 'desc')
      .orderBy('kept.id', 'desc')
      .limit(limit + 1)
      .execute()
    return pageOf(rows, limit, ({ timestamp }) => timestamp, signalOf)
  },

  /** Trades, open ones too, by entry, newest first. */
  trades: async ({ strategy, symbol, cursor, limit }: PageOf): Promise<Page<Trade>> => {
    const rows = await db
      .selectFrom('trades as kept')
      .innerJoin('strategies', 'strategies.id', 'kept.strategy_id')
      .selectAll('kept')
      .select('strategies.key as strategy')
      .where('kept.run_id', '=', run)
      .$if(strategy !== undefined, (query) => query.where('strategies.key', '=', strategy!))
      .$if(symbol !== undefined, (query) => query.where('kept.symbol', '=', symbol!))
      .$if(cursor !== undefined, (query) => query.where(before('kept.entry_time', 'kept.id', cursor!)))
      .orderBy('kept.entry_time', 'desc')
      .orderBy('kept.id', 'desc')
      .limit(limit + 1)
      .execute()
    return pageOf(rows, limit, ({ entry_time }) => entry_time, tradeOf)
  },

  /** One entry for each strategy and day with a closed trade, by day, then by strategy. */
  performance: async (of: { readonly strategy?: string } = {}): Promise<DayPerformance[]> => {
    const rows = await db
      .selectFrom('strategy_performance as kept')
      .innerJoin('strategies', 'strategies.id', 'kept.strategy_id')
      .selectAll('kept')
      .select('strategies.key as strategy')
      .where('kept.run_id', '=', run)
      .$if(of.strategy !== undefined, (query) => query.where('strategies.key', '=', of.strategy!))
      .orderBy('kept.date')
      .orderBy('strategies.key')
      .execute()
    return rows.map(performanceOf)
  },
})

type Row<T extends keyof Tables> = Selectable<Tables[T]>
type OfStrategy = { readonly strategy: string }

const pageOf = <R extends { id: string }, T>(
  rows: readonly R[], limit: number, at: (row: R) => Date, read: (row: R) => T,
): Page<T> => {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(read),
    next: last ? `${at(last).toISOString()}~${last.id}` : null,
  }
}

// Strictly behind the last row of the page before, whatever has been added in front since.
const before = (time: string, id: string, cursor: string) => {
  const [at, key] = cursor.split('~')
  if (!at || !key || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(key))
    throw storeProblem('CURSOR_UNKNOWN', { cursor })
  return sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) < (${at}::timestamptz, ${key}::uuid)`
}

const candleOf = (row: Row<'ohlcv_data'>): Candle => ({
  symbol: row.symbol,
  timeframe: row.timeframe as Timeframe,
  openAt: row.timestamp.getTime(),
  closeAt: row.closed_at.getTime(),
  open: fromDecimal(row.open),
  high: fromDecimal(row.high),
  low: fromDecimal(row.low),
  close: fromDecimal(row.close),
  volume: row.volume,
  oi: row.oi,
  ticks: row.ticks,
  gap: row.gap,
  revision: row.revision,
})

const signalOf = (row: Row<'trading_signals'> & OfStrategy): KeptSignal => ({
  id: row.key,
  strategy: row.strategy,
  symbol: row.symbol,
  timeframe: row.timeframe as Timeframe,
  at: row.timestamp.getTime(),
  direction: row.signal_type === 'LONG' ? 'long' : 'short',
  wants: row.wants as Signal['wants'],
  strength: row.signal_strength,
  entry: fromDecimal(row.entry_price),
  stop: orNull(row.stop_loss),
  target: orNull(row.target_price),
  validUntil: row.valid_until.getTime(),
  because: row.because,
  conditions: row.conditions as Condition[],
  indicators: row.indicators as Signal['indicators'],
  executed: row.executed,
  refusal: row.rejected_code === null ? null : { code: row.rejected_code, because: row.rejected_reason ?? '' },
})

const tradeOf = (row: Row<'trades'> & OfStrategy): Trade => ({
  id: row.key,
  strategy: row.strategy,
  mode: row.trade_mode === 'LIVE' ? 'live' : 'paper',
  symbol: row.symbol,
  direction: row.trade_type === 'LONG' ? 'long' : 'short',
  side: row.side as Trade['side'],
  quantity: row.quantity,
  entryAt: row.entry_time.getTime(),
  entryPrice: fromDecimal(row.entry_price),
  levels: levelsOf(row),
  exitAt: row.exit_time?.getTime() ?? null,
  exitPrice: orNull(row.exit_price),
  exitReason: row.exit_reason as ExitReason | null,
  because: row.because,
  charges: fromDecimal(row.charges),
  pnl: orNull(row.pnl),
})

const levelsOf = ({ watch, watch_direction, stop_loss, target_price, trailed }: Row<'trades'>): Levels | null =>
  watch === null
    ? null
    : {
        watch,
        direction: watch_direction as Levels['direction'],
        stop: orNull(stop_loss),
        target: orNull(target_price),
        trailing: trailed,
      }

const performanceOf = (row: Row<'strategy_performance'> & OfStrategy): DayPerformance => ({
  strategy: row.strategy,
  day: row.date,
  paperPnl: fromDecimal(row.virtual_pnl),
  livePnl: fromDecimal(row.live_pnl),
  charges: fromDecimal(row.charges),
  trades: row.virtual_trades + row.live_trades,
  wins: row.wins,
  losses: row.losses,
  winRate: row.win_rate === null ? null : Number(row.win_rate),
  maxDrawdown: fromDecimal(row.max_drawdown),
})

const orNull = (text: string | null): Paise | null => (text === null ? null : fromDecimal(text))
