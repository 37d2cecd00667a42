import { ACTORS_MAX } from '#engine/mod.ts'
import type { StrategyLimits } from './domain/limits.ts'
import { fleetProblem } from './errors.ts'
import type { FleetChange, Standing } from './journal/past.ts'
import type { StrategyInfo } from './messages.ts'

/**
 * What the seats of a fleet cost is looked at by everybody at every turn, so there are not as many as could be: room
 * to double any fleet of a hundred, and to add 64 to a larger one.
 */
const SEATS_MIN = 256
const SEATS_MORE = 64
/** Actors that are no strategies: core, front, and a candle shard for each of many cores. */
const OTHERS_MAX = 64

/** Who sits where. */
export type Seated = { readonly seat: number; readonly info: StrategyInfo; readonly limits: StrategyLimits }

/**
 * The places of strategies in the shared memory of a run: more than it began with, so that strategies can be added
 * while everything runs. A seat that was given back is given to the next; an id is given once.
 */
export type Seats = {
  readonly count: number
  /** In the order of their seats, which orders what they say at the same moment. */
  all(): readonly Seated[]
  find(id: string): Seated | undefined
  /** Whether a strategy of this id may take a seat. @throws FLEET_ID_TAKEN, FLEET_FULL */
  check(id: string): void
  /** Takes the first free seat. @throws as {@link Seats.check} */
  take(info: StrategyInfo, limits: StrategyLimits): Seated
  /** From now on a strategy has these parameters. */
  configure(id: string, params: StrategyInfo['params']): void
  /** Gives a seat back. */
  leave(id: string): Seated | undefined
  /** A strategy that is here, or was. */
  recall(id: string): Seated | undefined
}

/** Seats for a fleet of this size, all of them free. */
export const seatsFor = (fleet: number): Seats => {
  const count = Math.min(ACTORS_MAX - OTHERS_MAX, Math.max(SEATS_MIN, fleet + SEATS_MORE))
  const seats: (Seated | undefined)[] = Array(count).fill(undefined)
  const left = new Map<string, Seated>()
  const find = (id: string): Seated | undefined => seats.find((one) => one?.info.id === id)
  const check = (id: string): void => {
    if (find(id) || left.has(id)) throw fleetProblem('ID_TAKEN', { strategy: id })
    if (!seats.includes(undefined)) throw fleetProblem('FULL', { strategy: id, seats: count })
  }
  return {
    count,
    find,
    check,
    all: () => seats.filter((one) => one !== undefined),
    take(info, limits) {
      check(info.id)
      const seated = { seat: seats.indexOf(undefined), info, limits }
      seats[seated.seat] = seated
      return seated
    },
    configure(id, params) {
      const seated = find(id)
      if (seated) seats[seated.seat] = { ...seated, info: { ...seated.info, params } }
    },
    leave(id) {
      const seated = find(id)
      if (!seated) return undefined
      seats[seated.seat] = undefined
      left.set(id, seated)
      return seated
    },
    recall: (id) => find(id) ?? left.get(id),
  }
}

/**
 * The seats of a run as its journal leaves them: the same as when it was written, since each change finds the seats as
 * they were then.
 */
export const seatsOf = (
  fleet: readonly StrategyInfo[],
  limits: Readonly<Record<string, StrategyLimits>>,
  { changes, configured }: Pick<Standing, 'changes' | 'configured'>,
): Seats => {
  const seats = seatsFor(fleet.length)
  for (const one of fleet) seats.take(one, limits[one.id]!)
  for (const change of changes.filter(isLastWord))
    if (change.type === 'strategyRemoved') seats.leave(change.strategy)
    else seats.take(change.info, change.limits)
  for (const [id, params] of configured) seats.configure(id, params)
  return seats
}

// A coming that reached the disk too late to be believed was asked for again: it took its seat the second time.
const isLastWord = (change: FleetChange, n: number, all: readonly FleetChange[]): boolean =>
  change.type === 'strategyRemoved' || n === all.findLastIndex((one) => idAdded(one) === change.info.id)

const idAdded = (change: FleetChange): string | null => (change.type === 'strategyAdded' ? change.info.id : null)
