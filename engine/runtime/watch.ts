import type { Clock, Timers } from '../clock.ts'
import { bellOf } from '../mailbox/mod.ts'
import { engineProblem } from '../problems.ts'
import type { Board } from './board.ts'
import { downOf } from './down.ts'
import { SELF, type Member } from './roster.ts'

/** A thread that is not well for this long hangs; with the watch's own step it is known within 2 s. */
const HANG_MS = 1600
const WATCH_MS = 200
/** A thread that is not well for this long may be filling memory in a loop that never lets it look for itself. */
const EXAMINE_MS = 400

/**
 * Looks at every running child, and ends those that hang.
 *
 * A thread is well when it beats, or when it sleeps on its own bell and nobody rang. So one that has nothing to do need
 * not wake up to say so, while one that waits anywhere else, for a lock of its own say, or spins, is found out. One
 * that was rung and still sleeps is woken again: a ring can be lost when the ringer is ended half-way through it.
 * @param members  whom to look at, asked for each time
 * @param also     what else is due at each look
 * @returns        ends the watch
 */
export const watchThreads = (
  board: Board,
  clock: Clock & Timers,
  members: () => Iterable<Member>,
  also: () => void,
): (() => void) => {
  const bell = bellOf(board.bells, SELF)
  const beats = new Int32Array(board.beats)
  let last = clock.elapsed()
  return clock.every(WATCH_MS, () => {
    const now = clock.elapsed()
    // When this thread itself was held up, the others may have been too: that time does not count.
    const slept = Math.max(0, now - last - 2 * WATCH_MS)
    last = now
    for (const member of members()) {
      if (member.state !== 'running') continue
      const rest = bell.restOf(member.slot)
      if (rest === 'late') bell.nudge(member.slot)
      judge(member, Atomics.load(beats, member.slot), rest === 'asleep', now, slept)
    }
    also()
  })
}

const judge = (member: Member, beat: number, asleep: boolean, now: number, slept: number): void => {
  if (asleep || beat !== member.beat || now < member.excusedUntil) {
    member.beat = beat
    member.beatAt = now
    return
  }
  member.beatAt += slept
  const ms = Math.round(now - member.beatAt)
  if (ms >= EXAMINE_MS) member.thread?.examine?.()
  if (ms < (member.child.placement.hangMs ?? HANG_MS)) return
  member.thread?.kill(downOf('hung', engineProblem('HUNG', { name: member.crew.name, ms })))
}
