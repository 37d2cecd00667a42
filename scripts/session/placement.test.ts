import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import type { Fact } from '#actors/messages.ts'
import { defaultFleet } from '#actors/fleet.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { controlOf } from './control.ts'
import { openGround, startSession, type Session } from './open.ts'
import { essence, factsOf, only, plain, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // an hour of a session, several times, on a machine that may be busy

const dir = t.testdir()
const data = (name: string): string => join(dir, `data-${name}`)
const recording = cutDay(join(dir, 'recording'), '10:15')

// The account's own limits bind all strategies together: they are set so far away that nobody meets them.
const account = { maxOpenTrades: 1000, dailyLossPercent: 100 }
/** A configuration in which strategy n of the default fleet lives in the thread that is named for it, if one is. */
const placed = (name: string, together: string[][], threadOf: (n: number) => string | undefined): string => {
  const strategies = defaultFleet.map((one, n) => ({ ...one, thread: threadOf(n) }))
  const file = join(dir, `${name}.json`)
  writeFileSync(file, JSON.stringify({ strategies, account, placement: { shards: 3, together } }))
  return file
}
const apart = join(dir, 'apart.json')
writeFileSync(apart, JSON.stringify({ account }))
const crews = placed('crews', [['risk', 'executor']], (n) => (n < 10 ? ['even', 'odd'][n % 2] : undefined))
const crowd = placed('crowd', [['feed', 'candles/0', 'risk', 'candles/2', 'executor']], () => 'all')

const reference = playInline({ data: data('reference'), recording, config: apart })

/** The thread of each actor of the trading tree. */
const threadsIn = ({ system }: Session): Record<string, string> =>
  Object.fromEntries(system.actors().flatMap(({ id, thread }) => (thread === null ? [] : [[id, thread]])))
const sharing = ({ system }: Session, name: string): string[] =>
  system.actors().filter(({ thread }) => thread === name).map(({ id }) => id)

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 3000; tries++) {
    if (holds()) return
    await pause(20)
  }
  throw new Error(`waited in vain until ${what}`)
}
const minutesOf = ({ ground }: Session): number => only(factsOf(ground.run.journal), 'minuteClosed').length
// Some seconds on a busy machine, and never so little that there is no time to kill.
const speed = 6000
const half = 30

t.test('the hour comes to something', async (t) => {
  const { facts } = await reference
  t.ok(new Set(only(facts, 'signalRaised').map(({ signal }) => signal.strategy)).size > 5, 'several strategies decide')
  t.ok(only(facts, 'tradeOpened').length > 5, 'and trade')
})

t.test('the same run and the same facts whoever shares a thread', async (t) => {
  const { report, ground } = await reference
  for (const [name, config] of Object.entries({ crews, crowd })) {
    let threads: Record<string, string> = {}
    const played = await play({ data: data(name), recording, config }, (session) => void (threads = threadsIn(session)))
    t.same(essence(played.report), essence(report), name)
    t.equal(played.ground.run.info.id, ground.run.info.id)
    t.equal(new Set(Object.values(threads)).size, name === 'crews' ? 5 + 2 + 10 : 3, `${name} has threads`)
  }
})

t.test('a core in one thread goes on from the journal of a process that was placed otherwise', async (t) => {
  const options = { ...plain, data: data('resumed'), recording, config: crowd, speed }
  const first = { ...options, config: apart }
  const session = await startSession(await openGround(first), first)
  await until('half of it is over', () => minutesOf(session) >= half)
  await session.stop()
  const { facts, report } = await play({ ...options, speed: null })
  t.equal(only(facts, 'runResumed').length, 1)
  t.same(essence(report), essence((await reference).report))
})

t.test('a shared thread that is killed comes back with all who live there, to the same facts', async (t) => {
  let odd: string[] = []
  let restarted: string[] = []
  const played = await play({ data: data('killed'), recording, config: crews, speed }, async (session) => {
    const stateOf = (id: string) => session.system.actors().find((one) => one.id === id)?.state
    await until('some of it is over', () => minutesOf(session) >= 10)
    session.system.kill('risk')
    await until('the core is back', () =>
      only(factsOf(session.ground.run.journal), 'runResumed').length === 1 && stateOf('trading') === 'running')
    await until('half of it is over', () => minutesOf(session) >= half)
    odd = sharing(session, 'shared/odd')
    session.system.kill(odd[2]!)
    const back = () => session.system.actors().filter(({ kind, restarts }) => kind === 'actor' && restarts > 0)
    await until('they are back', () => back().length > 0 && back().every(({ state }) => state === 'running'))
    restarted = back().map(({ id }) => id)
  })
  t.equal(odd.length, 5)
  t.same(restarted, odd, 'they alone')
  const downs = only(played.facts, 'actorDown').map(({ actor, reason }) => `${actor} ${reason}`)
  t.same(downs.toSorted(), [...odd, 'risk', 'executor'].map((actor) => `${actor} killed`).toSorted())
  t.same(essence(played.report), essence((await reference).report))
})

/** What strategies wanted, without those that are named. */
const signals = (facts: readonly Fact[], but: string) =>
  only(facts, 'signalRaised').map(({ signal }) => signal).filter(({ strategy }) => strategy !== but)

t.test('to stop one restarts those who share its thread; each is seen in it, its cost once', async (t) => {
  const victim = defaultFleet[3]!.id
  const played = await play({ data: data('stopped'), recording, config: crews, speed }, async (session) => {
    const control = controlOf(session)
    await until('half of it is over', () => minutesOf(session) >= half)
    const odd = sharing(session, 'shared/odd')
    const ups = () => new Map(session.system.actors().map(({ id, upSince }) => [id, upSince]))
    const before = ups()
    t.same(await control.stop(victim), { type: 'done' })
    const after = ups()
    t.same([...after.keys()].filter((id) => after.get(id) !== before.get(id)).toSorted(), odd.toSorted())
    const views = (await control.actors()).filter(({ thread }) => thread === 'shared/odd')
    t.same(views.map(({ id }) => id), odd)
    t.same(views.filter(({ state }) => state === 'stopped').map(({ id }) => id), [`strategy/${victim}`])
    t.equal(views.filter(({ heapMb }) => heapMb !== null).length, 1)
  })
  t.same(only(played.facts, 'actorDown'), [], 'nobody went down')
  t.same(signals(played.facts, victim), signals((await reference).facts, victim), 'the others did not notice')
})
