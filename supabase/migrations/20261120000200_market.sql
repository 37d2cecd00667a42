-- What can be traded, when, and what it did. Market data is the same for everybody who is signed in.

create table public.instruments (
  id uuid primary key,
  exchange text not null,
  segment text not null,
  symbol text not null,
  underlying text not null,
  kind text not null check (kind in ('index', 'future', 'option', 'equity')),
  expiry date,
  strike numeric(18, 2),
  option_type text check (option_type in ('CE', 'PE')),
  lot_size bigint check (lot_size > 0),
  tick_size numeric(18, 2) not null check (tick_size > 0),
  freeze_quantity bigint check (freeze_quantity > 0),
  broker_tokens jsonb not null default '{}', -- each broker's own name for it
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (exchange, symbol)
);

create table public.calendar (
  id uuid primary key,
  exchange text not null,
  date date not null,
  open_at timestamptz,
  close_at timestamptz,
  holiday text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (exchange, date),
  check ((holiday is null) = (open_at is not null and close_at is not null))
);

-- Closed candles, one partition a month, so that old months can be dropped or archived whole. The run is part of
-- the key because two recordings of one minute may differ, and a chart must show what its strategies saw.
-- The key takes the place of an id: at ninety rows a minute a second index would cost more than the rows.
create table public.ohlcv_data (
  run_id uuid not null, -- no foreign key: a look-up per candle, for a row the projector writes first
  symbol text not null,
  timeframe text not null,
  "timestamp" timestamptz not null, -- when it opened
  closed_at timestamptz not null,
  open numeric(18, 2) not null,
  high numeric(18, 2) not null,
  low numeric(18, 2) not null,
  close numeric(18, 2) not null,
  volume bigint not null check (volume >= 0),
  oi bigint not null,
  ticks integer not null,
  gap boolean not null, -- built across missing data
  revision integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (run_id, symbol, timeframe, "timestamp"),
  check (low <= least(open, close) and high >= greatest(open, close))
) partition by range ("timestamp");

-- Makes the partition of a month if it is not there. A candle of a month nobody asked for is an error, not a
-- row in a catch-all that would block its own partition later. Row security is on, and nothing is granted,
-- on each partition: rows are reached through the parent alone.
create function app.ensure_candle_month(month date) returns void
language plpgsql security definer set search_path = '' as $$
declare
  first date := pg_catalog.date_trunc('month', month)::date;
  part text := pg_catalog.format('ohlcv_data_%s', pg_catalog.to_char(first, 'YYYYMM'));
begin
  if pg_catalog.to_regclass(pg_catalog.format('public.%I', part)) is not null then return; end if;
  execute pg_catalog.format(
    'create table public.%I partition of public.ohlcv_data for values from (%L) to (%L)',
    part, first || ' 00:00:00+00', (first + interval '1 month')::date || ' 00:00:00+00');
  execute pg_catalog.format('alter table public.%I enable row level security', part);
  execute pg_catalog.format('revoke all on public.%I from anon, authenticated', part);
end $$;
