import { getHeapStatistics } from 'node:v8'
import t from 'tap'
import {
  createLatest, createMetrics, createRing, gaugesOf, inspectRing, openLatest, readingOf, ringReader, ringWriter,
  wrappedMicros, type Context, type RingWriter,
} from '#engine/mod.ts'
import { minuteReader } from '../candles/minutes.ts'
import { closes, defineStrategy, flat, stay, type Bar, type Tick } from '../kit.ts'
import type { Command } from '../messages.ts'
import { END, LATE, MARK, TICK } from '../records.ts'
import { nothingAsked } from './asked.ts'
import { noHoldings } from './holdings.ts'
import { noPrices } from './prices.ts'
import { nothing, runner } from './runner.ts'
import { takePlace, tickFlow, tickSteps } from './ticks.ts'
import { asItComes, inEventTime, takeTick, type State } from './turns.ts'

/** Puts a record into a tick ring, without making garbage: prices in paise. */
const put = (writer: RingWriter, at: number, kind: number, instrument = 0, price = 100_00): void => {
  const f = writer.claim()
  const { fields, ints, intOffset: i } = writer
  fields[f] = at
  fields[f + 1] = price
  fields[f + 2] = 5
  fields[f + 3] = 1000
  fields[f + 4] = price - 5
  fields[f + 5] = Number.NaN
  ints[i] = kind === MARK || kind === END ? -1 : instrument
  ints[i + 1] = kind
  ints[i + 3] = wrappedMicros()
  writer.publish()
}

t.test('steps over the ticks of others, and over prices that came late, from boundary to boundary', async (t) => {
  const ring = createRing({ capacity: 16, readers: 1, lossless: true })
  ringReader(ring, 0).activate(0)
  const writer = ringWriter(ring)
  const steps = tickSteps(ring, 0, 3)
  t.equal(steps.load(), false)
  put(writer, 1000, TICK, 2)
  put(writer, 2000, TICK, 3, 1234_50)
  put(writer, 3000, MARK)
  put(writer, 3000, LATE, 3)
  put(writer, 4000, TICK, 1)
  put(writer, 4000, END)
  const seen: unknown[] = []
  for (; steps.load(); steps.drop()) seen.push([steps.isTick, steps.at, steps.sequence])
  t.strictSame(seen, [[true, 2000, 1], [false, 3000, 2], [false, Number.POSITIVE_INFINITY, 5]])
  t.match(steps.tick, { at: 2000, price: 1234.5, quantity: 5, bid: 1234.45, ask: Number.NaN })
  t.equal(steps.seenTo, 4000, 'the end has no time of its own')
})

t.test('gives back what is settled, and never what a restart must see', async (t) => {
  const ring = createRing({ capacity: 64, readers: 1, lossless: true })
  ringReader(ring, 0).activate(0)
  const writer = ringWriter(ring)
  const tail = () => inspectRing(ring).readers[0]!.tail
  const steps = tickSteps(ring, 0, 0)
  for (let n = 0; n < 30; n++) {
    put(writer, n * 1000, TICK)
    steps.load()
    const settled = (n - 5) * 1000 // decisions up to here are surely on disk
    steps.settle(settled)
    steps.drop()
    t.ok(tail() * 1000 <= settled + 1000 || tail() === 0, `${tail()} at ${n}`)
  }
  t.ok(tail() >= 20, 'it keeps up')
  const again = tickSteps(ring, 0, 0)
  again.load()
  t.equal(again.sequence, tail(), 'who comes back sees the first of the others')
})

t.test('a place that is not taken begins where another reader is', async (t) => {
  const ring = createRing({ capacity: 8, readers: 2, lossless: true })
  ringReader(ring, 1).activate(0)
  const writer = ringWriter(ring)
  for (let n = 0; n < 5; n++) put(writer, n, TICK)
  ringReader(ring, 1).activate(4)
  takePlace(ring, 0, true, 1)
  t.match(inspectRing(ring).readers[0], { active: true, tail: 4 })
  put(writer, 5, TICK)
  takePlace(ring, 0, true, 1)
  t.match(inspectRing(ring).readers[0], { active: true, tail: 4 }, 'who has a place keeps it')
  takePlace(ring, 0, false, 1)
  t.match(inspectRing(ring).readers[0], { active: false }, 'who reads no ticks holds nobody back')
})

