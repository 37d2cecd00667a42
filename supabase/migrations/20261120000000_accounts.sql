-- Who may see what: accounts, their members, people's profiles, and the runs that every other row belongs to.
-- Portable: PostgreSQL 15 to 18, the embedded database and Supabase. Ids are made by the application.

create schema if not exists app; -- helpers of policies and triggers, never exposed over REST

create table public.accounts (
  id uuid primary key,
  key text not null unique,
  name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.account_members (
  account_id uuid not null references public.accounts (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('viewer', 'trader', 'admin')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, user_id)
);
create index account_members_user on public.account_members (user_id);

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null,
  role text not null default 'viewer' check (role in ('viewer', 'trader', 'admin')),
  risk_profile jsonb not null default '{}',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A recording (or a live session) and the fleet that trades it. Two runs with the same key are the same run.
create table public.runs (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  key text not null,
  kind text not null check (kind in ('replay', 'paper', 'live')),
  recording text,
  recording_hash text,
  symbols jsonb not null default '[]',
  warm_sessions integer,
  state text not null default 'running' check (state in ('running', 'finished')),
  started_at timestamptz,
  resumed_at timestamptz,
  finished_at timestamptz,
  ticks_fed bigint, -- known once it is finished, as are those missed and those set aside as wrong
  ticks_lost bigint,
  ticks_quarantined bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (account_id, key)
);

create function app.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end $$;

-- Accounts of the person who asks. Policies say `account_id in (select app.my_accounts())`, which the planner
-- runs once per query; a function of the row's account would run once per row and take fifty times as long.
create function app.my_accounts(roles text[] default array['viewer', 'trader', 'admin'])
returns setof uuid language sql stable security definer set search_path = '' as $$
  select m.account_id from public.account_members m
  where m.user_id = (select auth.uid()) and m.role = any (roles)
$$;
