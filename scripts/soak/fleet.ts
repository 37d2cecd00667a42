import type { FleetEntry } from '#actors/fleet.ts'

/** A built-in strategy, varied by its place in the fleet. */
type Variant = (n: number) => Pick<FleetEntry, 'type' | 'params'>

const timeframe = (n: number): string => ['1m', '5m', '15m'][n % 3]!

const onBars: readonly Variant[] = [
  (n) => ({ type: 'ema-cross', params: { timeframe: timeframe(n), fast: 5 + (n % 9), slow: 20 + (n % 30) } }),
  (n) => ({ type: 'rsi-reversal', params: { timeframe: timeframe(n), length: 7 + (n % 14) } }),
  (n) => ({ type: 'breakout', params: { timeframe: timeframe(n), entry: 15 + (n % 25), exit: 5 + (n % 10) } }),
  (n) => ({ type: 'bollinger', params: { timeframe: timeframe(n), length: 14 + (n % 20) } }),
  (n) => ({ type: 'supertrend', params: { timeframe: timeframe(n), length: 7 + (n % 10), multiple: 2 + (n % 3) } }),
  (n) => ({ type: 'volume-rocket', params: { timeframe: timeframe(n), fast: 7 + (n % 4), slow: 18 + (n % 8) } }),
  (n) => ({ type: 'pva', params: { trade: n % 2 ? 'underlying' : 'option', breakVroc: 150 + (n % 5) * 25 } }),
]

const onTicks: Variant = (n) => ({
  type: 'supertrend',
  params: { timeframe: timeframe(n), length: 7 + (n % 10), multiple: 2 + (n % 3), leaveOn: 'tick' },
})

/**
 * A fleet of any size over the built-in strategies, on both index futures by turns, each with parameters of its own.
 * @param ticks  how many of them, from the first on, read single ticks
 */
export const fleetOf = (size: number, ticks: number): FleetEntry[] =>
  Array.from({ length: size }, (_, n) => ({
    id: `${n < ticks ? 'tick' : 'bar'}-${String(n).padStart(3, '0')}`,
    symbol: n % 2 ? 'BANKNIFTY-I' : 'NIFTY-I',
    ...(n < ticks ? onTicks : onBars[n % onBars.length]!)(n),
  }))
