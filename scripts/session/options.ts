import { minute } from '#actors/calendar/mod.ts'
import type { Order } from '#actors/strategy/strategy.actor.ts'
import { commandProblem } from '../command/errors.ts'

/** Options that every command over a recording takes. */
export const replayOptions = {
  recording: {
    value: 'PATH',
    says: 'a recording: a folder, or a CSV or CSV.gz file of ticks (default: the one that comes along)',
  },
  config: {
    value: 'FILE',
    says: 'which strategies run, with which parameters and limits (JSON; default: twenty of them)',
  },
  data: { value: 'DIR', says: 'the data directory (default: RINGMASTER_DATA, or .ringmaster here)' },
  from: { value: 'HH:MM', says: 'hurry through the session up to this time in India' },
  rate: { value: 'N', says: 'so many ticks a second instead, whatever their stamps: 20000' },
  order: {
    value: 'HOW',
    default: 'event-time',
    says: 'event-time: the same facts every time; arrival: nobody waits, as it is live, and no two runs are the same',
  },
  fresh: { says: 'begin anew even if an interrupted replay could go on' },
} as const

/** `30x`, `30`, `2.5x` or `max`: how many times as fast as it happened; `null` for as fast as possible. */
export const speedOf = (given: string): number | null => {
  if (given === 'max') return null
  const speed = Number(given.replace(/x$/, ''))
  if (Number.isFinite(speed) && speed > 0 && speed <= 100_000) return speed
  throw commandProblem('VALUE_INVALID', { option: '--speed', given, needs: '1x, Nx or max' })
}

/** `20000`: so many ticks a second, if anything was given. */
export const rateOf = (given: string | undefined): number | null => {
  if (given === undefined) return null
  const rate = Number(given)
  if (rate > 0 && rate <= 10_000_000) return rate
  throw commandProblem('VALUE_INVALID', { option: '--rate', given, needs: 'ticks a second, up to 10000000' })
}

/** In which order things happen. */
export const orderOf = (given: string): Order => {
  if (given === 'event-time' || given === 'arrival') return given
  throw commandProblem('VALUE_INVALID', { option: '--order', given, needs: 'event-time or arrival' })
}

/** `10:30` as a minute of the day. */
export const fromOf = (given: string | undefined): number | null => {
  if (given === undefined) return null
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(given)) return minute(given)
  throw commandProblem('VALUE_INVALID', { option: '--from', given, needs: 'a time such as 10:30' })
}
