import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import * as talibModule from 'talib-web'
import type { Bar, Indicator } from '#actors/strategy/define.ts'
import { niftyJanuary2013 } from '#actors/strategies/fixtures/bars.ts'
import {
  adLine, atr, averageVolume, bollinger, divergence, donchian, ema, expandingVolume, obv, roc, rsi, sma, supertrend,
  supportResistance, swings, volumeProfile, vroc, vwap, vwma, type Profile,
} from './mod.ts'

const real = niftyJanuary2013()
const run = <V>(indicator: Indicator<V>, bars: readonly Bar[]) => bars.map((bar) => indicator.push(bar))
const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))

/** A bar made up for a test. */
const bar = (part: Partial<Bar> & { close: number }, index = 0): Bar => {
  const openAt = Date.parse('2022-11-10T03:45:00Z') + index * 300_000 // 09:15 in India
  return {
    symbol: 'X', timeframe: '5m', openAt, closeAt: openAt + 300_000, open: part.close,
    high: part.close, low: part.close, volume: 100, oi: 0, gap: false, ...part,
  }
}
const bars = (rows: readonly (Partial<Bar> & { close: number })[]) => rows.map(bar)

t.test('indicators agree with TA-Lib on recorded bars from their first value on', async (t) => {
  // The package is CommonJS in a wrapper: its functions are one level down on some loaders.
  const talib = ((talibModule as { default?: unknown }).default ?? talibModule) as typeof talibModule
  const wasm = readFileSync(new URL('../../node_modules/talib-web/lib/talib.wasm', import.meta.url))
  await talib.init(`data:application/wasm;base64,${wasm.toString('base64')}`)
  const column = (name: 'open' | 'high' | 'low' | 'close' | 'volume') => real.map((one) => one[name])
  const inReal = column('close')
  const hlc = { high: column('high'), low: column('low'), close: inReal }
  const volume = column('volume')

  const rows: readonly [string, Indicator, readonly number[]][] = [
    ['sma(20)', sma(20), talib.SMA({ inReal, timePeriod: 20 }).output],
    ['ema(21)', ema(21), talib.EMA({ inReal, timePeriod: 21 }).output],
    ['atr(14)', atr(14), talib.ATR({ ...hlc, timePeriod: 14 }).output],
    ['rsi(14)', rsi(14), talib.RSI({ inReal, timePeriod: 14 }).output],
    ['roc(20)', roc(20), talib.ROC({ inReal, timePeriod: 20 }).output],
    ['obv', obv(), talib.OBV({ inReal, volume }).output],
    ['A/D line', adLine(), talib.AD({ ...hlc, volume }).output],
  ]
  for (const [name, indicator, expected] of rows) check(name, indicator.needs, run(indicator, real), expected)

  // One window at a time: talib-web 0.1.3 zeroes most of what a function with several outputs returns.
  const bands = inReal.slice(19).map((_, i) =>
    talib.BBANDS({ inReal: inReal.slice(i, i + 20), timePeriod: 20, nbDevUp: 2, nbDevDn: 2 }))
  const [ours, { needs }] = [run(bollinger(20, 2), real), bollinger(20, 2)]
  check('bollinger upper', needs, ours.map((one) => one?.upper), bands.map((one) => one.upperBand[0]!))
  check('bollinger lower', needs, ours.map((one) => one?.lower), bands.map((one) => one.lowerBand[0]!))

  function check(name: string, needs: number, got: readonly (number | undefined)[], expected: readonly number[]) {
    t.equal(got.findIndex((value) => value !== undefined), needs - 1, `${name} needs ${needs} bars`)
    const values = got.filter((value) => value !== undefined)
    const wrong = values.findIndex((value, i) => !close(value, expected[i]!)) // TA-Lib's begin with the first value
    t.equal(wrong, -1, `${name}: ${values[wrong]} against ${expected[wrong]} at value ${wrong}`)
  }
})

