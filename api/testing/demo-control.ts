import { paise } from '#actors/domain/money.ts'
import type { Fact, StrategyInfo } from '#actors/messages.ts'
import { strategyLimits } from '#actors/risk/limits.ts'
import type { BusinessFact, SystemFact } from '#actors/messages.ts'
import { later } from '#engine/mod.ts'
import type { Clock } from '#engine/mod.ts'
import type { Control, Done, ParseParams } from '../control.ts'
import type { ActorView, NewStrategy, SystemView } from '../contract.ts'
import { time } from '../views/format.ts'
import { aLatency, anActor, aSystem } from './actor.ts'
import { generatedTypes } from './generated-run.ts'

const done: Done = { type: 'done' }
const restartMs = 1_200

/** A supervisor played in memory: actors die and come back, strategies do as they are told. Test data. */
export const demoControl = (
  fleet: readonly StrategyInfo[],
  clock: Clock,
  tell: (fact: Fact) => void,
): Control & { trades(strategy: string): boolean } => {
  const actors = new Map(treeOf(fleet).map((one) => [one.id, one]))
  const idle = new Set<string>()
  const known = new Map(fleet.map((one) => [one.id, one]))
  const bornAt = clock.elapsed()
  const say = (fact: BusinessFact | SystemFact) =>
    tell({ ...fact, at: clock.now(), from: 'supervisor', cause: null, tick: 0 } as Fact)
  const change = (id: string, news: Partial<ActorView>) =>
    void actors.set(id, { ...actors.get(id)!, ...news })
  const fall = async (id: string, says: string): Promise<Done> => {
    const one = actors.get(id)!
    if (!one.killable)
      return {
        type: 'refused',
        code: 'DEMO_NOT_KILLABLE',
        says: `${id} is a supervisor.`,
        todo: 'Kill one of its children.',
      }
    change(id, { state: 'restarting', down: { at: time(clock.now()), reason: 'killed', says } })
    say({ type: 'actorDown', actor: id, reason: 'killed', error: null })
    later(restartMs, () => {
      const restarts = actors.get(id)!.restarts + 1
      change(id, { state: 'running', restarts, upSeconds: 0 })
      say({ type: 'actorRestarted', actor: id, restarts, tookMs: 34 })
    })
    return done
  }
  const order = (
    strategy: string,
    type: 'strategyStarted' | 'strategyStopped' | 'strategyPaused' | 'strategyResumed',
  ) => {
    const trades = type === 'strategyStarted' || type === 'strategyResumed'
    idle[trades ? 'delete' : 'add'](strategy)
    if (type === 'strategyStopped') change(`strategy/${strategy}`, { state: 'stopped' })
    if (type === 'strategyStarted') change(`strategy/${strategy}`, { state: 'running' })
    say({ type, strategy, by: 'you' })
    return Promise.resolve(done)
  }
  const enter = (info: StrategyInfo): Done => {
    if (known.has(info.id))
      return {
        type: 'refused',
        code: 'DEMO_ID_TAKEN',
        says: `There is a strategy called ${info.id} already.`,
        todo: 'Give it another id.',
      }
    known.set(info.id, info)
    const actor = anActor({ id: `strategy/${info.id}`, parent: 'strategies' })
    actors.set(actor.id, actor)
    const limits = strategyLimits({ id: info.id, capital: info.capital, mode: 'paper' })
    say({ type: 'strategyAdded', info, limits, by: 'you' })
    return done
  }
  return {
    trades: (strategy) =>
      !idle.has(strategy) && actors.get(`strategy/${strategy}`)?.state === 'running',
    actors: async () =>
      [...actors.values()].map((one, index) =>
        one.state === 'running' ? lively(one, index, clock.elapsed() - bornAt) : one,
      ),
    system: async () => demoSystem([...actors.values()], clock.elapsed() - bornAt),
    latencies: async (wanted) =>
      [...actors.keys()].flatMap((id, index) =>
        wanted === undefined || wanted === id ? [aLatency(id, 1 + (index % 9))] : [],
      ),
    profile: async () => ({ type: 'done', what: JSON.stringify({ nodes: [], samples: [] }) }),
    heapSnapshot: async (id) => ({
      type: 'refused',
      code: 'DEMO_NO_HEAP',
      says: `${id} is made up and has no heap.`,
      todo: 'Ask a running engine.',
    }),
    kill: (id) => fall(id, 'Killed from the dashboard.'),
    restart: (id) => fall(id, 'Restarted from the dashboard.'),
    start: (id) => order(id, 'strategyStarted'),
    stop: (id) => order(id, 'strategyStopped'),
    pause: (id) => order(id, 'strategyPaused'),
    resume: (id) => order(id, 'strategyResumed'),
    reload: () => Promise.resolve({ type: 'done' }),
    add: async (one) => enter(infoOf(one)),
    async clone(like, { capital, ...as }) {
      const model = known.get(like)!
      return enter({ ...model, ...as, ...(capital && { capital: paise(capital) }) })
    },
    async remove(strategy) {
      known.delete(strategy)
      actors.delete(`strategy/${strategy}`)
      idle.add(strategy)
      say({ type: 'strategyRemoved', strategy, by: 'you' })
      return done
    },
    async configure(strategy, params) {
      say({ type: 'strategyConfigured', strategy, params, by: 'you' })
      return fall(`strategy/${strategy}`, 'Restarted with new parameters.')
    },
  }
}

