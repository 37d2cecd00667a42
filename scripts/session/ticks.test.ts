import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freshSeed, seeded } from '#engine/random.ts'
import type { Fill, Position } from '#actors/domain/order.ts'
import { cashOf, flatPosition, settle } from '#actors/executor/positions.ts'
import { cutDay } from '#actors/testing/cut.ts'
import type { Session } from './open.ts'
import { essence, nowAndThen, only, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a session, several times, on a machine that may be busy

const seed = Number(process.env['SEED'] ?? freshSeed())
t.comment(`again with: SEED=${seed} node scripts/session/ticks.test.ts`)

const dir = t.testdir({
  // Asks for something at many ticks: enters, follows with its stop, leaves; and makes a note at every bar.
  'scalper.ts': `
    import { defineStrategy, ema, flat, long, move, noted, number, short } from 'ringmaster'

    export default defineStrategy({
      name: 'scalper', title: 'Scalper', description: 'Follows every move.', bars: '1m',
      params: { band: number(2, [0, 1000], 'hundredths of a percent from the mean to an entry') },
      risk: { cooldownMinutes: 0, maxOpenTrades: 3, dailyLossPercent: 100 },
      indicators: () => ({ mean: ema(3) }),
      memory: () => ({ bars: 0 }),
      decide: (bar, { memory }) => noted('long', 'bar ' + ++memory.bars),
      onTick: ({ price }, { mean, position, memory, params }) => {
        const far = mean.now * params.band / 1e4
        const note = { indicators: { bars: memory.bars } }
        const flatNow = position.direction === 'none'
        if (flatNow && price > mean.now + far) return long('above', { stop: price * 0.9990, ...note })
        if (flatNow && price < mean.now - far) return short('below', { stop: price * 1.0010, ...note })
        if (position.direction === 'long' && price < mean.now) return flat('back below', 'SIGNAL', note)
        if (position.direction === 'short' && price > mean.now) return flat('back above', 'SIGNAL', note)
        const stop = price * (position.direction === 'long' ? 0.9991 : 1.0009)
        const better = position.direction === 'long' ? stop - (position.stop ?? 0) : (position.stop ?? Infinity) - stop
        return !flatNow && better > price * 1e-4 ? move('follows', { stop }) : { type: 'stay' }
      },
    })`,
})
const recording = cutDay(join(dir, 'recording'), '09:30')
const scalper = (n: number, symbol: string) =>
  ({ id: `scalper-${n}`, file: 'scalper.ts', symbol, params: { band: n }, risk: { dailyLossPercent: 100 } })
const trend = { timeframe: '1m', length: 5, multiple: 1, leaveOn: 'tick' }
const fleet = [
  scalper(1, 'NIFTY-I'), scalper(2, 'BANKNIFTY-I'), scalper(3, 'NIFTY-I'), scalper(0, 'BANKNIFTY22111041500CE'),
  { id: 'trend', type: 'supertrend', symbol: 'NIFTY-I', params: trend },
  { id: 'cross', type: 'ema-cross', symbol: 'BANKNIFTY-I', params: { timeframe: '1m' } },
]
const config = join(dir, 'fleet.json')
writeFileSync(config, JSON.stringify({ strategies: fleet, account: { dailyLossPercent: 100 } }))

const data = (name: string): string => join(dir, name)
const reference = playInline({ data: data('reference'), recording, config })
const right = async () => essence((await reference).report)

t.test('strategies that read ticks ask for many things between two bars', async (t) => {
  const { facts, report } = await reference
  const betweenBars = only(facts, 'signalRaised').filter(({ signal }) => signal.at % 60_000 !== 0)
  t.ok(betweenBars.length > 50, `${betweenBars.length} signals`)
  t.ok(only(facts, 'levelsMoved').length > 10, 'stops follow')
  t.ok(only(facts, 'orderFilled').length > 30, 'and there are fills')
  const told = only(facts, 'intentRefused').filter(({ refusal }) => refusal.code === 'ALREADY_ENTERING')
  t.same(told, [], 'nothing is asked for again while it is under way')
  t.equal(report.ticks.lost, 0)
})

for (const [how, conduct] of Object.entries({
  'on two candle shards': { shards: 2 },
  'at 15,000 times the speed': { speed: 15_000 },
  'at 20,000 ticks a second': { rate: 20_000 },
}))
  t.test(`the same facts in threads, ${how}`, async (t) => {
    const { report } = await play({ data: data(how), recording, config, ...conduct })
    t.same(essence(report), await right())
  })

t.test('the same facts when strategies that read ticks are killed at any moment', async (t) => {
  const random = seeded(seed)
  const left = new Map(['scalper-1', 'scalper-2', 'scalper-0', 'trend'].map((id) => [id, 5]))
  const played = await play({ data: data('killed'), recording, config, rate: 6000 }, (session) =>
    nowAndThen(session, random, () => {
      const [id, lives] = [...left][random.whole(left.size)]!
      const actor = session.trading.actorOf(id)
      if (lives > 0 && stateOf(session, actor) === 'running') session.system.kill(actor)
      left.set(id, lives - 1)
    }))
  t.same(essence(played.report), await right())
  t.ok(only(played.facts, 'actorDown').length > 0)
})

t.test('the same facts when the core is killed', async (t) => {
  const left = ['executor', 'risk']
  const played = await play({ data: data('core'), recording, config, rate: 4000 }, (session) =>
    nowAndThen(session, seeded(seed + 1), () => {
      if (stateOf(session, 'trading') === 'running' && left.length > 0) session.system.kill(left.shift()!)
    }))
  t.same(essence(played.report), await right())
  t.equal(only(played.facts, 'actorDown').length, 2)
})

t.test('in the order of arrival nobody waits, and money is conserved all the same', async (t) => {
  const { facts, report } = await play({ data: data('arrival'), recording, config, order: 'arrival', rate: 20_000 })
  const { ticks, candles } = (await reference).report
  t.same(report.ticks, ticks)
  t.same(report.candles, candles)
  t.ok(only(facts, 'orderFilled').length > 10, `${only(facts, 'orderFilled').length} fills`)
  t.same(unbalanced(facts.flatMap((fact) => (fact.type === 'orderFilled' ? [fact.fill] : []))), [])
  const market = facts.filter(({ tick }) => tick >= 0)
  t.ok(market.every(({ at }, i) => i === 0 || at >= market[i - 1]!.at), 'time never runs backwards')
  const early = only(facts, 'orderFilled').filter(({ fill }) =>
    only(facts, 'orderApproved').some(({ order }) => order.id === fill.order && fill.quote.at <= order.approvedAt))
  t.same(early, [], 'no order is filled from a price before it')
})

/** Fills after which cash, positions at cost and charges do not add up. */
const unbalanced = (fills: readonly Fill[]): string[] => {
  const positions = new Map<string, Position>()
  let [cash, charges] = [0, 0]
  return fills.flatMap((fill) => {
    const key = `${fill.strategy} ${fill.symbol}`
    positions.set(key, settle(positions.get(key) ?? flatPosition(fill.strategy, fill.symbol), fill))
    cash += cashOf(fill) - fill.charges.total
    charges += fill.charges.total
    const held = [...positions.values()]
    const gained = sum(held.map(({ realised }) => realised))
    return cash + sum(held.map(({ cost }) => cost)) + charges === gained ? [] : [fill.id]
  })
}

const stateOf = ({ system }: Session, id: string) => system.actors().find((one) => one.id === id)?.state
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
