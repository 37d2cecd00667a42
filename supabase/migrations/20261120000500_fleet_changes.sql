-- Strategies come and go while a run is under way. One that was removed keeps its row: its signals, orders and trades
-- refer to it, and what it made or lost belongs to the run.

alter table public.strategies drop constraint strategies_status_check;
alter table public.strategies add constraint strategies_status_check
  check (status in ('running', 'paused', 'halted', 'quarantined', 'stopped', 'removed'));