t.test('every indicator is silent until it has what it needs, and never again', async (t) => {
  const all: Record<string, Indicator<unknown>> = {
    sma: sma(5), ema: ema(5), atr: atr(5), rsi: rsi(5), roc: roc(5), vwma: vwma(5), bollinger: bollinger(5, 2),
    supertrend: supertrend(5, 3), donchian: donchian(5), obv: obv(), vroc: vroc(5), adLine: adLine(), vwap: vwap(),
    averageVolume: averageVolume(5), expandingVolume: expandingVolume(5), swings: swings(2),
    divergence: divergence(), supportResistance: supportResistance(5), volumeProfile: volumeProfile({ bin: 5 }),
  }
  for (const [name, indicator] of Object.entries(all)) {
    const silent = run(indicator, real).map((value) => value === undefined)
    t.equal(silent.lastIndexOf(true) + 1, indicator.needs - 1, `${name}: ${indicator.needs}`)
    t.ok(silent.slice(0, indicator.needs - 1).every(Boolean), name)
  }
})

t.test('a stream that began earlier gives the same windowed figures, to the bit', async (t) => {
  const windowed: (() => Indicator<unknown>)[] = [
    () => sma(7), () => vwma(7), () => donchian(7), () => averageVolume(7), () => vroc(7), () => roc(7), () =>
      bollinger(7, 2),
  ]
  fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(windowed.length - 1), (skip, which) => {
    const whole = run(windowed[which]!(), real).at(-1)
    const late = run(windowed[which]!(), real.slice(skip)).at(-1)
    t.strictSame(late, whole)
  }), { numRuns: 50 })
})

t.test('what a bar is compared with leaves the bar itself out', async (t) => {
  const rising = bars([10, 11, 12, 13].map((price) => ({ close: price, volume: price * 100 })))
  t.equal(run(averageVolume(3), rising).at(-1), (1000 + 1100 + 1200) / 3)
  t.strictSame(run(donchian(3), rising).at(-1), { upper: 12, lower: 10 })
})

t.test('VWMA weighs closes by volume', async (t) => {
  const rows = bars([{ close: 10, volume: 100 }, { close: 20, volume: 300 }])
  t.equal(run(vwma(2), rows).at(-1), (10 * 100 + 20 * 300) / 400)
  t.strictSame(run(vwma(2), bars([{ close: 10, volume: 0 }, { close: 20, volume: 0 }])), [undefined, Number.NaN])
})

t.test('VWAP begins anew each session', async (t) => {
  const day = 24 * 12 // bars of five minutes
  const rows = [bar({ close: 100, volume: 100 }), bar({ close: 200, volume: 300 }, 1),
    bar({ close: 150, volume: 10 }, day)]
  t.strictSame(run(vwap(), rows), [100, 175, 150])
  t.strictSame(run(vwap(), [bar({ close: 100, volume: 0 })]), [Number.NaN])
})

t.test('OBV adds volume on a rise, takes it off on a fall, and leaves it on an unchanged close', async (t) => {
  const rows = bars([{ close: 10 }, { close: 11, volume: 5 }, { close: 11, volume: 7 }, { close: 9, volume: 3 }])
  t.strictSame(run(obv(), rows), [100, 105, 105, 102])
})

t.test('the A/D line adds nothing for a bar without range', async (t) => {
  t.strictSame(run(adLine(), bars([{ close: 10 }, { close: 11, high: 11, low: 10, volume: 8 }])), [0, 8])
})

t.test('VROC is undefined against a bar that traded nothing', async (t) => {
  const rows = bars([{ close: 1, volume: 0 }, { close: 1, volume: 50 }, { close: 1, volume: 10 },
    { close: 1, volume: 200 }])
  t.strictSame(run(vroc(2), rows), [undefined, undefined, Number.NaN, 300])
})

