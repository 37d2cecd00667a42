-- Who may do what. Nothing is granted but what is named here: older Supabase projects grant by default, newer ones
-- do not, and both end up the same. People read; only the engine, as service_role, writes what it projects.

revoke all on function app.my_accounts(text[]) from public;
revoke all on function app.ensure_candle_month(date) from public;
revoke all on function app.touch() from public;
revoke all on function app.refuse_change() from public;
grant usage on schema app to authenticated, service_role;
grant execute on function app.my_accounts(text[]) to authenticated, service_role;
grant execute on function app.ensure_candle_month(date) to service_role;

do $$
declare
  one text;
begin
  foreach one in array array[
    'accounts', 'account_members', 'profiles', 'runs', 'strategies', 'trading_signals', 'orders', 'order_events',
    'fills', 'trades', 'positions', 'strategy_performance', 'risk_events', 'instruments', 'calendar', 'ohlcv_data',
    'audit_events', 'actor_events'
  ] loop
    execute format('alter table public.%I enable row level security', one);
    execute format('revoke all on public.%I from anon, authenticated, service_role', one);
    execute format('grant select on public.%I to authenticated', one);
    execute format('grant select, insert, update, delete on public.%I to service_role', one);
    execute format('create trigger %I before update on public.%I for each row execute function app.touch()',
      one || '_touch', one);
  end loop;

  -- What belongs to an account is seen by its members.
  foreach one in array array[
    'runs', 'strategies', 'trading_signals', 'orders', 'order_events', 'fills', 'trades', 'positions',
    'strategy_performance', 'risk_events', 'actor_events'
  ] loop
    execute format('create policy %I on public.%I for select to authenticated
      using (account_id in (select app.my_accounts()))', one || '_read', one);
  end loop;

  -- Market data is seen by everyone who is signed in.
  foreach one in array array['instruments', 'calendar', 'ohlcv_data'] loop
    execute format('create policy %I on public.%I for select to authenticated using (true)', one || '_read', one);
  end loop;
end $$;

create policy accounts_read on public.accounts for select to authenticated
  using (id in (select app.my_accounts()));
create policy account_members_read on public.account_members for select to authenticated
  using (user_id = (select auth.uid()) or account_id in (select app.my_accounts(array['admin'])));
create policy audit_events_read on public.audit_events for select to authenticated
  using (account_id in (select app.my_accounts(array['admin'])));

create policy profiles_read on public.profiles for select to authenticated using (id = (select auth.uid()));
create policy profiles_update on public.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));
grant update (display_name, risk_profile, settings) on public.profiles to authenticated; -- not the role

revoke update, delete on public.audit_events from service_role;

alter table proj.progress enable row level security;
create trigger progress_touch before update on proj.progress for each row execute function app.touch();
grant usage on schema proj to service_role;
grant select, insert, update, delete on proj.progress to service_role;
