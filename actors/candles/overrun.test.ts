import t, { type Test } from 'tap'
import { createBoard, createRing, openHost, ringReader, ringWriter } from '#engine/mod.ts'
import type { Instrument } from '../domain/instrument.ts'
import { MARK, TICK } from '../records.ts'
import candles from './candles.actor.ts'
import { minuteReader } from './minutes.ts'

const openAt = Date.parse('2022-11-10T09:15:00+05:30')
const closeAt = openAt + 375 * 60_000
const symbols = ['NIFTY-I', 'BANKNIFTY-I']
const instruments = symbols.map((symbol, index): Instrument => (
  { index, symbol, kind: 'future', underlying: symbol.slice(0, -2), lot: 50, tickSize: 5 }))
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const CAPACITY = 64

/** Two candle shards, of a symbol each, on a tick ring that waits for nobody; and who reads the minutes of both. */
const openShards = async (t: Test) => {
  const ticks = createRing({ capacity: CAPACITY, readers: 2, lossless: false })
  const writer = ringWriter(ticks)
  const board = createBoard()
  const rings = symbols.map(() => createRing({ capacity: 256, readers: 1, lossless: true }))
  for (const ring of rings) ringReader(ring, 0).activate(0)
  const hosts = await Promise.all(rings.map(async (ring, shard) => {
    ringReader(ticks, shard).activate(0)
    const given = { instruments, shard, shards: 2, ticks, tickPlace: shard, candles: ring, journal: t.testdir() }
    const slot = shard + 1
    const host = openHost(
      candles, { id: `${shard}`, slot, bell: slot, given, sync: null, wakes: [], board, seed: 1 }, quiet)
    await host.start()
    t.teardown(() => host.stop())
    return host
  }))
  const reader = minuteReader(rings, 0, symbols, () => true)
  let sequence = 0
  const put = (fields: readonly number[], ints: readonly number[]): void => {
    const f = writer.claim()
    writer.fields.set(fields, f)
    writer.ints.set(ints, writer.intOffset)
    writer.publish()
    sequence++
  }
  const run = (shard: number): void => {
    while (hosts[shard]!.turn() === true);
  }
  return {
    run,
    /** A trade of each symbol. */
    trade: (at: number, price: number) =>
      symbols.forEach((_, index) => put([at, price, 50, 50, Number.NaN, Number.NaN], [index, TICK, -1, 0])),
    mark: (at: number) => put([at, openAt, closeAt, sequence, 0, Number.NaN], [-1, MARK, 0, 0]),
    /** The minutes there are: when, of how many shards nothing came, and its one-minute candles. */
    minutes() {
      const all: (readonly [minute: number, missing: number, candles: readonly (readonly [string, boolean])[]])[] = []
      for (let one = reader.peek(); one; one = reader.peek()) {
        const minutes = one.candles.filter(({ timeframe }) => timeframe === '1m')
        const minute = (one.at - openAt) / 60_000
        all.push([minute, one.missing, minutes.map(({ symbol, gap }) => [symbol, gap] as const)])
        reader.take()
        reader.release()
      }
      return all
    },
  }
}

const [nifty, bank] = symbols as [string, string]

t.test('candles of a minute of which ticks were overwritten say so; the next ones are whole again', async (t) => {
  const { run, trade, mark, minutes } = await openShards(t)
  for (let n = 0; n < CAPACITY; n++) {
    trade(openAt + n, 1_800_000 + n)
    run(0)
  }
  mark(openAt + 60_000)
  for (const shard of [0, 1]) run(shard)
  trade(openAt + 61_000, 1_800_000)
  mark(openAt + 120_000)
  for (const shard of [0, 1]) run(shard)
  t.same(minutes(), [[1, 0, [[nifty, false], [bank, true]]], [2, 0, [[nifty, false], [bank, false]]]])
})

t.test('a shard that misses the end of a minute takes the candles of no other with it', async (t) => {
  const { run, trade, mark, minutes } = await openShards(t)
  trade(openAt + 1000, 1_800_000)
  mark(openAt + 60_000)
  for (const shard of [0, 1]) run(shard)
  t.same(minutes(), [[1, 0, [[nifty, false], [bank, false]]]])
  trade(openAt + 61_000, 1_800_000)
  mark(openAt + 120_000)
  run(0)
  t.same(minutes(), [], 'the other may only be slow')
  for (let n = 0; n < CAPACITY; n++) {
    trade(openAt + 121_000 + n, 1_800_000 + n)
    run(0)
  }
  mark(openAt + 180_000)
  for (const shard of [0, 1]) run(shard)
  t.same(minutes(), [[2, 1, [[nifty, false]]], [3, 0, [[nifty, false], [bank, true]]]])
})