t.test('volume expands when it beats the bar before and its own average rises', async (t) => {
  const last = (volumes: number[]) => run(expandingVolume(3),
    bars(volumes.map((volume) => ({ close: 1, volume })))).at(-1)
  t.equal(last([5, 6, 7, 8]), true)
  t.equal(last([5, 6, 9, 8]), false, 'less than the bar before')
  t.equal(last([9, 6, 7, 8]), false, 'the average falls: 8 comes in where 9 goes out')
})

t.test('Supertrend only tightens until a close beyond it turns it', async (t) => {
  const trend = run(supertrend(10, 3), real)
  let turns = 0
  real.forEach((one, i) => {
    const [before, now] = [trend[i - 1], trend[i]]
    if (!before || !now) return
    if (now.up !== before.up) {
      turns++
      t.ok(now.up ? one.close > before.line : one.close < before.line, `turned at bar ${i}`)
    } else t.ok(now.up ? now.line >= before.line : now.line <= before.line, `tightens at bar ${i}`)
    t.ok(now.up ? one.close >= now.line : one.close <= now.line, `on its side at bar ${i}`)
  })
  t.ok(turns > 2)
})

t.test('a swing point stands above (or below) two bars on either side', async (t) => {
  const last = (highs: number[]) => run(swings(), bars(highs.map((high) => ({ close: 1, high, low: -high })))).at(-1)
  t.strictSame(last([1, 2, 3, 2, 1]), { high: true, low: true })
  t.strictSame(last([1, 3, 3, 2, 1]), { high: false, low: false }, 'an equal neighbour is not below')
  t.strictSame(last([4, 2, 3, 2, 1]), { high: false, low: false }, 'a higher one two bars before')
})

t.test('OBV divergence', async (t) => {
  // Lows of the bars; closes rise on bars with much volume and fall on bars with little, so OBV climbs.
  const shape = (second: number) => [10, 9, 8, 9, 10, 9.5, 9, second, 9, 10]
  const rows = (lows: readonly number[], sign: 1 | -1, flow: 1 | -1) =>
    bars(lows.map((low, i) => {
      const up = i > 0 && low > lows[i - 1]!
      const volume = up === (flow === 1) ? 500 : 100
      return { close: sign * low, low: sign === 1 ? low : -low - 1, high: sign === 1 ? low + 1 : -low, volume }
    }))
  const at = (bars: readonly Bar[], options = {}) => run(divergence(options), bars).at(-1)
  const found = { positive: true, negative: false }
  const none = { positive: false, negative: false }
  const after = (low: number, count: number) => [...shape(7.5), ...new Array<number>(count).fill(low)]

  const cases: readonly [string, unknown, unknown][] = [
    ['a lower low on a higher OBV is positive', at(rows(shape(7.5), 1, 1)), found],
    ['an equal low counts', at(rows(shape(8), 1, 1)), found],
    ['a higher low is none', at(rows(shape(8.5), 1, 1)), none],
    ['a lower low on a lower OBV is none', at(rows(shape(7.5), 1, -1)), none],
    ['upside down it is negative', at(rows(shape(7.5), -1, 1)), { positive: false, negative: true }],
    ['swing points too far apart are none', at(rows(shape(7.5), 1, 1), { within: 6 }), none],
    ['just near enough', at(rows(shape(7.5), 1, 1), { within: 7 }), found],
    ['in force for 20 bars after it is confirmed', at(rows(after(11, 20), 1, 1)), found],
    ['and not one longer', at(rows(after(11, 21), 1, 1)), none],
    ['a low below the second swing point ends it', at(rows(after(7.4, 1), 1, 1)), none],
    ['a low at it does not', at(rows(after(7.5, 1), 1, 1)), found],
  ]
  for (const [name, got, expected] of cases) t.strictSame(got, expected, name)
})

