/** One instance of a strategy, as a configuration names it. */
export type FleetEntry = {
  /** Unique in the fleet; lower case, digits and dashes. */
  readonly id: string
  /** A strategy that ships, by its name; or a file, as the configuration names it. */
  readonly type: string
  /** Where that file is. */
  readonly file?: string
  /** What it reads its signals from. */
  readonly symbol: string
  /** Rupees. */
  readonly capital?: number
  readonly params?: Readonly<Record<string, unknown>>
  readonly risk?: Readonly<Record<string, unknown>>
  /** Shared with all entries of the fleet that name the same; by default it has one of its own. */
  readonly thread?: string
}

/** What a strategy is given to trade with unless its entry says otherwise: ten lakh rupees. */
export const capitalByDefault = 1_000_000

const nifty = 'NIFTY-I'
const bank = 'BANKNIFTY-I'
// The shipped session is an expiry day, and its options are that day's: an instance that is to trade them opens
// the theta window at 15:00 of the expiry day itself, not at 13:00 of the day before.
const expiryDay = { thetaDays: 0, thetaMinute: 900 }
const minutes = { timeframe: '1m', targetTimeframe: '5m' }

/** Twenty instances that a newcomer watches: every built-in strategy, on both indices, with different parameters. */
export const defaultFleet: readonly FleetEntry[] = [
  { id: 'pva-nifty-options', type: 'pva', symbol: nifty, params: expiryDay },
  { id: 'pva-banknifty-options', type: 'pva', symbol: bank, params: { ...expiryDay, ...minutes } },
  { id: 'pva-nifty-future', type: 'pva', symbol: nifty, params: { trade: 'underlying' } },
  { id: 'pva-banknifty-future', type: 'pva', symbol: bank, params: { trade: 'underlying', ...minutes } },
  { id: 'rocket-nifty', type: 'volume-rocket', symbol: nifty },
  { id: 'rocket-banknifty', type: 'volume-rocket', symbol: bank },
  { id: 'ema-nifty-5m', type: 'ema-cross', symbol: nifty },
  { id: 'ema-nifty-1m', type: 'ema-cross', symbol: nifty, params: { timeframe: '1m', fast: 13, slow: 34 } },
  { id: 'ema-banknifty-5m', type: 'ema-cross', symbol: bank },
  { id: 'ema-banknifty-15m', type: 'ema-cross', symbol: bank, params: { timeframe: '15m', fast: 5, slow: 13 } },
  { id: 'rsi-nifty', type: 'rsi-reversal', symbol: nifty },
  {
    id: 'rsi-banknifty-1m',
    type: 'rsi-reversal',
    symbol: bank,
    params: { timeframe: '1m', oversold: 25, overbought: 75 },
  },
  { id: 'breakout-nifty', type: 'breakout', symbol: nifty },
  { id: 'breakout-banknifty', type: 'breakout', symbol: bank, params: { entry: 40, exit: 20 } },
  { id: 'bollinger-nifty-1m', type: 'bollinger', symbol: nifty, params: { timeframe: '1m' } },
  { id: 'bollinger-banknifty', type: 'bollinger', symbol: bank },
  { id: 'supertrend-nifty', type: 'supertrend', symbol: nifty },
  { id: 'supertrend-nifty-1m', type: 'supertrend', symbol: nifty, params: { timeframe: '1m', multiple: 4 } },
  { id: 'supertrend-banknifty', type: 'supertrend', symbol: bank },
  {
    id: 'supertrend-banknifty-15m',
    type: 'supertrend',
    symbol: bank,
    params: { timeframe: '15m', length: 7, multiple: 2 },
  },
]
