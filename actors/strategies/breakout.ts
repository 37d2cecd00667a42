import { averageVolume, choice, condition, defineStrategy, donchian, flat, number, setup, stay, whole } from '../kit.ts'

/**
 * Follows a close beyond the range of the last bars on volume, until a close beyond the opposite end of a shorter
 * range. That end, as it stands at entry, is also the stop.
 */
export default defineStrategy({
  name: 'breakout',
  title: 'Breakout',
  description: 'A close beyond the 20-bar Donchian channel on volume, until the opposite 10-bar channel.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    entry: whole(20, [5, 200], 'bars in the channel whose break is an entry'),
    exit: whole(10, [2, 100], 'bars in the channel whose opposite break is the exit'),
    volume: number(120, [0, 1000], 'least volume, in percent of the average'),
    averageBars: whole(20, [5, 200], 'bars in the average volume'),
  },
  indicators: ({ entry, exit, averageBars }) =>
    ({ wide: donchian(entry), narrow: donchian(exit), average: averageVolume(averageBars) }),
  decide: (bar, { wide, narrow, average, position, params: p }) => {
    if (position.direction === 'long' && bar.close < narrow.now.lower)
      return flat(`Closed below the low of ${p.exit} bars`)
    if (position.direction === 'short' && bar.close > narrow.now.upper)
      return flat(`Closed above the high of ${p.exit} bars`)
    const up = bar.close > wide.now.upper
    if (position.direction !== 'none' || (!up && bar.close >= wide.now.lower)) return stay
    const edge = up ? wide.now.upper : wide.now.lower
    const word = up ? 'above the high' : 'below the low'
    return setup(up ? 'long' : 'short', `Closed ${word} of ${p.entry} bars`, [
      condition(`closes ${word} of the channel`, true, bar.close, `${up ? '>' : '<'} ${edge.toFixed(2)}`),
      condition(
        'volume agrees', bar.volume > (p.volume / 100) * average.now, (100 * bar.volume) / average.now,
        `> ${p.volume} % of SMA(V,${p.averageBars})`,
      ),
    ], { stop: up ? narrow.now.lower : narrow.now.upper })
  },
})
