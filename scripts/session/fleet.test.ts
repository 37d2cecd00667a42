import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { pause } from '#engine/clock.ts'
import { isSystem, type Fact } from '#actors/messages.ts'
import { shippedDay as recording } from '#actors/testing/cut.ts'
import { controlOf } from './control.ts'
import { openGround, startSession, type Session, type SessionOptions } from './open.ts'
import { factsOf, only, plain, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const dir = t.testdir()
const data = (name: string): string => join(dir, name)
// The account's own limits bind all strategies together: they are set so far away that nobody meets them.
const config = join(dir, 'config.json')
writeFileSync(config, JSON.stringify({ account: { maxOpenTrades: 1000, dailyLossPercent: 100 } }))
const reference = playInline({ data: data('reference'), recording, config })

const crossing = { type: 'ema-cross', symbol: 'NIFTY-I', params: { timeframe: '1m', fast: 5, slow: 12 } } as const

const strategyOf = (fact: Fact): string | null => {
  if (isSystem(fact)) return null
  if ('signal' in fact) return fact.signal.strategy
  if ('intent' in fact) return fact.intent.strategy
  if ('fill' in fact) return fact.fill.strategy
  if ('trade' in fact && typeof fact.trade === 'object') return fact.trade.strategy
  if ('strategy' in fact) return fact.strategy
  if ('order' in fact) return (typeof fact.order === 'string' ? fact.order : fact.order.id).split(':')[0]!
  return null
}

/** What became of each of the strategies that the run began with. */
const without = (facts: readonly Fact[], added: ReadonlySet<string>): Record<string, Fact[]> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(facts, (fact) => strategyOf(fact) ?? (isSystem(fact) ? 'system' : 'market')))
      .filter(([name]) => name !== 'system' && !added.has(name))
      .map(([name, own]) => [name, own!]))

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 3000; tries++) {
    if (await holds()) return
    await pause(20)
  }
  throw new Error(`waited in vain until ${what}`)
}

const minutesOf = ({ ground }: Session): number => only(factsOf(ground.run.journal), 'minuteClosed').length

/** A session that goes on while the test looks, and is ended with it. */
const during = async (
  options: Partial<SessionOptions> & { data: string },
  work: (session: Session, control: ReturnType<typeof controlOf>) => Promise<void>,
): Promise<Fact[]> => {
  const all = { ...plain, recording, config, speed: 600, shards: 2, ...options }
  const ground = await openGround(all)
  const session = await startSession(ground, all)
  try {
    await work(session, controlOf(session))
  } finally {
    await session.stop()
  }
  return factsOf(ground.run.journal)
}

for (const [how, resume] of Object.entries({ threads: play, 'one thread': playInline }))
  t.test(`a strategy that was added is there after a power failure, and goes on, in ${how}`, async (t) => {
    const given = { data: data(how), recording, config }
    const program = fileURLToPath(new URL('./testing/add-and-die.ts', import.meta.url))
    const died = spawnSync(process.execPath, [program, given.data, recording, config, 'late'], { encoding: 'utf8' })
    t.equal(died.signal, 'SIGKILL', died.stderr)
    const { facts, report } = await resume(given)
    t.equal(only(facts, 'strategyAdded').length, 1)
    const resumed = facts.findIndex(({ type }) => type === 'runResumed')
    const signals = only(facts, 'signalRaised').filter(({ signal }) => signal.strategy === 'late')
    t.ok(signals.some((one) => facts.indexOf(one) < resumed), 'it signalled before')
    t.ok(signals.some((one) => facts.indexOf(one) > resumed), 'and after')
    t.same(signals.length, new Set(signals.map(({ signal }) => signal.id)).size, 'and nothing twice')
    t.ok(report.strategies.some(({ id, trades }) => id === 'late' && trades > 0), 'it is in the report')
    t.same(without(facts, new Set(['late'])), without((await reference).facts, new Set()), 'the others did not notice')
  })

t.test('twenty that are added at once change nothing for those that trade', async (t) => {
  const ids = Array.from({ length: 20 }, (_, n) => `more-${n}`)
  const { facts } = await play({ data: data('twenty'), recording, config, speed: 3000, shards: 2 }, async (session) => {
    const control = controlOf(session)
    await until('it trades', () => minutesOf(session) > 20)
    const done = await Promise.all(ids.map((id, n) =>
      control.add({ ...crossing, id, params: { ...crossing.params, slow: 12 + n } })))
    t.same(done.map(({ type }) => type), ids.map(() => 'done'))
  })
  t.same(only(facts, 'strategyAdded').map(({ info }) => info.id).toSorted(), ids.toSorted())
  const traded = new Set(only(facts, 'tradeClosed').map(({ trade }) => trade.strategy))
  t.ok(ids.every((id) => traded.has(id)), 'each of them traded')
  t.same(without(facts, new Set(ids)), without((await reference).facts, new Set()))
})

