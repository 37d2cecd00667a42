import type { Fact, StrategyInfo } from '#actors/messages.ts'
import type { BusinessFact, SystemFact } from '#actors/messages.ts'
import { later } from '#engine/mod.ts'
import type { Clock } from '#engine/mod.ts'
import type { Control, Done, ParseParams } from '../control.ts'
import type { ActorView } from '../contract.ts'
import { time } from '../views/format.ts'
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
  return {
    trades: (strategy) =>
      !idle.has(strategy) && actors.get(`strategy/${strategy}`)?.state === 'running',
    actors: async () =>
      [...actors.values()].map((one, index) =>
        one.state === 'running' ? lively(one, index, clock.elapsed() - bornAt) : one,
      ),
    kill: (id) => fall(id, 'Killed from the dashboard.'),
    restart: (id) => fall(id, 'Restarted from the dashboard.'),
    start: (id) => order(id, 'strategyStarted'),
    stop: (id) => order(id, 'strategyStopped'),
    pause: (id) => order(id, 'strategyPaused'),
    resume: (id) => order(id, 'strategyResumed'),
    reload: () => Promise.resolve({ type: 'done' }),
    async configure(strategy, params) {
      say({ type: 'strategyConfigured', strategy, params, by: 'you' })
      return fall(`strategy/${strategy}`, 'Restarted with new parameters.')
    },
  }
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
  actorOf('ringmaster', null, 'supervisor'),
  actorOf('trading', 'ringmaster', 'supervisor'),
  ...['feed', 'candles/0', 'risk', 'executor', 'journal'].map((id) => actorOf(id, 'trading')),
  actorOf('strategies', 'trading', 'supervisor'),
  ...fleet.map(({ id }) => actorOf(`strategy/${id}`, 'strategies')),
  ...['store', 'api'].map((id) => actorOf(id, 'ringmaster')),
]

const actorOf = (
  id: string,
  parent: string | null,
  kind: ActorView['kind'] = 'actor',
): ActorView => ({
  id,
  kind,
  parent,
  thread: kind === 'supervisor' ? null : id,
  state: 'running',
  restarts: 0,
  down: null,
  upSeconds: 0,
  cpuPercent: null,
  heapMb: null,
  ringLag: null,
  mailbox: null,
  handled: null,
  latencyP50: null,
  latencyP99: null,
  killable: kind === 'actor' && id !== 'api',
})

// Figures that move as real ones would; made up.
const lively = (one: ActorView, index: number, elapsedMs: number): ActorView => {
  if (one.kind === 'supervisor') return { ...one, upSeconds: Math.round(elapsedMs / 1000) }
  const wave = (1 + Math.sin(elapsedMs / 4_000 + index)) / 2
  return {
    ...one,
    upSeconds: Math.round(elapsedMs / 1000),
    cpuPercent: Math.round(wave * 40) / 10,
    heapMb: Math.round((9 + wave * 3) * 10) / 10,
    ringLag: Math.round(wave * 6),
    mailbox: Math.round(wave * 2),
    handled: Math.round(elapsedMs / 10) + index,
    latencyP50: 40 + Math.round(wave * 15),
    latencyP99: 180 + Math.round(wave * 90),
  }
}
