import type { Clock, Timers } from '../clock.ts'
import { recordOf } from '../errors.ts'
import { engineProblem } from '../problems.ts'
import type { Member } from './roster.ts'

/** A thread that does not beat for this long hangs; with the watch's own step it is known within 2 s. */
const HANG_MS = 1600
const WATCH_MS = 200

/**
 * Looks at every running child's sign of life, and ends those that give none.
 * @param beats    a counter per slot, which its thread raises in every turn
 * @param members  whom to look at, asked for each time
 * @param also     what else is due at each look
 * @returns        ends the watch
 */
export const watchBeats = (
  beats: Int32Array,
  clock: Clock & Timers,
  members: () => Iterable<Member>,
  also: () => void,
): (() => void) => {
  let last = clock.elapsed()
  return clock.every(WATCH_MS, () => {
    const now = clock.elapsed()
    // When this thread itself was held up, the others may have been too: that time does not count.
    const slept = Math.max(0, now - last - 2 * WATCH_MS)
    last = now
    for (const member of members()) look(member, Atomics.load(beats, member.slot), now, slept)
    also()
  })
}

const look = (member: Member, beat: number, now: number, slept: number): void => {
  if (beat !== member.beat || member.state !== 'running' || now < member.excusedUntil) {
    member.beat = beat
    member.beatAt = now
    return
  }
  member.beatAt += slept
  const ms = Math.round(now - member.beatAt)
  if (ms < (member.child.placement.hangMs ?? HANG_MS)) return
  member.thread?.kill('hung', recordOf(engineProblem('HUNG', { name: member.child.name, ms })))
}
