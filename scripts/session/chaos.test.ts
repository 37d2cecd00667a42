import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { every, realClock } from '#engine/clock.ts'
import { defaultFleet, type FleetEntry } from '#actors/fleet.ts'
import chaos from '#actors/testing/chaos.actor.ts'
import { cutDay } from '#actors/testing/cut.ts'
import type { Fact } from '#actors/messages.ts'
import { business, only, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const dir = t.testdir()
const recording = cutDay(join(dir, 'recording'), '09:40')
const config = (name: string, strategies: readonly FleetEntry[]): string => {
  const file = join(dir, `${name}.json`)
  writeFileSync(file, JSON.stringify({ strategies }))
  return file
}

const good = defaultFleet.slice(6, 19)
const bad = (way: string): FleetEntry => ({ id: `chaos-${way}`, type: 'ema-cross', symbol: 'NIFTY-I' })
const deaths = [
  { way: 'throw', reason: 'threw', says: /a defect/ },
  { way: 'reject', reason: 'threw', says: /a forgotten promise/ },
  { way: 'exit', reason: 'exited', says: /exit code 3/ },
  { way: 'loop', reason: 'hung', says: /no sign of life for (1[6-9]\d\d|2000) ms/ },
  { way: 'leak', reason: 'out of memory', says: /more than its 64 MB/ },
  { way: 'buffers', reason: 'out of memory', says: /more than its 64 MB/ },
]

/** The longest time this thread's event loop was held up during `work`. */
const heldUp = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> => {
  let last = realClock.elapsed()
  let ms = 0
  const end = every(20, () => {
    const now = realClock.elapsed()
    ms = Math.max(ms, now - last)
    last = now
  })
  const result = await work()
  end()
  return { result, ms }
}

const broken = heldUp(() =>
  play({
    data: join(dir, 'broken'), recording, strategyActor: chaos as never,
    config: config('broken', [...deaths.map(({ way }) => bad(way)), bad('flood'), ...good]),
  }))

for (const { way, reason, says } of deaths)
  t.test(`a strategy that dies by "${way}" is known as "${reason}", restarted, then set aside`, async (t) => {
    const { facts } = (await broken).result
    const about = <T extends { readonly actor: string }>(list: readonly T[]): T[] =>
      list.filter(({ actor }) => actor === `strategy/chaos-${way}`)
    const downs = about(only(facts, 'actorDown'))
    // A machine that is short of time may take the throes of a full heap for a hang.
    const clear = downs.filter((down) => way !== 'leak' || down.reason !== 'hung')
    t.ok(clear.length > 0)
    t.equal(downs.length, 6)
    for (const { reason: found, error } of clear) t.match({ reason: found, says: error?.says }, { reason, says })
    t.equal(about(only(facts, 'actorRestarted')).length, 5)
    t.equal(about(only(facts, 'actorQuarantined')).length, 1)
  })

t.test('a strategy that floods its log is left alone', async (t) => {
  const { facts } = (await broken).result
  t.notOk(only(facts, 'actorDown').some(({ actor }) => actor === 'strategy/chaos-flood'))
})

t.test('nothing else notices: no tick is lost, no other actor goes down, the supervisor stays awake', async (t) => {
  const { result: { facts, report }, ms } = await broken
  t.equal(report.ticks.lost, 0)
  const downs = new Set(only(facts, 'actorDown').map(({ actor }) => actor))
  t.same([...downs].filter((actor) => !actor.startsWith('strategy/chaos-')), [])
  t.ok(ms < 1500, `it was held up for ${Math.round(ms)} ms at most`)
})

t.test('the others decide, and earn, what they do where nobody goes wrong', async (t) => {
  const calm = await playInline({ data: join(dir, 'calm'), recording, config: config('calm', good) })
  const others = (facts: readonly Fact[]): string[] =>
    business(facts).map((fact) => JSON.stringify(fact)).filter((fact) => !fact.includes('chaos-'))
  t.same(others((await broken).result.facts), others(calm.facts))
  t.ok(only(calm.facts, 'orderFilled').length > 5, 'and they do trade')
})
