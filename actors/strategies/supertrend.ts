import { choice, condition, defineStrategy, flat, number, setup, stay, supertrend, whole } from '../kit.ts'

/**
 * Turns with Supertrend each time it flips; its line, as it stands at entry, is the stop. Left on the tick, a position
 * does not wait for the bar: it ends as soon as one price is beyond the line of the last bar.
 */
export default defineStrategy({
  name: 'supertrend',
  title: 'Supertrend',
  description: 'Turns with Supertrend each time it flips.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    length: whole(10, [2, 100], 'bars in its range'),
    multiple: number(3, [0.5, 10], 'ranges from the middle of a bar to its band'),
    leaveOn: choice('close', ['close', 'tick'], 'what has to be beyond the line for a position to end'),
  },
  indicators: ({ length, multiple }) => ({ trend: supertrend(length, multiple) }),
  decide: (bar, { trend, params: p }) => {
    const { up, line } = trend.now
    if (up === trend.before.up) return stay
    const flipped = condition('Supertrend flips', true, bar.close - line,
      `close beyond Supertrend(${p.length}, ${p.multiple})`)
    return setup(up ? 'long' : 'short', `Supertrend turned ${up ? 'up' : 'down'}`, [flipped], { stop: line })
  },
  ticks: ({ leaveOn }) => leaveOn === 'tick',
  onTick: ({ price }, { trend, position }) => {
    const { line } = trend.now
    if (position.direction === 'long' && price < line) return flat('Traded below the Supertrend line')
    if (position.direction === 'short' && price > line) return flat('Traded above the Supertrend line')
    return stay
  },
})
