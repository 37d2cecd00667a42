import { pause } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import type { Message } from '#engine/mod.ts'
import { paise } from '#actors/domain/money.ts'
import { fleetProblem } from '#actors/errors.ts'
import type { FleetEntry } from '#actors/fleet.ts'
import type { Command } from '#actors/messages.ts'
import { enlist, type Enlisted } from '#actors/run.ts'
import type { CloneOf } from '#api/contract.ts'
import type { Session } from './open.ts'

/** How often a strategy that is to go is asked to leave what it holds, and looked at whether it has. */
const LEAVE_EVERY_MS = 250

/** Changes of the fleet while everything runs. Each throws its reason when it is refused. */
export type Fleet = {
  /** Checks a strategy as a configuration's are, puts its coming on record, and starts it. */
  add(entry: FleetEntry): Promise<void>
  /** Adds another like one that is there, or was: of its type, with its limits, and what is not said otherwise. */
  clone(like: string, as: CloneOf): Promise<void>
  /**
   * Takes a strategy out of the fleet for good. One that holds something stays, unless `flatten`: then it is stopped
   * now, leaves what it holds at the market, and goes when that is done.
   */
  remove(id: string, flatten: boolean): Promise<void>
  /** @throws FLEET_REMOVED, FLEET_LEAVING when it is too late to ask anything of a strategy */
  attend(id: string): void
}

/** The fleet of a session; `by` is who its facts name. */
export const fleetOf = (session: Session, by: string): Fleet => {
  const { trading, system, ground: { run } } = session
  const leaving = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()
  // One change after the other: a seat is found free, put on record and taken with nothing in between.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const attend = (id: string): void => {
    if (leaving.has(id)) throw fleetProblem('LEAVING', { strategy: id })
    if (!trading.fleet.find(id)) throw fleetProblem('REMOVED', { strategy: id })
  }
  const enter = async ({ info, limits }: Enlisted): Promise<void> => {
    await inTurn(async () => {
      trading.fleet.check(info.id)
      await session.record({ type: 'strategyAdded', info, limits, by })
      trading.add(info, limits)
    })
    await system.refresh('strategies')
  }
  const dismiss = async (id: string): Promise<void> => {
    await inTurn(async () => {
      await session.record({ type: 'strategyRemoved', strategy: id, by })
      trading.remove(id)
      leaving.delete(id)
    })
    await system.refresh('strategies')
  }
  /** Nothing is proposed after this; what is on its way is turned away by the executor once it has left. */
  const silence = async (id: string): Promise<void> => {
    await session.record({ type: 'strategyStopped', strategy: id, by })
    await system.halt(trading.actorOf(id))
    trading.setAside(id)
  }
  const goOn = async (id: string): Promise<void> => {
    await session.record({ type: 'strategyStarted', strategy: id, by })
    trading.takeBack(id)
    await system.resume(trading.actorOf(id))
  }
  const flatten = async (id: string): Promise<void> => {
    const because = `Left by ${by}: the strategy is being removed.`
    try {
      while (!session.over.aborted && (await isBusy(session, id)) !== false) {
        system.send('executor', flattenOf(id, because))
        await pause(LEAVE_EVERY_MS)
      }
      if (!session.over.aborted) await dismiss(id)
    } catch (error) {
      leaving.delete(id)
      session.log.error({ strategy: id, error: recordOf(error) }, `${id} could not be removed; it stays stopped`)
    }
  }
  return {
    attend,
    add: async (entry) => enter(enlist(entry, run.instruments)),
    async clone(like, as) {
      const model = trading.fleet.recall(like)
      if (!model) throw fleetProblem('REMOVED', { strategy: like })
      if (model.info.form !== undefined) throw fleetProblem('FROM_FILE', { strategy: like })
      await enter(likeOf(model, as))
    },
    async remove(id, flattening) {
      attend(id)
      await refuseBusy(session, id, flattening)
      leaving.add(id)
      try {
        await silence(id)
        if ((await isBusy(session, id)) === false) return await dismiss(id)
      } catch (error) {
        leaving.delete(id)
        throw error
      }
      // Nobody waits for the market: the outcome is a fact like any other.
      if (flattening) return void flatten(id)
      // An order was on its way while it was asked.
      leaving.delete(id)
      await goOn(id)
      throw fleetProblem('HOLDS', { strategy: id })
    },
  }
}

const likeOf = ({ info, limits }: Enlisted, { id, symbol, capital, params }: CloneOf): Enlisted => {
  const given = capital === undefined ? info.capital : paise(capital)
  return {
    info: { ...info, id, symbol: symbol ?? info.symbol, params: params ?? info.params, capital: given },
    limits: { ...limits, capital: given },
  }
}

const refuseBusy = async (session: Session, id: string, flattening: boolean): Promise<void> => {
  const busy = await isBusy(session, id)
  if (busy === null) throw fleetProblem('NOT_ANSWERED', { strategy: id })
  if (busy && !flattening) throw fleetProblem('HOLDS', { strategy: id })
}

/** Whether it holds anything or has an order under way; `null` when the executor does not say in time. */
const isBusy = async ({ system }: Session, id: string): Promise<boolean | null> => {
  const seen = (await system.inspect('executor')) as { readonly busy: readonly string[] } | null
  return seen && seen.busy.includes(id)
}

const flattenOf = (strategy: string, because: string): Message & Extract<Command, { type: 'flatten' }> =>
  ({ type: 'flatten', at: Number.NEGATIVE_INFINITY, strategy, because })
