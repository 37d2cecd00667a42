-- The record of the machinery and of the people who ran it, and how far the projection has come.

create table public.audit_events (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id), -- no cascade: a run that was acted upon cannot be deleted
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  correlation_id text,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, sequence)
);
create index audit_events_account on public.audit_events (account_id, at desc);

create function app.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;
create trigger audit_events_append_only before update or delete on public.audit_events
  for each row execute function app.refuse_change();
create trigger audit_events_keep before truncate on public.audit_events
  for each statement execute function app.refuse_change();

-- Actors that went down, came back, or were set aside.
create table public.actor_events (
  id uuid primary key,
  account_id uuid not null references public.accounts (id),
  run_id uuid not null references public.runs (id) on delete cascade,
  actor text not null,
  kind text not null check (kind in ('DOWN', 'RESTARTED', 'QUARANTINED')),
  reason text,
  error jsonb,
  restarts integer,
  took_ms double precision,
  at timestamptz not null,
  sequence bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (run_id, sequence)
);
create index actor_events_actor on public.actor_events (run_id, actor, at desc);
create index actor_events_account on public.actor_events (account_id);

create schema proj; -- the projection's own books, never exposed over REST
create table proj.progress (
  run_id uuid primary key references public.runs (id) on delete cascade,
  last_seq bigint not null check (last_seq >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
