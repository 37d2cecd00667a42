import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { failureOf, seeds } from '#engine/mod.ts'
import { defaultFleet } from '#actors/fleet.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { openGround } from './open.ts'
import { simulateDay, weather } from './simulate-day.ts'
import { business, plain, playInline } from './testing/play.ts'

t.setTimeout(300_000)

const dir = t.testdir()
const recording = cutDay(join(dir, 'recording'), '09:25')
const config = join(dir, 'config.json')
writeFileSync(config, JSON.stringify({ strategies: defaultFleet.slice(6, 10) }))

t.test('a simulated day comes to what it comes to on the machine, whatever befalls the machine', async (t) => {
  const played = await playInline({ data: join(dir, 'played'), recording, config })
  const expected = business(played.facts).map((fact) => JSON.stringify(fact))
  const ground = await openGround({ ...plain, data: join(dir, 'simulated'), recording, config })
  t.teardown(() => ground.lock.release())
  const met = { crash: 0, blackout: 0 }
  for (const seed of seeds({ count: 2, always: [3, 8, 9] })) {
    const day = await simulateDay(ground, { seed, faults: weather, expected })
    t.equal(day.broken && failureOf(day, `npm run simulate -- ${seed}`), null, `seed ${seed}`)
    t.equal(day.facts.length, expected.length)
    met.crash += day.met.crash
    met.blackout += day.met.blackout
  }
  t.ok(met.crash > 5 && met.blackout > 2, JSON.stringify(met))
})

t.test('and whoever shares a thread', async (t) => {
  const played = await playInline({ data: join(dir, 'apart'), recording, config })
  const expected = business(played.facts).map((fact) => JSON.stringify(fact))
  const shared = join(dir, 'shared.json')
  const strategies = defaultFleet.slice(6, 10).map((one, n) => (n < 3 ? { ...one, thread: 'three' } : one))
  const together = [['feed', 'candles/0', 'executor']]
  writeFileSync(shared, JSON.stringify({ strategies, placement: { together } }))
  const ground = await openGround({ ...plain, data: join(dir, 'together'), recording, config: shared })
  t.teardown(() => ground.lock.release())
  let deaths = 0
  for (const seed of seeds({ count: 1, always: [122, 140, 188] })) {
    const day = await simulateDay(ground, { seed, faults: weather, expected })
    t.equal(day.broken && failureOf(day, `seed ${seed} of this test`), null, `seed ${seed}`)
    t.equal(day.facts.length, expected.length)
    deaths += day.met.crash + day.met.blackout
  }
  t.ok(deaths > 5, `${deaths} deaths`)
})

t.test('the same seed is the same day, step by step', async (t) => {
  const ground = await openGround({ ...plain, data: join(dir, 'twice'), recording, config })
  t.teardown(() => ground.lock.release())
  const first = await simulateDay(ground, { seed: 8, faults: weather })
  const second = await simulateDay(ground, { seed: 8, faults: weather })
  t.strictSame(second.trace, first.trace)
  t.strictSame([second.steps, second.met], [first.steps, first.met])
})
