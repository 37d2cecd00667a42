import t from 'tap'
import { durableOf } from '../runtime/board.ts'
import { failureOf, seeds } from './seeds.ts'
import { simulate, type Simulated } from './simulate.ts'
import { kindsOfFault, type Faults } from './faults.ts'
import { defective, playToy, toy, worker, type Flaw } from './testing/toy.ts'

t.setTimeout(120_000)

const foul: Faults =
  { crash: 1 / 30, hang: 1 / 80, blackout: 1 / 150, diskFull: 1 / 300, clockJump: 1 / 100, pace: 1 / 100 }

/** Plays seeds until one finds something: that one, or null. */
const firstBroken = async (list: readonly number[], play: (seed: number) => Promise<Simulated>) => {
  for (const seed of list) {
    const simulated = await play(seed)
    if (simulated.broken !== null) return simulated
  }
  return null
}
/** One seed alone, to see again what it found. */
const only = process.env['SEED'] === undefined ? null : [Number(process.env['SEED'])]
const again = (seed: number): string => `SEED=${seed} node engine/simulate/simulate.test.ts`
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

t.test('the same seed gives the same steps and the same trace, to the byte; another seed gives others', async (t) => {
  const first = await playToy(7, { faults: foul })
  const second = await playToy(7, { faults: foul })
  const other = await playToy(8, { faults: foul })
  t.strictSame(second.trace, first.trace)
  t.strictSame([second.steps, second.met, second.broken], [first.steps, first.met, first.broken])
  t.strictSame(
    second.statuses.map(({ id, state, restarts }) => [id, state, restarts]),
    first.statuses.map(({ id, state, restarts }) => [id, state, restarts]),
  )
  t.notSame(other.trace, first.trace)
})

t.test('in whatever order turns come, the facts are the same', async (t) => {
  const broken = await firstBroken(only ?? seeds({ count: 16, always: [1, 2, 3] }), (seed) => playToy(seed))
  t.equal(broken && failureOf(broken, again(broken.seed)), null)
})

t.test('whatever dies, hangs, fills up or is set, nothing is lost, doubled or reordered', async (t) => {
  const met = Object.fromEntries(kindsOfFault.map((kind) => [kind, 0]))
  let lives = 0
  const broken = await firstBroken(only ?? seeds({ count: 8, always: upTo(16) }), async (seed) => {
    const simulated = await playToy(seed, { faults: foul })
    for (const kind of kindsOfFault) met[kind]! += simulated.met[kind]
    lives += simulated.world.lives
    return simulated
  })
  t.equal(broken && failureOf(broken, again(broken.seed)), null)
  if (only) return
  t.ok(kindsOfFault.every((kind) => met[kind]! > 5), JSON.stringify(met))
  t.ok(lives > 30, `${lives} processes`)
})

const flaws: Readonly<Record<Flaw, { readonly says: RegExp; readonly faults: Faults | undefined }>> = {
  'acknowledges early': { says: /is damaged|shrank/, faults: foul },
  forgets: { says: /not what it must be/, faults: foul },
  'counts twice': { says: /not what it must be/, faults: foul },
  // Threads alone show this one: nothing need go wrong.
  'does not wait': { says: /not what it must be/, faults: undefined },
}
for (const [flaw, { says, faults }] of Object.entries(flaws))
  t.test(`an actor that ${flaw} is found out within a hundred seeds`, async (t) => {
    const found = await firstBroken(upTo(100), (seed) => playToy(seed, faults ? { faults } : {}, flaw as Flaw))
    t.match(found?.broken, says, `seed ${found?.seed}`)
    t.match(found && failureOf(found, again(found.seed)), /again with: SEED=\d+ /)
  })

t.test('a child that fails for the sixth time within a minute is set aside, and the rest goes on', async (t) => {
  for (const seed of [1, 2, 3]) {
    const { broken, statuses } = await playToy(seed, {
      invariants: [], allows: ({ says }) => says === 'a defect',
      until: ({ board, system }) =>
        durableOf(board) > 100 && system.actors().some(({ state }) => state === 'quarantined'),
    }, null, defective)
    t.equal(broken, null)
    t.strictSame(
      statuses.map(({ id, state, restarts }) => [id, state, restarts]),
      [['toy', 'running', 0], ['sink', 'running', 0], ['workers', 'running', 0], ['worker/0', 'running', 0],
        ['worker/1', 'quarantined', 5], ['source', 'running', 0]],
    )
  }
})

t.test('whoever dies, or ends with its process, lets go once of what it holds outside of its memory', async (t) => {
  let starts = 0
  const held: number[] = []
  const letGo = (): void => void (held[held.length - 1]! -= 1)
  const holder: typeof worker = {
    ...worker,
    start(given, ctx) {
      const state = worker.start(given, ctx)
      starts++
      held.push(1)
      return state
    },
    stop: letGo,
    abandon: letGo,
  }
  const lives = { crash: 1 / 30, blackout: 1 / 150 }
  const broken = await firstBroken(upTo(6), (seed) => playToy(seed, { faults: lives }, null, holder))
  t.equal(broken, null)
  t.ok(starts > 12, `${starts} starts`)
  t.same(held, held.map(() => 0))
})

t.test('what an actor throws by itself is a defect, and so is standing still', async (t) => {
  const defect = await playToy(1, {}, null, defective)
  t.equal(defect.broken, 'worker/1 threw: a defect')
  const still = await simulate(toy(), { seed: 1, until: () => false })
  t.match(still.broken, /nothing has moved for 60 s/)
  const endless = await simulate(toy(), { seed: 1, until: () => false, steps: 50 })
  t.equal(endless.broken, 'not done after 50 steps')
})
