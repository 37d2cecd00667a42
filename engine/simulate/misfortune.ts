import type { MemoryDisk } from '../log/memory-disk.ts'
import type { Random } from '../random.ts'
import { kindsOfFault, type Faults } from './faults.ts'
import type { SimulatedThread } from './thread.ts'
import type { VirtualTime } from './time.ts'

/** Longest hang, in virtual milliseconds: about twice what a supervisor takes for one. */
const HANG_MS = 3000
/** Furthest that a wall clock is set. */
const JUMP_SECONDS = 3600
/** Longest that a disk stays full. */
const FULL_MS = 5000
/** Calls to the disk, and steps of an actor, within which an end comes that does not come between turns. */
const CALLS = 40
const POINTS = 24

/** How often each fault struck. */
export type Met = Record<keyof Faults, number>

/** What can be done to a process. */
export type Victim = {
  readonly time: VirtualTime
  readonly disk: MemoryDisk
  /** Whether an actor shall be left alone. */
  spares(name: string): boolean
  /** The process ends between two turns. */
  end(): void
  say(who: string, what: string): void
}

/** Whatever goes wrong in a run, by its weather. */
export type Misfortune = {
  readonly met: Met
  /** Before a turn of `thread`: nothing, mostly. */
  strike(thread: SimulatedThread, victim: Victim): void
  /** Ends what was to last until now. */
  relent(victim: Victim): void
}

/** Draws misfortunes at the rates of `weather`. */
export const openMisfortune = (weather: Faults, random: Random): Misfortune => {
  const met = Object.fromEntries(kindsOfFault.map((kind) => [kind, 0])) as Met
  let roomAt = Number.POSITIVE_INFINITY

  const falls: { readonly [K in keyof Faults]: (thread: SimulatedThread, victim: Victim) => void } = {
    pace: (thread) => void (thread.weight = 2 ** -random.whole(8)),
    hang(thread, { time, say }) {
      const ms = Math.round(random.next() * HANG_MS)
      thread.hungUntil = time.elapsed() + ms
      say(thread.name, `hangs for ${ms} ms`)
    },
    clockJump(_, { time, say }) {
      const seconds = random.whole(2 * JUMP_SECONDS + 1) - JUMP_SECONDS
      time.shift(seconds * 1000)
      say('process', `has its clock set by ${seconds} s`)
    },
    diskFull(_, { time, disk, say }) {
      const ms = Math.round(random.next() * FULL_MS)
      roomAt = time.elapsed() + ms
      disk.fill(true)
      say('disk', `is full for ${ms} ms`)
    },
    blackout(_, { disk, end, say }) {
      const calls = random.whole(3) === 0 ? 0 : 1 + random.whole(CALLS)
      say('process', calls === 0 ? 'ends here' : `will end after ${calls} calls to the disk`)
      if (calls === 0) end()
      else disk.stopAfter(calls)
    },
    crash(thread, { say }) {
      const points = random.whole(3) === 0 ? 0 : 1 + random.whole(POINTS)
      say(thread.name, points === 0 ? 'dies before its turn' : `will die after ${points} steps`)
      thread.doom(points)
    },
  }

  return {
    met,
    strike(thread, victim) {
      for (const kind of kindsOfFault) {
        if (weather[kind] === 0 || random.next() >= weather[kind]) continue
        if ((kind === 'crash' || kind === 'hang') && victim.spares(thread.name)) continue
        met[kind]++
        falls[kind](thread, victim)
      }
    },
    relent({ time, disk, say }) {
      if (time.elapsed() < roomAt) return
      roomAt = Number.POSITIVE_INFINITY
      disk.fill(false)
      say('disk', 'has room')
    },
  }
}
