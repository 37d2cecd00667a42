import {
  atr, choice, condition, crossedAbove, crossedBelow, defineStrategy, ema, number, setup, stay, whole,
} from '../kit.ts'

/** Follows the trend: turns with the fast average each time it crosses the slow one. */
export default defineStrategy({
  name: 'ema-cross',
  title: 'EMA crossover',
  description: 'Turns with the fast average each time it crosses the slow one.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    fast: whole(9, [2, 100], 'bars in the fast average'),
    slow: whole(21, [3, 200], 'bars in the slow average'),
    stopAtr: number(2, [0, 10], 'ATR(14) from entry to stop; 0 for no stop'),
  },
  indicators: ({ fast, slow }) => ({ fast: ema(fast), slow: ema(slow), range: atr(14) }),
  decide: (bar, { fast, slow, range, params: p }) => {
    const up = crossedAbove(fast, slow)
    if (!up && !crossedBelow(fast, slow)) return stay
    const word = up ? 'above' : 'below'
    const because = `EMA(${p.fast}) crossed ${word} EMA(${p.slow})`
    const stop = bar.close - (up ? 1 : -1) * p.stopAtr * range.now
    const crossed = condition(`EMA crosses ${word}`, true, fast.now - slow.now, `EMA(${p.fast}) ${word} EMA(${p.slow})`)
    return setup(up ? 'long' : 'short', because, [crossed], p.stopAtr > 0 ? { stop } : {})
  },
})
