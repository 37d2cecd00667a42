-- What was signalled, ordered, filled and earned: a projection of the journal, which stays the source of truth.
-- `key` is the engine's own id of a thing, unique within its run; `sequence` is the fact's place in the journal.
-- Money is numeric in rupees, exact to the paisa; quantities are units.

create table public.strategies (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  user_id uuid references auth.users (id) on delete set null,
  key text not null,
  name varchar(100) not null,
  strategy_type varchar(50) not null,
  symbol text not null,
  is_simulation_active boolean not null default true,
  is_live_mode boolean not null default false,
  live_mode_enabled_at timestamptz,
  status text not null check (status in ('running', 'paused', 'halted', 'quarantined', 'stopped')),
  status_because text not null default '',
  capital numeric(18, 2) not null check (capital >= 0),
  config jsonb not null default '{}',
  risk jsonb not null default '{}',
  performance_metrics jsonb not null default '{}',
  source_version text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, key)
);
create index strategies_account on public.strategies (account_id);

create table public.trading_signals (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  key text not null,
  symbol text not null,
  timeframe text not null,
  signal_type text not null check (signal_type in ('LONG', 'SHORT')),
  wants text not null check (wants in ('enter', 'exit', 'nothing')),
  signal_strength double precision not null check (signal_strength between 0 and 100),
  entry_price numeric(18, 2) not null,
  stop_loss numeric(18, 2),
  target_price numeric(18, 2),
  valid_until timestamptz not null,
  because text not null,
  conditions jsonb not null default '[]',
  indicators jsonb not null default '{}',
  executed boolean not null default false,
  execution_mode text check (execution_mode in ('VIRTUAL', 'LIVE')),
  rejected_code text,
  rejected_reason text,
  "timestamp" timestamptz not null,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, key)
);
create index trading_signals_newest on public.trading_signals (run_id, "timestamp" desc, id desc);
create index trading_signals_strategy on public.trading_signals (strategy_id, "timestamp" desc, id desc);
create index trading_signals_account on public.trading_signals (account_id);

create table public.orders (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  signal_id uuid references public.trading_signals (id),
  parent_id uuid references public.orders (id),
  trade_id uuid not null, -- no foreign key: an entry is ordered before its trade exists
  client_order_id text not null,
  mode text not null check (mode in ('VIRTUAL', 'LIVE')),
  broker text,
  broker_order_id text,
  symbol text not null,
  side text not null check (side in ('buy', 'sell')),
  type text not null,
  product text,
  validity text not null default 'DAY',
  purpose text not null check (purpose in ('entry', 'exit')),
  quantity bigint not null check (quantity > 0),
  limit_price numeric(18, 2),
  trigger_price numeric(18, 2),
  state text not null check (state in
    ('NEW', 'SENT', 'UNKNOWN', 'OPEN', 'PARTIAL', 'COMPLETE', 'CANCELLED', 'REJECTED', 'EXPIRED')),
  filled_quantity bigint not null default 0 check (filled_quantity between 0 and quantity),
  average_price numeric(18, 4),
  reason text, -- why the position is left, for exits
  because text not null,
  ended_because text, -- what the venue or a person said when it was rejected or cancelled
  new_at timestamptz not null,
  sent_at timestamptz,
  unknown_at timestamptz,
  open_at timestamptz,
  partial_at timestamptz,
  complete_at timestamptz,
  cancelled_at timestamptz,
  rejected_at timestamptz,
  expired_at timestamptz,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, client_order_id)
);
create index orders_newest on public.orders (run_id, new_at desc, id desc);
create index orders_strategy on public.orders (strategy_id, new_at desc, id desc);
create index orders_trade on public.orders (trade_id);
create index orders_signal on public.orders (signal_id);
create index orders_parent on public.orders (parent_id);
create index orders_account on public.orders (account_id);

create table public.order_events (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  order_id uuid not null references public.orders (id) on delete cascade,
  sequence bigint not null,
  state text not null,
  payload jsonb not null default '{}',
  at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, sequence)
);
create index order_events_order on public.order_events (order_id, sequence);
create index order_events_account on public.order_events (account_id);

