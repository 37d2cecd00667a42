import t, { type Test } from 'tap'
import {
  createBoard, createEdge, createRing, edgeSender, inspectRing, openHost, readLog, ringReader, ringWriter,
} from '#engine/mod.ts'
import { oneTick } from '../brokers/paper/slippage.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Approved, Order } from '../domain/order.ts'
import type { Command, Fact, RunInfo } from '../messages.ts'
import { END, MARK, TICK } from '../records.ts'
import { createNews } from '../journal/news.ts'
import { limitsFor, strategyLimits } from '../risk/limits.ts'
import executor from './executor.actor.ts'

const openAt = Date.parse('2022-11-10T09:15:00+05:30')
const closeAt = openAt + 375 * 60_000
const future: Instrument = { index: 0, symbol: 'NIFTY-I', kind: 'future', underlying: 'NIFTY', lot: 50, tickSize: 5 }
const run: RunInfo = {
  id: 'run', kind: 'replay', recording: 'scripted', recordingHash: '', strategies: [], symbols: ['NIFTY-I'],
  warmSessions: 0, startedAt: openAt,
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** An executor over a fleet of `one` and `two`, in the hands of a test. */
const desk = async (t: Test, order: 'event-time' | 'arrival' = 'event-time') => {
  const journal = t.testdir()
  const warnings: object[] = []
  const ticks = createRing({ capacity: 64, readers: 1, lossless: order === 'event-time' })
  const candles = createRing({ capacity: 64, readers: 1, lossless: true })
  for (const ring of [ticks, candles]) ringReader(ring, 0).activate(0)
  const limitsOf = (id: string) => strategyLimits({ id, capital: 100_000_000, mode: 'paper' })
  const given = {
    run, journal, instruments: [future], limits: limitsFor({ one: limitsOf('one'), two: limitsOf('two') }),
    order, ticks, tickPlace: 0, candles: [candles], candlePlace: 0, venueLatencyMs: 150,
    news: createNews(),
    slippage: oneTick,
  }
  const board = createBoard()
  const spec = { id: 'executor', slot: 1, bell: 1, given, sync: null, wakes: [], board, seed: 1 }
  const host = openHost(executor, spec, { ...quiet, warn: (values: object) => void warnings.push(values) })
  const { sender, receiver } = createEdge(64)
  await host.start()
  host.receive(0, receiver)
  const port = edgeSender<Command & { at: number }>(sender)
  t.teardown(() => host.stop())
  const [tick, candle] = [ringWriter(ticks), ringWriter(candles)]
  let sequence = 0
  const settle = (): void => {
    while (host.turn() === true);
  }
  return {
    warnings,
    /** What the ring says that its reader missed. */
    lost: () => inspectRing(ticks).readers[0]!.lost,
    /** So many ticks while the executor gets no turn. */
    rush(at: number, price: number, count: number) {
      for (let n = 0; n < count; n++) {
        const f = tick.claim()
        tick.fields.set([at + n, price, 50, 50, price - 5, price + 5], f)
        tick.ints.set([0, TICK, -1, 0], tick.intOffset)
        tick.publish()
        sequence++
      }
    },
    end() {
      for (const writer of [candle, tick]) {
        const f = writer.claim()
        writer.fields.set([Number.POSITIVE_INFINITY, sequence, 0, 0, 0, 0], f)
        writer.ints.set([-1, END, 0, 0], writer.intOffset)
        writer.publish()
      }
      settle()
    },
    tell(at: number, command: Command) {
      port.send({ ...command, at })
      settle()
    },
    trade(at: number, price: number) {
      const f = tick.claim()
      tick.fields.set([at, price, 50, 50, price - 5, price + 5], f)
      tick.ints.set([0, TICK, -1, 0], tick.intOffset)
      tick.publish()
      sequence++
      settle()
    },
    mark(at: number) {
      const c = candle.claim()
      candle.fields.set([at, sequence, openAt, closeAt, 0, 0], c)
      candle.ints.set([-1, MARK, 0, 0], candle.intOffset)
      candle.publish()
      const f = tick.claim()
      tick.fields.set([at, openAt, closeAt, 0, 0, Number.NaN], f)
      tick.ints.set([-1, MARK, 0, 0], tick.intOffset)
      tick.publish()
      sequence++
      settle()
    },
    facts(): Fact[] {
      const reader = readLog(journal)
      const facts: Fact[] = []
      for (let one = reader.next(); one; one = reader.next()) facts.push(JSON.parse(one.payload.toString('utf8')))
      reader.close()
      return facts
    },
  }
}

const levels = { watch: 'NIFTY-I', direction: 'long', stop: 1_790_000, target: null, trailing: false } as const
const entryOf = (strategy: string, id: string, at: number): Approved<Order> => ({
  id, strategy, intent: id, signal: null, mode: 'paper', symbol: 'NIFTY-I', side: 'buy', type: 'market', quantity: 50,
  purpose: 'entry', trade: id, direction: 'long', levels, reason: null, because: '', approvedAt: at,
}) as Order as Approved<Order>
const approve = (strategy: string, id: string, at: number): Command =>
  ({ type: 'decided', facts: [{ type: 'orderApproved', order: entryOf(strategy, id, at) }] })
const remove = (strategy: string): Command =>
  ({ type: 'note', facts: [{ type: 'strategyRemoved', strategy, by: 'owner' }] })
const namesOf = (facts: readonly Fact[], strategy: string): string[] =>
  facts.flatMap((fact) =>
    fact.type === 'tradeOpened' || fact.type === 'tradeClosed'
      ? fact.trade.strategy === strategy ? [`${fact.type} ${fact.trade.exitReason ?? ''}`.trim()] : []
      : [])

const second = 1000
const holding = async (t: Test, order?: 'arrival') => {
  const it = await desk(t, order)
  it.mark(openAt + 60 * second)
  for (const strategy of ['one', 'two']) it.tell(openAt + 61 * second, approve(strategy, `${strategy}-1`, openAt))
  it.trade(openAt + 62 * second, 1_800_000)
  it.trade(openAt + 63 * second, 1_800_000)
  t.same(namesOf(it.facts(), 'one'), ['tradeOpened'])
  return it
}

t.test('a strategy that is told to leaves what it holds at the next tick, and no other does', async (t) => {
  const it = await holding(t)
  it.tell(Number.NEGATIVE_INFINITY, { type: 'flatten', strategy: 'one', because: 'It is being removed.' })
  it.trade(openAt + 64 * second, 1_800_100)
  it.trade(openAt + 65 * second, 1_800_100)
  t.same(namesOf(it.facts(), 'one'), ['tradeOpened', 'tradeClosed MANUAL'])
  t.same(namesOf(it.facts(), 'two'), ['tradeOpened'])
})

t.test('what is held by one that is not in the fleet any more is left at the next mark', async (t) => {
  const it = await holding(t)
  it.tell(Number.NEGATIVE_INFINITY, remove('one'))
  it.trade(openAt + 70 * second, 1_800_100)
  t.same(namesOf(it.facts(), 'one'), ['tradeOpened'])
  it.mark(openAt + 120 * second)
  it.trade(openAt + 121 * second, 1_800_100)
  t.same(namesOf(it.facts(), 'one'), ['tradeOpened', 'tradeClosed MANUAL'])
  t.same(namesOf(it.facts(), 'two'), ['tradeOpened'])
})

t.test('an entry that was approved before its strategy went is on record and never placed', async (t) => {
  const it = await desk(t)
  it.mark(openAt + 60 * second)
  it.tell(Number.NEGATIVE_INFINITY, remove('one'))
  it.tell(openAt + 61 * second, approve('one', 'late', openAt))
  it.tell(openAt + 61 * second, approve('two', 'fine', openAt))
  it.trade(openAt + 62 * second, 1_800_000)
  it.trade(openAt + 63 * second, 1_800_000)
  const of = (id: string) =>
    it.facts().filter((fact) => 'order' in fact && (fact.order === id || (fact.order as Order).id === id))
  t.same(of('late').map(({ type }) => type), ['orderApproved', 'orderRejected'])
  t.same(namesOf(it.facts(), 'two'), ['tradeOpened'])
})

t.test('an executor that is overrun says how much it missed, and its stops act on the next tick it has', async (t) => {
  const it = await holding(t, 'arrival')
  it.rush(openAt + 64 * second, 1_800_000, 200)
  it.trade(openAt + 65 * second, 1_789_000)
  it.trade(openAt + 66 * second, 1_789_000)
  t.same(namesOf(it.facts(), 'one'), ['tradeOpened', 'tradeClosed STOP_LOSS'])
  t.same(it.warnings, [], 'it is said once a minute')
  it.mark(openAt + 120 * second)
  const lost = it.lost()
  t.ok(lost > 100 && lost < 200, `${lost} of 200`)
  t.match(it.warnings, [{ mark: openAt + 120 * second, lost }])
  it.end()
  t.match(it.facts().filter(({ type }) => type === 'runFinished'), [{ lost }])
  t.equal(it.warnings.length, 1)
})
