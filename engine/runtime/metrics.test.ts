import fc from 'fast-check'
import t from 'tap'
import {
  clearReading, clearRow, createMetrics, gaugesOf, latencyCounts, latencyEdges, latencyOf, latencySumOf, quantileOf,
  readingOf,
} from './metrics.ts'
import { machineMicros } from '../clock.ts'

const cost = { cpuMicros: 7, heapBytes: 8, heapLimitBytes: 9, bufferBytes: 10 }

t.test('a row of figures says what its actor did and what its thread cost', async (t) => {
  const handle = createMetrics(2)
  const gauges = gaugesOf(handle, 1)
  t.match(readingOf(handle, 1), { handled: 0, latencies: 0, latencyP50: null, latencyMax: null, thread: null })
  gauges.handled(3)
  gauges.handled(4)
  gauges.lag(5)
  gauges.lost(8)
  gauges.mailbox(6)
  gauges.turned()
  gauges.machine(cost)
  gauges.latency(0)
  gauges.latency(1000)
  t.strictSame(readingOf(handle, 1), {
    handled: 7, lag: 5, lost: 8, mailbox: 6, turns: 1,
    latencies: 2, latencyP50: 1, latencyP99: 1000, latencyP999: 1000, latencyMax: 1000,
    thread: { ...cost, wakes: 0, asleepMicros: 0 },
  })
  t.equal(latencySumOf(handle, 1), 1000)
  t.match(readingOf(handle, 0), { handled: 0, latencies: 0, thread: null }, 'its neighbour has a row of its own')
})

t.test('what a thread sleeps counts while it sleeps, and a turn without sleep counts for nothing', async (t) => {
  const handle = createMetrics(1)
  const gauges = gaugesOf(handle, 0)
  gauges.machine(cost)
  gauges.woke()
  t.match(readingOf(handle, 0).thread, { wakes: 0, asleepMicros: 0 }, 'who had not slept has not woken')
  const before = machineMicros()
  gauges.sleeps()
  const after = machineMicros()
  const { asleepMicros } = readingOf(handle, 0, after + 5000).thread!
  t.ok(asleepMicros >= 5000 && asleepMicros <= 5000 + after - before, `${asleepMicros} µs, though it sleeps still`)
  gauges.woke()
  const slept = readingOf(handle, 0).thread!
  t.ok(slept.wakes === 1 && slept.asleepMicros <= machineMicros() - before)
  t.equal(readingOf(handle, 0, after + 10 ** 9).thread!.asleepMicros, slept.asleepMicros, 'awake, it sleeps no more')
  gauges.idle(123)
  t.equal(readingOf(handle, 0).thread!.asleepMicros, 123, 'an event loop says how long it was idle in all')
})

t.test('a new thread begins at zero but for the latencies, a new actor at nothing', async (t) => {
  const handle = createMetrics(1)
  const gauges = gaugesOf(handle, 0)
  gauges.handled(3)
  gauges.lost(2)
  gauges.machine(cost)
  gauges.sleeps()
  gauges.latency(64)
  clearReading(handle, 0)
  const blank = { handled: 0, lag: 0, lost: 0, thread: null }
  t.match(readingOf(handle, 0), { ...blank, latencies: 1, latencyP50: 64, latencyMax: 64 })
  gauges.woke()
  gauges.machine(cost)
  t.equal(readingOf(handle, 0).thread!.asleepMicros, 0, 'the sleep of a thread that died is nobody\'s')
  clearRow(handle, 0)
  t.match(readingOf(handle, 0), { latencies: 0, latencyMax: null, thread: null })
  t.equal(latencySumOf(handle, 0), 0)
})

t.test('a latency is counted in the bucket whose edges it lies between', async () => {
  const micros = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
  fc.assert(
    fc.property(micros, (one) => {
      const handle = createMetrics(1)
      gaugesOf(handle, 0).latency(one)
      const at = latencyCounts(handle, 0).indexOf(1)
      return one <= latencyEdges[at]! && (at === 0 || one > latencyEdges[at - 1]!)
    }),
    { examples: [[1], [2], [4], [8], [16], [1024], [2 ** 20], [2 ** 30]] },
  )
})

t.test('quantiles are right within a fifth and not beyond the largest, of one row and of several at once', async () => {
  const micros = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
  fc.assert(
    fc.property(fc.array(micros, { minLength: 1 }), fc.integer({ min: 0, max: 100 }), (all, cut) => {
      const handle = createMetrics(2)
      all.forEach((one, i) => gaugesOf(handle, i < cut ? 0 : 1).latency(one))
      const whole = createMetrics(1)
      for (const one of all) gaugesOf(whole, 0).latency(one)
      const sorted = all.toSorted((a, b) => a - b)
      const { latencyP50, latencyP99, latencyP999, latencyMax } = readingOf(whole, 0)
      const together = latencyOf(handle, [0, 1])!
      const near = ([share, said]: readonly [number, number | null]): boolean => {
        const exact = sorted[Math.ceil(share * all.length) - 1]!
        return said! >= exact - 0.5 && said! <= exact * 1.19 + 0.5 && said! <= sorted.at(-1)!
      }
      return ([[0.5, latencyP50], [0.99, latencyP99], [0.999, latencyP999]] as const).every(near) &&
        latencyMax === sorted.at(-1) && together.p50 === latencyP50 && together.p99 === latencyP99 &&
        quantileOf(latencyCounts(whole, 0), 0.5, latencyMax) === latencyP50
    }),
  )
})