const infoOf = ({
  id,
  type,
  symbol,
  capital = 1_000_000,
  params = {},
}: NewStrategy): StrategyInfo => {
  const declared = generatedTypes.find((one) => one.type === type)!.params
  const defaults = Object.fromEntries(declared.map((one) => [one.name, one.default]))
  return { id, type, symbol, params: { ...defaults, ...params }, capital: paise(capital) }
}

/** Checks kinds and bounds as strategy files declare them. */
export const demoParams: ParseParams = (type, params) => {
  const declared = generatedTypes.find((one) => one.type === type)!.params
  const errors = Object.entries(params).flatMap(([path, value]) => {
    const one = declared.find(({ name }) => name === path)
    if (!one) return [{ path, says: 'is not a parameter of this strategy' }]
    if (one.min !== undefined && !(Number(value) >= one.min && Number(value) <= one.max!))
      return [{ path, says: `has to be between ${one.min} and ${one.max}` }]
    return []
  })
  if (errors.length > 0) return { type: 'bad', errors }
  return {
    type: 'ok',
    params: { ...Object.fromEntries(declared.map((one) => [one.name, one.default])), ...params },
  }
}

const treeOf = (fleet: readonly StrategyInfo[]): ActorView[] => [
  anActor({ id: 'ringmaster', kind: 'supervisor', killable: false }),
  anActor({ id: 'trading', kind: 'supervisor', parent: 'ringmaster', killable: false }),
  ...['feed', 'candles/0', 'risk', 'executor', 'journal'].map((id) =>
    anActor({ id, parent: 'trading' }),
  ),
  anActor({ id: 'strategies', kind: 'supervisor', parent: 'trading', killable: false }),
  ...fleet.map(({ id }) => anActor({ id: `strategy/${id}`, parent: 'strategies' })),
  ...['store', 'api'].map((id) => anActor({ id, parent: 'ringmaster', killable: id !== 'api' })),
]

// Figures that move as real ones would; made up.
const lively = (one: ActorView, index: number, elapsedMs: number): ActorView => {
  if (one.kind === 'supervisor') return { ...one, upSeconds: Math.round(elapsedMs / 1000) }
  const wave = (1 + Math.sin(elapsedMs / 4_000 + index)) / 2
  return {
    ...one,
    upSeconds: Math.round(elapsedMs / 1000),
    cpuPercent: Math.round(wave * 40) / 10,
    busyPercent: Math.round(wave * 55) / 10,
    heapMb: Math.round((9 + wave * 3) * 10) / 10,
    heapLimitMb: 72,
    buffersMb: 0.4,
    wakesPerSecond: Math.round(20 + wave * 5),
    turnsPerSecond: Math.round(41 + wave * 10),
    ringLag: Math.round(wave * 6),
    ringLost: 0,
    mailbox: Math.round(wave * 2),
    handled: Math.round(elapsedMs / 10) + index,
    handledPerSecond: 100 + Math.round(wave * 10),
    latencyP50: 40 + Math.round(wave * 15),
    latencyP99: 180 + Math.round(wave * 90),
    latencyP999: 900 + Math.round(wave * 400),
    latencyMax: 2_900,
  }
}

const demoSystem = (actors: readonly ActorView[], elapsedMs: number): SystemView =>
  aSystem({
    upSeconds: Math.round(elapsedMs / 1000),
    rings: aSystem().rings.map((ring) => ({
      ...ring,
      head: ring.head + Math.round(elapsedMs),
      readers: [
        ...ring.readers,
        ...actors
          .filter(({ id }) => ring.id !== 'ticks' && id.startsWith('strategy/'))
          .map(({ id, state }, n) => ({
            actor: id,
            active: state === 'running',
            lag: n % 7,
            lost: 0,
          })),
      ],
    })),
  })
