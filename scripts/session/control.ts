import { realClock } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import type { ActorStatus } from '#engine/mod.ts'
import type { Control, Done } from '#api/control.ts'
import type { ActorView } from '#api/contract.ts'
import type { Session } from './open.ts'
import { reload } from './reload.ts'

/** Who is named in facts about what a person did from the dashboard: the holder of the session key. */
const by = 'owner'

/**
 * What the API may ask of a session. Pausing, stopping and configuring are facts: they are kept, hold across
 * restarts, and the strategy learns of them as of everything else.
 */
export const controlOf = (session: Session): Control => {
  const cpu = cpuMeter()
  const act = async (work: (it: Session) => Promise<void> | void): Promise<Done> => {
    try {
      await work(session)
      return { type: 'done' }
    } catch (error) {
      const { code, says, todo } = recordOf(error)
      return { type: 'refused', code, says, todo }
    }
  }
  const strategyOf = (actor: string): string | undefined =>
    session.ground.run.info.strategies.find(({ id }) => session.trading.actorOf(id) === actor)?.id
  const runs = (actor: string): boolean =>
    ['starting', 'running', 'restarting'].includes(session.system.actors().find(({ id }) => id === actor)?.state ?? '')
  // One that was stopped or set aside is nobody's concern; it becomes so again before it starts.
  const restart = async (it: Session, actor: string): Promise<void> => {
    const strategy = strategyOf(actor)
    if (strategy && it.ground.code.refused.has(strategy)) return reload(it, strategy)
    if (strategy && !runs(actor)) it.trading.takeBack(strategy)
    await it.system.restart(actor)
  }
  return {
    actors: async () => [...session.system.actors().map((one) => viewOf(one, cpu)), ...candleActors(session)],
    kill: (actor) => act((it) => it.system.kill(actor)),
    restart: (actor) => act((it) => restart(it, actor)),
    start: (strategy) =>
      act(async (it) => {
        await it.record({ type: 'strategyStarted', strategy, by })
        if (!runs(it.trading.actorOf(strategy))) await restart(it, it.trading.actorOf(strategy))
      }),
    stop: (strategy) =>
      act(async (it) => {
        await it.record({ type: 'strategyStopped', strategy, by })
        await it.system.halt(it.trading.actorOf(strategy))
        it.trading.setAside(strategy)
      }),
    reload: (strategy) => act((it) => reload(it, strategy)),
    pause: (strategy) => act((it) => it.record({ type: 'strategyPaused', strategy, by })),
    resume: (strategy) => act((it) => it.record({ type: 'strategyResumed', strategy, by })),
    configure: (strategy, params) =>
      act(async (it) => {
        await it.record({ type: 'strategyConfigured', strategy, params, by })
        it.trading.configure(strategy, params)
        if (runs(it.trading.actorOf(strategy))) await restart(it, it.trading.actorOf(strategy))
      }),
  }
}

type CpuMeter = (one: ActorStatus) => number | null

/** Share of one core since the last look, in percent. */
const cpuMeter = (): CpuMeter => {
  const last = new Map<string, { micros: number; at: number; percent: number | null }>()
  return ({ id, reading }) => {
    if (!reading) return null
    const at = realClock.elapsed()
    const before = last.get(id)
    if (before && at - before.at < 1000) return before.percent
    const spent = before ? reading.cpuMicros - before.micros : 0
    const percent = before && spent >= 0 ? Math.round(spent / (at - before.at)) / 10 : null
    last.set(id, { micros: reading.cpuMicros, at, percent })
    return percent
  }
}

const viewOf = (one: ActorStatus, cpu: CpuMeter): ActorView => {
  const { id, kind, parent, state, restarts, down, upSince, reading, killable } = one
  return {
    id, kind, parent, state, restarts,
    thread: kind === 'actor' ? id : null,
    down: down && { at: new Date(down.at).toISOString(), reason: down.reason, says: down.error?.says ?? down.reason },
    upSeconds: upSince === null ? null : Math.max(0, Math.round((realClock.now() - upSince) / 1000)),
    cpuPercent: cpu(one),
    heapMb: reading && Math.round(reading.heapBytes / 104_857.6) / 10,
    ringLag: reading?.lag ?? null,
    mailbox: reading?.mailbox ?? null,
    handled: reading?.handled ?? null,
    latencyP50: reading?.latencyP50 ?? null,
    latencyP99: reading?.latencyP99 ?? null,
    killable,
  }
}

/** The candle actors, one per symbol: they live in their shard's thread and share its fate. */
const candleActors = ({ ground: { run }, system }: Session): ActorView[] => {
  const shards = system.actors().filter(({ id }) => id.startsWith('candles/'))
  return run.instruments.all.map(({ symbol, index }) => {
    const shard = shards[index % shards.length]
    return {
      id: `candle/${symbol}`, kind: 'actor', parent: shard?.id ?? null, thread: shard?.id ?? null,
      state: shard?.state ?? 'stopped', restarts: shard?.restarts ?? 0, down: null, upSeconds: null, cpuPercent: null,
      heapMb: null, ringLag: null, mailbox: null, handled: null, latencyP50: null, latencyP99: null, killable: false,
    }
  })
}
