import { choice, condition, defineStrategy, number, setup, stay, supertrend, whole } from '../kit.ts'

/** Turns with Supertrend each time it flips; its line, as it stands at entry, is the stop. */
export default defineStrategy({
  name: 'supertrend',
  title: 'Supertrend',
  description: 'Turns with Supertrend each time it flips.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    length: whole(10, [2, 100], 'bars in its range'),
    multiple: number(3, [0.5, 10], 'ranges from the middle of a bar to its band'),
  },
  indicators: ({ length, multiple }) => ({ trend: supertrend(length, multiple) }),
  decide: (bar, { trend, params: p }) => {
    const { up, line } = trend.now
    if (up === trend.before.up) return stay
    const flipped = condition('Supertrend flips', true, bar.close - line,
      `close beyond Supertrend(${p.length}, ${p.multiple})`)
    return setup(up ? 'long' : 'short', `Supertrend turned ${up ? 'up' : 'down'}`, [flipped], { stop: line })
  },
})