t.test('one that holds something stays, or leaves it first; its id is not given again', async (t) => {
  const id = 'ema-nifty-1m'
  const facts = await during({ data: data('removed') }, async (session, control) => {
    const held = (): boolean => {
      const facts = factsOf(session.ground.run.journal)
      const opened = only(facts, 'tradeOpened').filter(({ trade }) => trade.strategy === id)
      return opened.length > only(facts, 'tradeClosed').filter(({ trade }) => trade.strategy === id).length
    }
    await until('it holds something', held)
    t.match(await control.remove(id, false), { type: 'refused', code: 'FLEET_HOLDS' })
    const actor = session.system.actors().find((one) => one.id === `strategy/${id}`)
    t.match(actor, { state: 'running' }, 'nothing was done')
    t.same(await control.remove(id, true), { type: 'done' })
    t.match(await control.start(id), { code: /FLEET_(LEAVING|REMOVED)/ })
    await until('it is gone', () => !session.system.actors().some((one) => one.id === `strategy/${id}`))
    t.match(await control.pause(id), { code: 'FLEET_REMOVED' })
    t.match(await control.remove(id, false), { code: 'FLEET_REMOVED' })
    t.match(await control.add({ ...crossing, id }), { code: 'FLEET_ID_TAKEN' })
    t.same(await control.clone(id, { id: 'its-like', capital: 500_000 }), { type: 'done' })
    t.match(session.trading.fleet.find('its-like'), { seat: 7, info: { params: { fast: 13 }, capital: 50_000_000 } })
    const minutes = minutesOf(session)
    await until('time passes', () => minutesOf(session) > minutes + 5)
  })
  const removed = facts.findIndex(({ type }) => type === 'strategyRemoved')
  const closed = only(facts, 'tradeClosed').filter(({ trade }) => trade.strategy === id).at(-1)!
  t.equal(closed.trade.exitReason, 'MANUAL')
  t.ok(facts.indexOf(closed) < removed, 'it left what it held, and went')
  t.same(facts.slice(removed + 1).filter((fact) => strategyOf(fact) === id), [])
})

t.test('who comes when nobody is left finds its decisions take effect at their time', async (t) => {
  const ids = ['first', 'second', 'third']
  const facts = await during({ data: data('nobody'), speed: 3000 }, async (session, control) => {
    await until('it trades', () => minutesOf(session) > 1)
    for (const { info } of session.trading.fleet.all()) t.same(await control.stop(info.id), { type: 'done' })
    for (const id of ids) t.same(await control.add({ ...crossing, id }), { type: 'done' })
    const from = minutesOf(session)
    await until('they have decided some times', () => minutesOf(session) > from + 60)
  })
  const signals = only(facts, 'signalRaised').filter(({ signal }) => ids.includes(signal.strategy))
  t.same(new Set(signals.map(({ signal }) => signal.strategy)), new Set(ids))
  t.same(signals.map(({ at, signal }) => at - signal.at).filter((ms) => ms !== 100), [])
})

const threads = (): number => (existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : 0)

t.test('fifty that come and go leave nothing behind', async (t) => {
  await during({ data: data('fifty') }, async (session, control) => {
    await until('it trades', () => minutesOf(session) > 1)
    const before = { actors: session.system.actors().map(({ id, slot }) => [id, slot]), threads: threads() }
    const seats = session.trading.fleet.all().map(({ seat }) => seat)
    const board = new Set<number | null>()
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 5 }, (_, n) => `guest-${round}-${n}`)
      await Promise.all(ids.map((id) => control.add({ ...crossing, id })))
      for (const { id, slot } of session.system.actors()) if (id.includes('guest')) board.add(slot)
      await Promise.all(ids.map((id) => control.remove(id, true)))
      await until('they are gone', () => !session.system.actors().some(({ id }) => id.includes('guest')))
    }
    t.same(session.trading.fleet.all().map(({ seat }) => seat), seats)
    t.same(session.system.actors().map(({ id, slot }) => [id, slot]), before.actors)
    t.equal(board.size, 5, 'the same five rows of the shared tables were used')
    await until('their threads have ended', () => threads() <= before.threads)
  })
})

t.test('what cannot be added is refused, and leaves no trace', async (t) => {
  const facts = await during({ data: data('refused') }, async (_, control) => {
    const refused = async (given: object, code: string) =>
      t.match(await control.add({ ...crossing, id: 'new', ...given }), { type: 'refused', code })
    await refused({ type: 'no-such' }, 'CONFIG_TYPE_UNKNOWN')
    await refused({ symbol: 'NO-SUCH' }, 'CONFIG_SYMBOL_UNKNOWN')
    await refused({ params: { fast: 1 } }, 'CONFIG_PARAMS')
    await refused({ risk: { maxOpenTrades: 0 } }, 'RISK_LIMIT_OUT_OF_BOUNDS')
    await refused({ id: 'ema-nifty-1m' }, 'FLEET_ID_TAKEN')
    t.match(await control.clone('nobody', { id: 'new' }), { code: 'FLEET_REMOVED' })
    t.match(await control.remove('nobody', true), { code: 'FLEET_REMOVED' })
  })
  t.same(only(facts, 'strategyAdded'), [])
})