t.test('as they come: a reader that was overrun counts what it lost and goes on with the newest state', async (t) => {
  const ring = createRing({ capacity: 1024, readers: 1, lossless: false })
  const writer = ringWriter(ring)
  const latest = openLatest(createLatest(1))
  put(writer, 1, TICK)
  const seen: number[] = []
  const flow = tickFlow(ring, 0, 0, latest, ({ at }: Tick) => void seen.push(at))
  put(writer, 2, TICK)
  t.equal(flow.drain(), 1)
  t.strictSame(seen, [2], 'what was before its start is not its own')
  for (let at = 3; at < 5000; at++) put(writer, at, TICK)
  latest.write(0, [4999, 100_00, 99_00, 101_00, 1000, 0, 5, 4999])
  t.equal(flow.drain(), 1)
  t.strictSame(seen, [2, 4999])
  t.equal(flow.lost(), 4997)
  put(writer, 5000, TICK)
  flow.drain()
  t.strictSame(seen, [2, 4999, 5000])
  t.equal(flow.lost(), 4997)
})

const watcher = defineStrategy({
  name: 'watcher', title: 'Watcher', description: 'Would leave.', bars: '1m', params: {},
  indicators: () => ({ last: closes() }),
  decide: () => stay,
  onTick: ({ price, bid }, { last, position }) =>
    position.direction === 'long' && (price < last.now || bid < last.before) ? flat('fell') : stay,
})
const bar = (closeAt: number): Bar => ({
  symbol: 'NIFTY-I', timeframe: '1m', openAt: closeAt - 60_000, closeAt, open: 1, high: 1, low: 1, close: 1,
  volume: 1, oi: 0, gap: false,
})

for (const order of ['event-time', 'arrival'] as const)
  t.test(`a tick at which nothing is wanted costs no memory, in ${order}`, async (t) => {
    const ring = createRing({ capacity: 1 << 15, readers: 1, lossless: order === 'event-time' })
    ringReader(ring, 0).activate(0)
    const writer = ringWriter(ring)
    const candles = createRing({ capacity: 16, readers: 1, lossless: true })
    const metrics = createMetrics(1)
    // A context for an actor that hears of nothing and says nothing: all that `turns.ts` calls here.
    const ctx = {
      horizon: () => Number.POSITIVE_INFINITY, advance: () => undefined, deliver: () => 0, gauges: gaugesOf(metrics, 0),
    } as unknown as Context<Command>
    const run = runner(watcher, {}, { symbol: 'NIFTY-I', tick: 0.05 })
    for (const at of [60_000, 120_000]) run.history(bar(at))
    run.hold({ ...nothing, direction: 'long', symbol: 'NIFTY-I', quantity: 50 })
    const state: State = {
      id: 'one', symbol: 'NIFTY-I', risk: { ref: 'risk' }, marks: [], orderLatencyMs: 100, factLatencyMs: 100,
      runner: run, own: noHoldings('one'), prices: noPrices(1), desk: () => { throw new Error('Nothing is wanted.') },
      minutes: minuteReader([candles], 0, ['NIFTY-I'], () => true), past: [], decidedThrough: 0, at: 120_000,
      asked: nothingAsked, news: false,
      steps: order === 'event-time' ? tickSteps(ring, 0, 0) : null,
      flow: order === 'arrival'
        ? tickFlow(ring, 0, 0, openLatest(createLatest(1)), (tick, micros) => takeTick(state, tick, micros, ctx))
        : null,
    }
    const turn = order === 'event-time' ? inEventTime : asItComes
    let at = 120_000
    const feed = (ticks: number): number => {
      const before = getHeapStatistics().total_allocated_bytes
      for (let n = 0; n < ticks; n++) {
        put(writer, at++, TICK)
        if (n % 64 === 63) while (turn(state, ctx));
      }
      return getHeapStatistics().total_allocated_bytes - before
    }
    feed(256_000) // until the compiler is through with it
    const handled = readingOf(metrics, 0).handled
    const bytes = feed(128_000)
    t.equal(readingOf(metrics, 0).handled - handled, 128_000)
    t.ok(bytes / 128_000 < 32, `${(bytes / 128_000).toFixed(1)} bytes a tick`)
  })
