import {
  adLine, atr, averageVolume, choice, closes, condition, defineStrategy, divergence, expandingVolume, flat, noted,
  number, obv, on, setup, stay, supportResistance, volumeProfile, vroc, vwap, whole,
  type Bar, type Condition, type Decision, type Direction, type Own, type ParamsOf, type Seen,
} from '../kit.ts'

const params = {
  timeframe: choice('5m', ['1m', '5m', '15m'], 'bars it works on'),
  targetTimeframe: choice('15m', ['5m', '15m', '1d'], 'bars whose ATR sets the target'),
  trade: choice('option', ['option', 'underlying'], 'buy an option on the signal, or trade its instrument itself'),
  levelBars: whole(20, [5, 200], 'closed bars whose range gives resistance and support'),
  breakVolume: number(150, [100, 1000], 'least volume of the breaking bar, in percent of the average'),
  averageBars: whole(20, [5, 200], 'bars in the average volume'),
  vrocBars: whole(14, [2, 100], 'bars back that volume is compared with'),
  breakVroc: number(200, [0, 2000], 'VROC that the breaking bar must exceed, in percent'),
  swingBars: whole(2, [1, 10], 'bars either side of a swing point'),
  divergenceWithin: whole(30, [5, 200], 'bars in which both swing points of a divergence lie'),
  divergenceBars: whole(20, [1, 200], 'bars a divergence stays in force'),
  profileDays: whole(30, [1, 120], 'trading days in the volume profile'),
  profileTicks: whole(100, [1, 10_000], 'price steps to a bin of the volume profile'),
  atrBars: whole(14, [2, 100], 'bars in the average true range'),
  stopAtr: number(1.5, [0.1, 10], 'working-timeframe ATRs from entry to stop'),
  targetAtr: number(2, [0.1, 20], 'target-timeframe ATRs from entry to target'),
  climaxVroc: number(300, [0, 5000], 'VROC in the position\'s favour that is a volume climax, in percent'),
  fadeVolume: number(80, [0, 100], 'volume below which a winner is left, in percent of the entry bar\'s'),
  dryVolume: number(50, [0, 100], 'volume that counts as dry, in percent of the average'),
  dryBars: whole(3, [1, 20], 'dry bars in a row after which to leave'),
  fullVroc: number(250, [0, 5000], 'VROC above which the full size is taken, in percent'),
  mostVroc: number(150, [0, 5000], 'VROC from which 75 % of the size is taken, in percent; half below it'),
  thetaDays: whole(1, [0, 10], 'trading days before expiry on which to be out of an option'),
  thetaMinute: whole(780, [555, 930], 'minute of that day: 780 is 13:00'),
  riskPercent: number(2, [0.1, 10], 'most of the capital at stake in one position, in percent'),
  openTrades: whole(3, [1, 20], 'most trades open at once'),
  dailyLossPercent: number(6, [0.5, 50], 'loss of a day that halts it, in percent of the capital'),
  rewardToRisk: number(2, [0, 10], 'least distance to the target, in distances to the stop'),
  cooldownMinutes: whole(30, [0, 375], 'minutes after an exit without re-entry in the same direction'),
  lastMinute: whole(915, [560, 930], 'minute of the day after which nothing is entered: 915 is 15:15'),
}

const indicators = (p: ParamsOf<typeof params>, own: Own) => ({
  close: closes(),
  breaks: supportResistance(p.levelBars),
  average: averageVolume(p.averageBars),
  average50: averageVolume(50),
  vroc: vroc(p.vrocBars),
  obv: obv(),
  adLine: adLine(),
  vwap: vwap(),
  profile: volumeProfile({ days: p.profileDays, bin: p.profileTicks * own.tick }),
  divergence: divergence({ side: p.swingBars, within: p.divergenceWithin, inForce: p.divergenceBars }),
  expanding: expandingVolume(),
  stopRange: atr(p.atrBars),
  targetRange: on(p.targetTimeframe, atr(p.atrBars)),
})

type Memory = {
  /** Volume of the bars that asked to enter, newest last: the one that was filled is known by its time. */
  entries: { readonly at: number; readonly volume: number }[]
  /** Dry bars in a row. */
  dry: number
}
type View = Seen<ParamsOf<typeof params>, ReturnType<typeof indicators>, Memory>

/** An entry may wait a few bars for its fill; more than this many asked for meanwhile are forgotten. */
const entriesKept = 8

/**
 * Price Volume Action: a break of support or resistance on volume, with five conditions that must all hold.
 *
 * Reads signals from the instrument it runs on, which must print volume (the near future, since an index prints
 * none), and buys an option on it or trades it. Each close that breaks a level on volume is put on record with every
 * condition's value, traded or not. The stop stands on the working timeframe and the target on the next one up:
 * see docs/decisions/0002-pva-stop-and-target-timeframes.md.
 *
 * Stop and target are watched tick by tick for as long as the position lives (STOP_LOSS, TARGET), as is the end of day
 * at 15:15 (EOD); the other exits are judged here at each close, in the order of the rules: volume climax (VOLUME),
 * divergence against the position (SIGNAL), fading volume in profit (VOLUME), dry volume (VOLUME), then the theta
 * window (THETA), which holds for every strategy that buys options.
 */
