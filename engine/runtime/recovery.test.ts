import t from 'tap'
import type { Logger } from '../actor.ts'
import { breath } from '../clock.ts'
import { seeded } from '../random.ts'
import { virtualTime } from '../simulate/time.ts'
import { supervisor } from '../tree.ts'
import { downOf, type Down } from './down.ts'
import { startSystem } from './system.ts'
import { one, policy, stateOf } from './testing/trees.ts'
import type { StartThread } from './thread.ts'

const hour = 3_600_000
const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A system of one child on time that passes when told to, with a thread that does nothing but die when told to. */
const startVictim = async () => {
  const time = virtualTime(Date.UTC(2026, 0, 1))
  let end: (down: Down) => void = () => undefined
  const startThread: StartThread = () => {
    const down = Promise.withResolvers<Down>()
    end = down.resolve
    const cannot = (): Promise<never> => Promise.reject(new Error('nobody is there'))
    return {
      ready: Promise.resolve(), turned: Promise.resolve(), down: down.promise, inspect: cannot,
      inspected: { down: down.promise, startCpuProfile: cannot, writeHeap: cannot },
      tell: () => undefined,
      stop: async () => {
        end(downOf('stopped'))
        return true
      },
      kill: (as) => end(as),
    }
  }
  const root = supervisor('root', policy, () => [
    one('victim', {}, { hangMs: Number.POSITIVE_INFINITY }),
  ])
  const system = await startSystem(root, { clock: time, random: seeded(1), log: quiet, startThread })
  return {
    time,
    state: () => stateOf(system, 'victim'),
    /** Somebody sets the wall clock, the victim dies, and time passes: enough of it for a restart. */
    async die(setMs: number, thenMs: number, as = downOf('threw', new Error('a defect'))) {
      time.shift(setMs)
      end(as)
      await breath()
      await time.advance(time.elapsed() + thenMs)
      await breath()
    },
    stop: () => system.stop(1000),
  }
}

t.test('a wall clock that is set forwards does not forget failures', async (t) => {
  const { die, state, stop } = await startVictim()
  for (let n = 1; n <= policy.atMost; n++) {
    await die(hour, 1000)
    t.equal(state(), 'running')
  }
  await die(hour, 1000)
  t.equal(state(), 'quarantined')
  await stop()
})

t.test('a wall clock that is set backwards does not keep failures that are long since', async (t) => {
  const { die, state, stop } = await startVictim()
  for (let n = 1; n <= 3 * policy.atMost; n++) {
    await die(-hour, policy.withinMs)
    t.equal(state(), 'running')
  }
  await stop()
})

t.test('how often a person ends a child is counted by the same clock', async (t) => {
  const { die, state, stop } = await startVictim()
  for (let n = 1; n <= 30 + policy.atMost; n++) {
    await die(hour, 500, downOf('killed'))
    t.equal(state(), 'running', `the ${n}th time`)
  }
  await die(hour, 500, downOf('killed'))
  t.equal(state(), 'quarantined')
  await stop()
})
