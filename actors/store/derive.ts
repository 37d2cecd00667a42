import { given, type Change, type Statement } from './change.ts'
import type { Ids } from './ids.ts'

/**
 * What follows from the rows that changes touched: sums over fills, a trade's origin, a day's performance. Worked
 * out from the rows themselves, so that doing it twice gives the same.
 */
export const derive = (ids: Ids, changes: readonly Change[]): Statement[] => {
  const filled = new Map<string, object>()
  const traded = new Map<string, object>()
  const days = new Map<string, object>()
  for (const { table, row } of changes) {
    if (table === 'fills') filled.set(row.order_id!, { id: row.order_id })
    if (table !== 'trades') continue
    traded.set(row.id!, { id: row.id })
    if (!row.trading_day) continue
    const { account_id, run_id, strategy_id, trading_day: date } = row
    const id = ids.of('performance', `${strategy_id} ${date}`)
    days.set(id, { id, account_id, run_id, strategy_id, date })
  }
  const all: Statement[] = [
    { text: totalsText, rows: [...filled.values()] },
    { text: originText, rows: [...traded.values()] },
    { text: levelsText, rows: [...traded.values()] },
    { text: performanceText, rows: [...days.values()] },
  ]
  return all.filter(({ rows }) => rows.length > 0)
}

/** How much of an order is filled, and at what price on average. */
const totalsText = `
  update public.orders as target
  set filled_quantity = sums.quantity, average_price = round(sums.notional / sums.quantity, 4)
  from (
    select fill.order_id, sum(fill.quantity) as quantity, sum(fill.quantity * fill.price) as notional
    from public.fills as fill join ${given('orders')} on given.id = fill.order_id
    group by fill.order_id
  ) as sums
  where target.id = sums.order_id`

/** The timeframe a trade was signalled on, and its entry's number at the broker. */
const originText = `
  update public.trades as target
  set timeframe = signal.timeframe, broker_order_id = entry.broker_order_id
  from ${given('trades')}
  join public.orders as entry on entry.trade_id = given.id and entry.purpose = 'entry'
  left join public.trading_signals as signal on signal.id = entry.signal_id
  where target.id = given.id`

/** A position shows the levels of the newest trade that is open in it, and none once all are closed. */
const levelsText = `
  update public.positions as target
  set stop = newest.stop_loss, target = newest.target_price
  from (
    select distinct one.strategy_id, one.trade_mode, one.symbol
    from public.trades as one join ${given('trades')} on given.id = one.id
  ) as touched
  left join lateral (
    select stop_loss, target_price from public.trades
    where strategy_id = touched.strategy_id and trade_mode = touched.trade_mode and symbol = touched.symbol
      and status = 'OPEN'
    order by entry_time desc, id limit 1
  ) as newest on true
  where target.strategy_id = touched.strategy_id and target.mode = touched.trade_mode
    and target.symbol = touched.symbol`

/** A strategy's closed trades of a day. Drawdown is the deepest fall of realised P&L below its peak, or below 0. */
const performanceText = `
  insert into public.strategy_performance (
    id, account_id, run_id, strategy_id, date, virtual_pnl, live_pnl, virtual_trades, live_trades,
    wins, losses, charges, win_rate, max_drawdown
  )
  select given.id, given.account_id, given.run_id, given.strategy_id, given.date,
    coalesce(sum(pnl) filter (where trade_mode = 'VIRTUAL'), 0),
    coalesce(sum(pnl) filter (where trade_mode = 'LIVE'), 0),
    count(*) filter (where trade_mode = 'VIRTUAL'), count(*) filter (where trade_mode = 'LIVE'),
    count(*) filter (where outcome = 'WIN'), count(*) filter (where outcome = 'LOSS'), sum(closed.charges),
    round(count(*) filter (where outcome = 'WIN')::numeric / count(*), 4), max(peak - earned)
  from ${given('strategy_performance')}
  join (
    select earned.*,
      greatest(0, max(earned) over (partition by strategy_id, trading_day order by exit_time, id)) as peak
    from (
      select trades.*, sum(pnl) over (partition by strategy_id, trading_day order by exit_time, id) as earned
      from public.trades
      where status = 'CLOSED' and strategy_id in (select strategy_id from ${given('strategy_performance')})
    ) as earned
  ) as closed on closed.strategy_id = given.strategy_id and closed.trading_day = given.date
  group by given.id, given.account_id, given.run_id, given.strategy_id, given.date
  on conflict (id) do update set
    virtual_pnl = excluded.virtual_pnl, live_pnl = excluded.live_pnl, virtual_trades = excluded.virtual_trades,
    live_trades = excluded.live_trades, wins = excluded.wins, losses = excluded.losses, charges = excluded.charges,
    win_rate = excluded.win_rate, max_drawdown = excluded.max_drawdown`