export default defineStrategy({
  name: 'pva',
  title: 'Price Volume Action',
  description: 'A break of support or resistance, confirmed by volume, OBV divergence, volume profile, VROC and VWAP.',
  bars: ({ timeframe }) => timeframe,
  params,
  risk: (p) => ({
    sizing: { by: 'tiered', percent: p.riskPercent },
    maxOpenTrades: p.openTrades,
    dailyLossPercent: p.dailyLossPercent,
    minRewardToRisk: p.rewardToRisk,
    cooldownMinutes: p.cooldownMinutes,
    hours: [555, p.lastMinute],
  }),
  via: ({ trade, thetaDays, thetaMinute }) =>
    trade === 'option' ? { buy: 'option', thetaDays, thetaMinute } : null,
  indicators,
  memory: (): Memory => ({ entries: [], dry: 0 }),
  decide: (bar, seen) => {
    const { memory, position, params: p } = seen
    memory.dry = bar.volume < (p.dryVolume / 100) * seen.average.now ? memory.dry + 1 : 0
    const found = setupAt(bar, seen)
    const leaving = position.direction === 'none' ? null : exitAt(bar, seen)
    if (leaving) return found ? [leaving, onRecord(found, 'while the position is left')] : leaving
    if (found?.type !== 'enter') return found ?? stay
    if (found.direction === position.direction) return onRecord(found, `while already ${position.direction}`)
    memory.entries = [...memory.entries.slice(1 - entriesKept), { at: bar.closeAt, volume: bar.volume }]
    return found
  },
})

type Setup = ReturnType<typeof setup>

/** The entry this bar asks for, its record when a condition fails, or `null` when it breaks nothing on volume. */
const setupAt = (bar: Bar, seen: View): Setup | null => {
  const { params: p, breaks, average, vroc, stopRange, targetRange } = seen
  if (!(bar.volume > (p.breakVolume / 100) * average.now)) return null
  const up = breaks.now.resistance > 0
  if (!up && !(breaks.now.support > 0)) return null
  const direction = up ? 'long' : 'short'
  const sign = up ? 1 : -1
  const conditions = conditionsAt(bar, seen, direction)
  const level = up ? breaks.now.resistance : breaks.now.support
  return setup(direction, `Broke ${up ? 'resistance' : 'support'} at ${level.toFixed(2)} on volume`, conditions, {
    stop: bar.close - sign * p.stopAtr * stopRange.now,
    target: bar.close + sign * p.targetAtr * targetRange.now,
    tier: tierOf(vroc.now, p),
    strength: (100 * conditions.filter(({ holds }) => holds).length) / conditions.length,
  })
}

/** The five conditions of an entry, in the order of the rules. The first holds, or there would be no setup. */
const conditionsAt = (bar: Bar, seen: View, direction: Direction): Condition[] => {
  const { params: p, breaks, average, vroc, vwap, expanding, divergence } = seen
  const { poc, buyAbove, sellAbove, buyBelow, sellBelow } = seen.profile.now
  const up = direction === 'long'
  const beyond = (price: number) => (up ? bar.close > price : bar.close < price)
  const [side, other] = up ? [buyAbove(poc), sellAbove(poc)] : [sellBelow(poc), buyBelow(poc)]
  const word = up ? 'above' : 'below'
  const level = up ? breaks.now.resistance : breaks.now.support
  return [
    condition(
      `breaks ${word} ${up ? 'resistance' : 'support'} on volume`, beyond(level), (100 * bar.volume) / average.now,
      `close ${word} ${level.toFixed(2)}, volume > ${p.breakVolume} % of SMA(V,${p.averageBars})`,
    ),
    condition(
      `${up ? 'positive' : 'negative'} OBV divergence`, up ? divergence.now.positive : divergence.now.negative,
      (up ? divergence.now.positive : divergence.now.negative) ? 1 : 0, 'in force',
    ),
    condition(
      `${word} the POC with ${up ? 'buyers' : 'sellers'} ahead`, beyond(poc) && side > other,
      (100 * side) / (side + other),
      `close ${word} ${poc.toFixed(2)}, > 50 % of the volume ${word} it ${up ? 'bought' : 'sold'}`,
    ),
    condition('volume jumps', vroc.now > p.breakVroc, vroc.now, `VROC > ${p.breakVroc} %`),
    condition(
      `${word} VWAP with expanding volume`, beyond(vwap.now) && expanding.now, bar.close - vwap.now,
      `close ${word} ${vwap.now.toFixed(2)}, volume and its 5-bar average rising`,
    ),
  ]
}

/** The first exit rule that holds at this close, or `null`. */
const exitAt = (bar: Bar, { params: p, position, memory, close, vroc, divergence }: View): Decision | null => {
  const up = position.direction === 'long'
  const sign = up ? 1 : -1
  if (vroc.now > p.climaxVroc && sign * (close.now - close.before) > 0)
    return flat(`Volume climax: VROC ${vroc.now.toFixed(0)} % on a bar in the position's favour`, 'VOLUME')
  if (up ? divergence.now.negative : divergence.now.positive)
    return flat(`OBV diverges against the position`, 'SIGNAL')
  const entry = memory.entries.findLast(({ at }) => at <= position.entryAt)
  if (entry && sign * (bar.close - position.entry) > 0 && bar.volume < (p.fadeVolume / 100) * entry.volume)
    return flat(`In profit, and volume fell below ${p.fadeVolume} % of the entry bar's`, 'VOLUME')
  if (memory.dry >= p.dryBars)
    return flat(`Volume below ${p.dryVolume} % of its average on ${p.dryBars} bars in a row`, 'VOLUME')
  return null
}

/** Share of the full size: how much the volume jumped says how much to stake. */
const tierOf = (vroc: number, { fullVroc, mostVroc }: View['params']): number =>
  vroc > fullVroc ? 1 : vroc >= mostVroc ? 0.75 : 0.5

const onRecord = (found: Setup, why: string): Decision =>
  noted(found.direction, `${found.because}, ${why}`, found)
