import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { freshSeed, seeded } from '#engine/random.ts'
import { shippedDay as recording } from '#actors/testing/cut.ts'
import type { Session } from './open.ts'
import { essence, nowAndThen, only, play, playInline } from './testing/play.ts'
import { reportIn, ringmaster } from './testing/process.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const seed = Number(process.env['SEED'] ?? freshSeed())
t.comment(`again with: SEED=${seed} node scripts/session/crash.test.ts`)

const dir = t.testdir()
const data = (name: string): string => join(dir, name)
// Some four seconds, so that there is time to kill also on a machine that could be through in one.
const speed = 6000
const reference = playInline({ data: data('reference'), recording })
const right = async () => essence((await reference).report)

t.test('the same facts when strategies are killed at any moment', async (t) => {
  const random = seeded(seed)
  // A sixth time within a minute, and it would be set aside.
  const left = new Map<string, number>()
  const played = await play({ data: data('strategies'), recording, speed, shards: 2 }, (session) => {
    const ids = session.ground.run.info.strategies.map(({ id }) => session.trading.actorOf(id))
    for (let n = 0; n < 3; n++) left.set(ids.splice(random.whole(ids.length), 1)[0]!, 5)
    return nowAndThen(session, random, () => {
      const [victim, lives] = [...left][random.whole(3)]!
      if (lives > 0 && stateOf(session, victim) === 'running') session.system.kill(victim)
      left.set(victim, lives - 1)
    })
  })
  const downs = only(played.facts, 'actorDown')
  t.same(essence(played.report), await right(), `${downs.length} deaths of ${[...left.keys()].join(', ')}`)
  t.ok(downs.length > 0)
  t.ok(downs.every(({ reason }) => reason === 'killed'))
})

// Two and two, since the core may fail but three times in a few minutes.
for (const pair of [['feed', 'candles/0'], ['risk', 'executor']])
  t.test(`the same facts when ${pair.join(' and then ')} are killed`, async (t) => {
    const left = [...pair]
    const played = await play({ data: data(pair[0]!), recording, speed }, (session) =>
      nowAndThen(session, seeded(seed + 1), () => {
        if (stateOf(session, 'trading') === 'running' && left.length > 0) session.system.kill(left.shift()!)
      }))
    t.same(essence(played.report), await right())
    const downs = only(played.facts, 'actorDown').map(({ actor, reason }) => `${actor} ${reason}`)
    t.same(downs, pair.map((victim) => `${victim} killed`), 'each death is on record, the executor’s own too')
  })

const stateOf = ({ system }: Session, id: string) => system.actors().find((one) => one.id === id)?.state

t.test('the same facts when the process is killed again and again, and started again', async (t) => {
  const random = seeded(seed + 2)
  const report = join(dir, 'killed.json')
  const killed: number[] = []
  for (let tries = 0; !existsSync(report); tries++) {
    const given = ['--data', data('killed'), '--recording', recording, '--report', report]
    const { child, ended } = ringmaster(['replay', ...given])
    const after = 500 + random.whole(3000)
    if (tries < 4) void pause(after).then(() => child.kill('SIGKILL'))
    const { code, signal, err } = await ended
    if (signal === 'SIGKILL') killed.push(after)
    else if (code !== 0) return t.fail(err)
  }
  t.ok(killed.length > 0, `killed after ${killed.join(', ')} ms`)
  t.same(essence(reportIn(report)), await right())
})
