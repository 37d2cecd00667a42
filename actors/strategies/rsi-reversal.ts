import {
  atr, choice, condition, crossedAbove, crossedBelow, defineStrategy, flat, number, rsi, setup, stay, whole,
} from '../kit.ts'

/**
 * Bets on the way back: long as RSI leaves the oversold zone, short as it leaves the overbought one, out when it
 * crosses the middle either way.
 */
export default defineStrategy({
  name: 'rsi-reversal',
  title: 'RSI reversal',
  description: 'Long as RSI leaves the zone below 30, short as it leaves the one above 70, out at 50.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    length: whole(14, [2, 100], 'bars in the RSI'),
    oversold: number(30, [1, 49], 'upper edge of the oversold zone'),
    overbought: number(70, [51, 99], 'lower edge of the overbought zone'),
    middle: number(50, [30, 70], 'RSI at which to leave'),
    stopAtr: number(2, [0.1, 10], 'ATR(14) from entry to stop'),
  },
  indicators: ({ length }) => ({ rsi: rsi(length), range: atr(14) }),
  decide: (bar, { rsi, range, position, params: p }) => {
    if (position.direction !== 'none' && (crossedAbove(rsi, p.middle) || crossedBelow(rsi, p.middle)))
      return flat(`RSI crossed ${p.middle}`)
    const up = rsi.before < p.oversold && rsi.now >= p.oversold
    const down = rsi.before > p.overbought && rsi.now <= p.overbought
    if (!up && !down) return stay
    const edge = up ? p.oversold : p.overbought
    const left = condition('RSI leaves its zone', true, rsi.now, `${up ? 'at or above' : 'at or below'} ${edge}`)
    const stop = bar.close - (up ? 1 : -1) * p.stopAtr * range.now
    return setup(up ? 'long' : 'short', `RSI left the zone ${up ? 'below' : 'above'} ${edge}`, [left], { stop })
  },
})
