import { seeded } from '#engine/mod.ts'
import { interleave, timed, type BenchReport, type Contestant } from '#engine/testing/bench.ts'
import { sessionOf } from '../calendar/mod.ts'
import { CandleBuilder } from '../candles/aggregate.ts'
import { timeframes, type Candle } from '../domain/candle.ts'
import { columns, type Ticks } from './columns.ts'

/**
 * Ticks of a thousand symbols into candles of four timeframes, within one thread: the builders of the candle actors,
 * beside a loop over a struct of arrays that does the same arithmetic and nothing else.
 */
export const name = 'fleet.dispatch'

/** Small enough to run with the tests. */
export const smoke = (): Promise<BenchReport> => measure({ symbols: 20, minutes: 16, ticksPerMinute: 400, rounds: 2 })

/** Worth reading: what a busy exchange sends, in a random order of symbols. */
export const full = (): Promise<BenchReport> =>
  measure({ symbols: 1000, minutes: 16, ticksPerMinute: 100_000, rounds: 7 })

type Size = {
  readonly symbols: number
  readonly minutes: number
  readonly ticksPerMinute: number
  readonly rounds: number
}

const session = sessionOf('2022-11-10')!

const measure = async (size: Size): Promise<BenchReport> => {
  const ticks = madeUp(size)
  const { actors, arrays } = await interleave({ actors: builders(size, ticks), arrays: loop(size, ticks) }, size.rounds)
  if (actors.check !== arrays.check) throw new Error(`The builders made ${actors.check}, the loop ${arrays.check}.`)
  const rate = (ms: number) => (size.minutes * size.ticksPerMinute) / ms / 1000
  return {
    results: {
      'candle builders, million ticks/s': rate(actors.ms),
      'struct of arrays, million ticks/s': rate(arrays.ms),
    },
    ratios: { 'dispatch.candles/soa': arrays.ms / actors.ms },
    check: actors.check,
  }
}

/** The ticks of one minute, at offsets into it; every minute brings the same ones. */
const madeUp = ({ symbols, ticksPerMinute }: Size): Ticks => {
  const chance = seeded(1)
  const column = (value: (k: number) => number) => Float64Array.from({ length: ticksPerMinute }, (_, k) => value(k))
  return {
    symbol: Int32Array.from({ length: ticksPerMinute }, () => Math.floor(chance.next() * symbols)),
    offset: column((k) => Math.floor((k * 60_000) / ticksPerMinute)),
    price: column(() => 100_000 + Math.floor(chance.next() * 5_000)),
    quantity: column(() => Math.floor(chance.next() * 4) * 50),
    oi: column(() => (chance.next() < 0.5 ? Number.NaN : 1_000 + Math.floor(chance.next() * 100))),
  }
}

/** What a candle adds to the check: all of its figures, each with a weight of its own. */
const weigh = (o: number, h: number, l: number, c: number, volume: number, oi: number, ticks: number): number =>
  o + 2 * h + 3 * l + 5 * c + 7 * volume + 11 * oi + 13 * ticks

const builders = (size: Size, { symbol, offset, price, quantity, oi }: Ticks): Contestant => async () => {
  const all = Array.from({ length: size.symbols }, (_, k) =>
    new CandleBuilder({ instrument: { symbol: `S${k}`, kind: 'future' }, sessionOf }))
  let check = 0
  const emit = ({ timeframe, open, high, low, close, volume, oi: open_, ticks }: Candle): void => {
    check += weigh(open, high, low, close, volume, open_, ticks) * (1 + timeframes.indexOf(timeframe))
  }
  const { ms } = await timed(() => {
    for (let minute = 0; minute < size.minutes; minute++) {
      const from = session.openAt + minute * 60_000
      for (let k = 0; k < symbol.length; k++)
        all[symbol[k]!]!.tick(from + offset[k]!, price[k]!, quantity[k]!, oi[k]!)
      for (let s = 0; s < all.length; s++) all[s]!.mark(from + 60_000, emit)
    }
  })
  return { ms, check }
}

const loop = (size: Size, ticks: Ticks): Contestant => async () => {
  let check = 0
  const add = (t: number, o: number, h: number, l: number, c: number, volume: number, oi: number, n: number): void => {
    check += weigh(o, h, l, c, volume, oi, n) * (1 + t)
  }
  const candles = columns(size.symbols, session.openAt, add)
  const { ms } = await timed(() => {
    for (let minute = 0; minute < size.minutes; minute++) {
      const from = session.openAt + minute * 60_000
      candles.take(ticks, from)
      candles.mark(from + 60_000)
    }
  })
  return { ms, check }
}