create table public.fills (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  order_id uuid not null references public.orders (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  venue_fill_id text not null,
  symbol text not null,
  side text not null check (side in ('buy', 'sell')),
  quantity bigint not null check (quantity > 0),
  price numeric(18, 2) not null check (price > 0),
  charges numeric(18, 2) not null,
  charge_parts jsonb not null,
  quote jsonb not null,
  at timestamptz not null,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, venue_fill_id)
);
create index fills_order on public.fills (order_id);
create index fills_strategy on public.fills (strategy_id);
create index fills_account on public.fills (account_id, at desc);

create table public.trades (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  key text not null,
  trade_mode text not null check (trade_mode in ('VIRTUAL', 'LIVE')),
  origin text not null default 'AUTOMATED' check (origin in ('AUTOMATED', 'MANUAL')),
  symbol text not null,
  timeframe text,
  trade_type text not null check (trade_type in ('LONG', 'SHORT')),
  side text not null check (side in ('buy', 'sell')),
  quantity bigint not null check (quantity > 0),
  entry_time timestamptz not null,
  entry_price numeric(18, 2) not null,
  watch text, -- the instrument whose price stop and target watch
  watch_direction text check (watch_direction in ('long', 'short')),
  stop_loss numeric(18, 2),
  target_price numeric(18, 2),
  trailed boolean not null default false,
  exit_time timestamptz,
  exit_price numeric(18, 2),
  exit_reason text check (exit_reason in
    ('TARGET', 'STOP_LOSS', 'TRAILING', 'EOD', 'SIGNAL', 'THETA', 'VOLUME', 'EMERGENCY', 'MANUAL')),
  because text not null,
  charges numeric(18, 2) not null,
  pnl numeric(18, 2), -- realised, after charges; null while open
  holding_seconds bigint,
  outcome text check (outcome in ('WIN', 'LOSS', 'BREAKEVEN')),
  status text not null check (status in ('OPEN', 'CLOSED')),
  trading_day date, -- in India, of the exit; null while open
  broker text,
  broker_order_id text,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, key),
  check ((status = 'CLOSED') = (exit_time is not null and pnl is not null and outcome is not null))
);
create index trades_newest on public.trades (run_id, entry_time desc, id desc);
create index trades_strategy on public.trades (strategy_id, entry_time desc, id desc);
create index trades_day on public.trades (strategy_id, trading_day);
create index trades_account on public.trades (account_id);

create table public.positions (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  mode text not null check (mode in ('VIRTUAL', 'LIVE')),
  broker text,
  symbol text not null,
  quantity bigint not null, -- signed
  cost numeric(18, 2) not null, -- of what is held, signed like the quantity
  average_price numeric(18, 4) generated always as (round(cost / nullif(quantity, 0), 4)) stored,
  realised_pnl numeric(18, 2) not null, -- before charges
  charges numeric(18, 2) not null,
  stop numeric(18, 2),
  target numeric(18, 2),
  sequence bigint not null, -- of the last fill that is in it: no fill counts twice
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (strategy_id, mode, symbol)
);
create index positions_run on public.positions (run_id);
create index positions_account on public.positions (account_id);

create table public.strategy_performance (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  date date not null,
  virtual_pnl numeric(18, 2) not null default 0,
  live_pnl numeric(18, 2) not null default 0,
  virtual_trades integer not null default 0,
  live_trades integer not null default 0,
  wins integer not null default 0,
  losses integer not null default 0,
  charges numeric(18, 2) not null default 0,
  win_rate numeric(7, 4), -- share of closed trades, 0 to 1
  max_drawdown numeric(18, 2) not null default 0, -- of realised P&L within the day, as a positive amount
  sharpe_ratio double precision, -- needs every session, also those without trades: reports over many days write it
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (strategy_id, date)
);
create index strategy_performance_run on public.strategy_performance (run_id, date);
create index strategy_performance_account on public.strategy_performance (account_id);

-- Refusals and breaches: what was violated, with what figures, and what was done about it.
create table public.risk_events (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  strategy_id uuid not null references public.strategies (id) on delete cascade,
  signal_id uuid references public.trading_signals (id),
  kind text not null check (kind in ('REFUSAL', 'BREACH')),
  code text not null,
  because text not null,
  figures jsonb not null default '{}',
  action text not null,
  intent jsonb,
  at timestamptz not null,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, sequence)
);
create index risk_events_strategy on public.risk_events (strategy_id, at desc);
create index risk_events_signal on public.risk_events (signal_id);
create index risk_events_account on public.risk_events (account_id);
