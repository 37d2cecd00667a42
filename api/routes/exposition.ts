import type { ActorView } from '../contract.ts'
import type { Views } from '../views/mod.ts'

type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number | null }

/**
 * The figures of a run as Prometheus reads them. Money is in rupees.
 * @source  https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4
 */
export const exposition = (views: Views, actors: readonly ActorView[]): string => {
  const { ticks, progress } = views.run()
  const { pnl, trades, openPositions } = views.pnl()
  const perActor = (read: (one: ActorView) => number | null): Sample[] =>
    actors.map((one) => ({ labels: { actor: one.id }, value: read(one) }))
  return [
    family('ticks_fed_total', 'counter', 'Ticks published since the run began', [
      { value: ticks.fed },
    ]),
    family('ticks_lost_total', 'counter', 'Ticks that a reader missed', [{ value: ticks.lost }]),
    family('ticks_quarantined_total', 'counter', 'Rows of the source that were refused', [
      { value: ticks.quarantined },
    ]),
    family('session_progress_ratio', 'gauge', 'Share of the session that has passed', [
      { value: progress },
    ]),
    family('pnl_rupees', 'gauge', 'P&L of the account after charges', [{ value: Number(pnl) }]),
    family('trades_total', 'counter', 'Trades opened', [{ value: trades }]),
    family('open_positions', 'gauge', 'Positions that are not flat', [{ value: openPositions }]),
    family(
      'actor_up',
      'gauge',
      '1 while the actor runs',
      perActor(({ state }) => Number(state === 'running')),
    ),
    family(
      'actor_restarts_total',
      'counter',
      'Restarts of the actor',
      perActor(({ restarts }) => restarts),
    ),
    family(
      'actor_cpu_percent',
      'gauge',
      'Share of one core',
      perActor(({ cpuPercent }) => cpuPercent),
    ),
    family(
      'actor_ring_lag_records',
      'gauge',
      'Records published and not yet read',
      perActor(({ ringLag }) => ringLag),
    ),
  ].join('')
}

const family = (name: string, type: string, help: string, samples: readonly Sample[]): string => {
  const lines = samples
    .filter(({ value }) => value !== null)
    .map(({ labels = {}, value }) => {
      const named = Object.entries(labels)
        .map(([key, text]) => `${key}="${escaped(text)}"`)
        .join(',')
      return `ringmaster_${name}${named && `{${named}}`} ${value}\n`
    })
  return `# HELP ringmaster_${name} ${help}\n# TYPE ringmaster_${name} ${type}\n${lines.join('')}`
}

const escaped = (text: string): string =>
  text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
