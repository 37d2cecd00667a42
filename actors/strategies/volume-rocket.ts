import {
  atr, averageVolume, choice, condition, crossedAbove, crossedBelow, defineStrategy, move, number, rsi, setup, stay,
  supertrend, vwma, whole,
  type Bar, type Condition, type Decision, type Direction, type ParamsOf, type Seen,
} from '../kit.ts'

const params = {
  timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
  fast: whole(9, [2, 100], 'bars in the fast volume-weighted average'),
  slow: whole(21, [3, 200], 'bars in the slow volume-weighted average'),
  trendBars: whole(10, [2, 100], 'bars in Supertrend\'s range'),
  trendWidth: number(3, [0.5, 10], 'ranges from the middle of a bar to Supertrend\'s band'),
  rsiBars: whole(14, [2, 100], 'bars in the RSI'),
  rsiMiddle: number(50, [20, 80], 'RSI above which it goes long, below which short'),
  volume: number(150, [50, 1000], 'least volume, in percent of the average'),
  averageBars: whole(20, [5, 200], 'bars in the average volume'),
  atrBars: whole(14, [2, 100], 'bars in the average true range'),
  stopAtrMost: number(2, [0.1, 10], 'most ATRs from entry to stop'),
  reward: number(2, [0.1, 20], 'distance to the target, in distances to the stop'),
  trailFrom: number(1, [0, 10], 'profit from which the stop trails Supertrend, in distances to the first stop'),
  firstMinute: whole(560, [555, 930], 'minute of the day from which it enters: 560 is 09:20'),
  lastMinute: whole(900, [555, 930], 'minute of the day until which it enters: 900 is 15:00'),
  validBars: whole(2, [1, 20], 'bars a signal stays valid'),
}

const indicators = (p: ParamsOf<typeof params>) => ({
  fast: vwma(p.fast),
  slow: vwma(p.slow),
  trend: supertrend(p.trendBars, p.trendWidth),
  rsi: rsi(p.rsiBars),
  average: averageVolume(p.averageBars),
  range: atr(p.atrBars),
})

type Memory = {
  /** When the position was signalled whose stop now trails; 0 for none. */
  trails: number
  /** Distances to the first stop of the entries asked for, by when; the one that was filled is known by its time. */
  risks: { readonly at: number; readonly risk: number }[]
}
type View = Seen<ParamsOf<typeof params>, ReturnType<typeof indicators>, Memory>

/** An entry may wait a few bars for its fill; more than this many asked for meanwhile are forgotten. */
const entriesKept = 8

/**
 * VolumeRocket: a cross of volume-weighted averages that trend, momentum and volume confirm.
 *
 * The stop stands on the Supertrend line, but no more than 2 ATR away, and the target at twice that distance. Once a
 * close is one first-stop distance in profit, the stop follows Supertrend for the rest of the trade, never back. A
 * confirmed cross the other way turns the position; a cross that is not confirmed goes on record.
 */
export default defineStrategy({
  name: 'volume-rocket',
  title: 'VolumeRocket',
  description: 'A cross of volume-weighted averages, confirmed by Supertrend, RSI and a surge of volume.',
  bars: ({ timeframe }) => timeframe,
  params,
  risk: (p) => ({ hours: [p.firstMinute, p.lastMinute] }),
  indicators,
  memory: (): Memory => ({ trails: 0, risks: [] }),
  decide: (bar, seen) => {
    const { fast, slow, position } = seen
    const direction = crossedAbove(fast, slow) ? 'long' : crossedBelow(fast, slow) ? 'short' : null
    if (direction && direction !== position.direction) return crossAt(bar, seen, direction)
    return position.direction === 'none' ? stay : trailAt(bar, seen)
  },
})

const crossAt = (bar: Bar, seen: View, direction: Direction): Decision => {
  const { params: p, memory, trend, range } = seen
  const up = direction === 'long'
  const sign = up ? 1 : -1
  const most = p.stopAtrMost * range.now
  const toLine = sign * (bar.close - trend.now.line)
  // Against the trend the line is on the wrong side: no trade then, and the record shows the widest stop.
  const risk = toLine > 0 ? Math.min(toLine, most) : most
  const because = `VWMA(${p.fast}) crossed ${up ? 'above' : 'below'} VWMA(${p.slow})`
  const decision = setup(direction, because, conditionsAt(bar, seen, direction), {
    stop: bar.close - sign * risk,
    target: bar.close + sign * p.reward * risk,
    strength: strengthAt(bar, seen),
    validBars: p.validBars,
  })
  if (decision.type === 'enter') memory.risks = [...memory.risks.slice(1 - entriesKept), { at: bar.closeAt, risk }]
  return decision
}

const conditionsAt = (bar: Bar, seen: View, direction: Direction): Condition[] => {
  const { params: p, fast, slow, trend, rsi, average } = seen
  const up = direction === 'long'
  const word = up ? 'above' : 'below'
  return [
    condition(`VWMA crosses ${word}`, true, fast.now - slow.now, `VWMA(${p.fast}) ${word} VWMA(${p.slow})`),
    condition(
      'Supertrend agrees', trend.now.up === up, bar.close - trend.now.line,
      `close ${word} Supertrend(${p.trendBars}, ${p.trendWidth})`,
    ),
    condition('RSI agrees', up ? rsi.now > p.rsiMiddle : rsi.now < p.rsiMiddle, rsi.now, `${word} ${p.rsiMiddle}`),
    condition(
      'volume surges', bar.volume > (p.volume / 100) * average.now, (100 * bar.volume) / average.now,
      `> ${p.volume} % of SMA(V,${p.averageBars})`,
    ),
  ]
}

/**
 * 0 to 100: the mean of the four margins, each 0 at its threshold and full at: averages one ATR apart; the close a
 * whole band's width from Supertrend; RSI at 0 or 100; twice the volume asked for.
 */
const strengthAt = (bar: Bar, { params: p, fast, slow, trend, rsi, average, range }: View): number => {
  const margins = [
    Math.abs(fast.now - slow.now) / range.now,
    Math.abs(bar.close - trend.now.line) / (p.trendWidth * range.now),
    Math.abs(rsi.now - p.rsiMiddle) / (rsi.now > p.rsiMiddle ? 100 - p.rsiMiddle : p.rsiMiddle),
    bar.volume / ((p.volume / 100) * average.now) - 1,
  ].map((margin) => Math.min(1, Math.max(0, margin || 0)))
  return (100 * margins.reduce((sum, one) => sum + one, 0)) / margins.length
}

/** Moves the stop to the Supertrend line once the trade is far enough in profit, and then wherever it tightens. */
const trailAt = (bar: Bar, { params: p, memory, position, trend }: View): Decision => {
  const sign = position.direction === 'long' ? 1 : -1
  const risk = memory.risks.findLast(({ at }) => at <= position.entryAt)?.risk
  if (risk !== undefined && sign * (bar.close - position.entry) >= p.trailFrom * risk) memory.trails = position.entryAt
  const onOurSide = trend.now.up === (position.direction === 'long')
  const tighter = position.stop === null || sign * (trend.now.line - position.stop) > 0
  if (memory.trails !== position.entryAt || !onOurSide || !tighter) return stay
  return move('Stop follows Supertrend', { stop: trend.now.line })
}