t.test('support and resistance', async (t) => {
  const day = 24 * 12
  const yesterday = [bar({ close: 100, high: 110, low: 90 }, -day)]
  const range = [0, 1, 2].map((i) => bar({ close: 100, high: 105, low: 95 }, i))
  const broken = (closes: readonly number[], before: readonly Bar[] = [...yesterday, ...range]) => {
    const after = closes.map((price, i) => bar({ close: price }, 3 + i))
    const { resistance, support } = run(supportResistance(3), [...before, ...after]).at(-1)!
    return { resistance, support }
  }
  const none = Number.NaN
  const cases: readonly [string, unknown, unknown][] = [
    ['a close above the range breaks it', broken([106]), { resistance: 105, support: none }],
    ['a close at it does not', broken([105]), { resistance: none, support: none }],
    ['above both levels the nearer one counts', broken([111]), { resistance: 110, support: none }],
    ['a second close above breaks nothing new', broken([106, 107]), { resistance: none, support: none }],
    ['unless it passes the day before', broken([106, 111]), { resistance: 110, support: none }],
    ['a close below the range breaks support', broken([94]), { resistance: none, support: 95 }],
    ['below both the nearer one counts', broken([89]), { resistance: none, support: 90 }],
    ['without a day before there is the range', broken([100, 111], range), { resistance: 105, support: none }],
  ]
  for (const [name, got, expected] of cases) t.strictSame(got, expected, name)
})

t.test('volume profile', async (t) => {
  const profile = (rows: readonly Bar[], options = {}) => run(volumeProfile({ bin: 10, ...options }), rows).at(-1)!

  t.test('spreads a bar evenly over the bins it spans, split by where it closed', async (t) => {
    const one = profile([bar({ close: 128, high: 129, low: 100, volume: 300 })]) // bins 100, 110, 120: 100 each
    const bought = 28 / 29
    t.ok(close(one.buyAbove(105), 200 * bought))
    t.ok(close(one.sellAbove(105), 200 * (1 - bought)))
    t.ok(close(one.buyBelow(115), 100 * bought))
    t.equal(one.sellBelow(105), 0)
  })

  t.test('has its POC at the fullest bin, the lower one on a tie', async (t) => {
    t.equal(profile(bars([{ close: 105 }, { close: 115, volume: 200 }])).poc, 115)
    t.equal(profile(bars([{ close: 115 }, { close: 105 }])).poc, 105)
  })

  t.test('grows the value area by the larger neighbouring pair until it holds 70 %', async (t) => {
    // By bin from 100 up: 5, 5, 10, 40, 20, 15, 5. From the 40 the pair above (35) beats the one below (15): 75 of 100.
    const rows = bars([5, 5, 10, 40, 20, 15, 5].map((volume, i) => ({ close: 105 + 10 * i, volume })))
    const { poc, valueLow, valueHigh } = profile(rows)
    t.strictSame({ poc, valueLow, valueHigh }, { poc: 135, valueLow: 130, valueHigh: 160 })
  })

  t.test('forgets the day that leaves the window', async (t) => {
    const days = [0, 1, 2].map((day) => bar({ close: 105 + 100 * day, volume: 1000 - day }, day * 24 * 12))
    t.equal(profile(days, { days: 2 }).days, 2)
    t.equal(profile(days, { days: 2 }).poc, 205)
    t.equal(profile(days, { days: 3 }).poc, 105)
  })

  t.test('keeps a reading as it was', async (t) => {
    const indicator = volumeProfile({ bin: 5 })
    const before = indicator.push(real[0]!)!
    const figures = (one: Profile) => [one.poc, one.buyAbove(0), one.sellAbove(0)]
    const kept = figures(before)
    for (const one of real.slice(1)) indicator.push(one)
    t.strictSame(figures(before), kept)
  })

  t.test('loses no volume', async (t) => {
    const { buyAbove, sellAbove } = profile(real)
    const traded = real.reduce((sum, { volume }) => sum + volume, 0)
    t.ok(close(buyAbove(0) + sellAbove(0), traded))
  })
})
