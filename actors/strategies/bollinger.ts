import { atr, bollinger, choice, condition, defineStrategy, flat, number, setup, stay, whole } from '../kit.ts'

/**
 * Bets on the way back into the band: enters on the first close inside it after closes outside, and leaves at the
 * middle band. The stop stands a little beyond the extreme that was reached outside.
 */
export default defineStrategy({
  name: 'bollinger',
  title: 'Bollinger',
  description: 'A close back inside the Bollinger band after a close outside, until the middle band.',
  bars: ({ timeframe }) => timeframe,
  params: {
    timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
    length: whole(20, [5, 200], 'bars in the band'),
    deviations: number(2, [0.5, 5], 'standard deviations from the middle to the edge'),
    beyond: number(0.1, [0, 5], 'ATR(14) from the extreme to the stop'),
  },
  indicators: ({ length, deviations }) => ({ band: bollinger(length, deviations), range: atr(14) }),
  memory: (): { side: 'above' | 'below' | null; extreme: number } => ({ side: null, extreme: 0 }),
  decide: (bar, { band, range, position, memory, params: p }) => {
    const { lower, middle, upper } = band.now
    const side = bar.close > upper ? 'above' : bar.close < lower ? 'below' : null
    const from = memory.side
    const reached = (above: boolean) => above ? Math.max(memory.extreme, bar.high) : Math.min(memory.extreme, bar.low)
    const extreme = side === null ? (from === null ? 0 : reached(from === 'above')) // the bar back inside counts too
      : side === from ? reached(side === 'above')
      : side === 'above' ? bar.high : bar.low
    memory.side = side
    memory.extreme = extreme
    if (position.direction === 'long' && bar.close >= middle) return flat('Back at the middle band')
    if (position.direction === 'short' && bar.close <= middle) return flat('Back at the middle band')
    if (from === null || side !== null) return stay
    const up = from === 'below'
    const edge = up ? lower : upper
    const back = condition('closes back inside the band', true, bar.close, `${up ? '>=' : '<='} ${edge.toFixed(2)}`)
    const stop = up ? extreme - p.beyond * range.now : extreme + p.beyond * range.now
    return setup(up ? 'long' : 'short', `Closed back inside the band from ${from}`, [back], { stop })
  },
})
