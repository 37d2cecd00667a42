import { recordOf } from '#engine/errors.ts'
import type { Control, Done } from '#api/control.ts'
import { figuresOf } from './figures.ts'
import { fleetOf } from './fleet.ts'
import { inspectionOf } from './inspection.ts'
import type { Session } from './open.ts'
import { reload } from './reload.ts'

/** Who is named in facts about what a person did from the dashboard: the holder of the session key. */
const by = 'owner'

/**
 * What the API may ask of a session. Pausing, stopping and configuring are facts: they are kept, hold across
 * restarts, and the strategy learns of them as of everything else.
 */
export const controlOf = (session: Session): Control => {
  const act = async (work: (it: Session) => Promise<void> | void): Promise<Done> => {
    try {
      await work(session)
      return { type: 'done' }
    } catch (error) {
      const { code, says, todo } = recordOf(error)
      return { type: 'refused', code, says, todo }
    }
  }
  const fleet = fleetOf(session, by)
  /** The same for what concerns a strategy, which may be gone, or going. */
  const tell = (strategy: string, work: (it: Session) => Promise<void> | void): Promise<Done> =>
    act((it) => {
      fleet.attend(strategy)
      return work(it)
    })
  const runs = (actor: string): boolean =>
    ['starting', 'running', 'restarting'].includes(session.system.actors().find(({ id }) => id === actor)?.state ?? '')
  // One that was stopped or set aside is nobody's concern; it becomes so again before it starts.
  const restart = async (it: Session, actor: string): Promise<void> => {
    const strategy = it.trading.strategyOf(actor)
    if (strategy) fleet.attend(strategy)
    if (strategy && it.ground.code.refused.has(strategy)) return reload(it, strategy)
    if (strategy && !runs(actor)) it.trading.takeBack(strategy)
    await it.system.restart(actor)
  }
  return {
    ...figuresOf(session),
    ...inspectionOf(session),
    kill: (actor) => act((it) => it.system.kill(actor)),
    restart: (actor) => act((it) => restart(it, actor)),
    start: (strategy) =>
      tell(strategy, async (it) => {
        await it.record({ type: 'strategyStarted', strategy, by })
        if (!runs(it.trading.actorOf(strategy))) await restart(it, it.trading.actorOf(strategy))
      }),
    stop: (strategy) =>
      tell(strategy, async (it) => {
        await it.record({ type: 'strategyStopped', strategy, by })
        await it.system.halt(it.trading.actorOf(strategy))
        it.trading.setAside(strategy)
      }),
    reload: (strategy) => tell(strategy, (it) => reload(it, strategy)),
    pause: (strategy) => tell(strategy, (it) => it.record({ type: 'strategyPaused', strategy, by })),
    resume: (strategy) => tell(strategy, (it) => it.record({ type: 'strategyResumed', strategy, by })),
    add: (strategy) => act(() => fleet.add(strategy)),
    clone: (strategy, as) => act(() => fleet.clone(strategy, as)),
    remove: (strategy, flatten) => act(() => fleet.remove(strategy, flatten)),
    configure: (strategy, params) =>
      tell(strategy, async (it) => {
        await it.record({ type: 'strategyConfigured', strategy, params, by })
        it.trading.configure(strategy, params)
        if (runs(it.trading.actorOf(strategy))) await restart(it, it.trading.actorOf(strategy))
      }),
  }
}
