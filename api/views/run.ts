import type { RunInfo } from '#actors/messages.ts'
import type { Millis } from '#engine/mod.ts'
import type { ErrorView, RunView } from '../contract.ts'
import { longDay, timeOrNull } from './format.ts'
import type { View } from './view.ts'

/** What shared memory tells between facts; `fed` and `lost` count ticks since the run began. */
export type Observed = {
  readonly clock: Millis | null
  readonly fed: number
  readonly lost: number
  readonly quarantined: number
  /** Why trading cannot go on. */
  readonly halt: ErrorView | null
}

/** The run view, and its second source: what no fact says. */
export type ObservedRunView = View<'run'> & { observe(seen: Partial<Observed>): void }

/** The one run there is: what it replays, how far it has come, whether it trades. */
export const runView = (run: RunInfo, speed: number | null): ObservedRunView => {
  const changed = new Set<string>()
  let seen: Observed = { clock: null, fed: 0, lost: 0, quarantined: 0, halt: null }
  let session: { day: string; openAt: Millis; closeAt: Millis } | null = null
  let finished = false
  const touch = () => void changed.add(run.id)
  const observe = (news: Partial<Observed>) => {
    const next = { ...seen, ...news }
    const same = (Object.keys(next) as (keyof Observed)[]).every((key) => next[key] === seen[key])
    if (same) return
    seen = next
    touch()
  }
  const view = (): RunView => ({
    id: run.id,
    kind: run.kind,
    label: [
      'REPLAY',
      session && `NSE ${longDay(session.day)}`,
      speed === null ? 'max' : `${speed}x`,
    ]
      .filter(Boolean)
      .join(' · '),
    recording: run.recording,
    day: session?.day ?? '',
    state: seen.halt ? 'halted' : finished ? 'finished' : session ? 'running' : 'starting',
    clock: timeOrNull(seen.clock),
    sessionOpenAt: timeOrNull(session?.openAt ?? null),
    sessionCloseAt: timeOrNull(session?.closeAt ?? null),
    progress: finished ? 1 : progressOf(session, seen.clock),
    speed,
    warmSessions: run.warmSessions,
    ticks: { fed: seen.fed, lost: seen.lost, quarantined: seen.quarantined },
    halt: seen.halt,
  })
  return {
    changed,
    observe,
    on: {
      sessionOpened({ day, openAt, closeAt }) {
        session = { day, openAt, closeAt }
        finished = false
        touch()
      },
      // Both sources count from the start of the run, so whichever is ahead is the newer one.
      minuteClosed: ({ mark, fed, quarantined }) =>
        observe({
          clock: Math.max(mark, seen.clock ?? mark),
          fed: Math.max(fed, seen.fed),
          quarantined: Math.max(quarantined, seen.quarantined),
        }),
      runFinished({ fed, lost, quarantined }) {
        finished = true
        observe({ fed, lost, quarantined })
        touch()
      },
    },
    item: (id) => (id === run.id ? view() : undefined),
    items: () => [view()],
  }
}

const progressOf = (
  session: { openAt: Millis; closeAt: Millis } | null,
  clock: Millis | null,
): number => {
  if (!session || clock === null) return 0
  const share = (clock - session.openAt) / (session.closeAt - session.openAt)
  return Math.min(1, Math.max(0, share))
}
