/** Ticks in columns; `offset` is their time within the minute, `oi` NaN where there is none. */
export type Ticks = {
  readonly symbol: Int32Array
  readonly offset: Float64Array
  readonly price: Float64Array
  readonly quantity: Float64Array
  readonly oi: Float64Array
}

/** Told each closed candle: its timeframe (0 to 2), and its figures. */
type Closed = (
  timeframe: number, open: number, high: number, low: number, close: number, volume: number, oi: number, ticks: number,
) => void

/** Minutes in each timeframe but the day, which does not end within the benchmark. */
const LENGTHS = [1, 5, 15]
const TIMEFRAMES = 4

/**
 * Candles as a loop over a struct of arrays builds them: the arithmetic of actors/candles/, for one regular session,
 * without sessions, gaps and objects. What the builders are measured against.
 */
export const columns = (symbols: number, openAt: number, closed: Closed) => {
  const column = () => new Float64Array(symbols * TIMEFRAMES)
  const [open, high, low, close, volume, oi, ticks] = [
    column(), column(), column(), column(), column(), column(), column(),
  ] as const
  let lastMark = -Infinity

  const end = (t: number, b: number): void => {
    if (ticks[b] === 0) return
    closed(t, open[b]!, high[b]!, low[b]!, close[b]!, volume[b]!, oi[b]!, ticks[b]!)
    ticks[b] = volume[b] = oi[b] = 0
  }
  const merge = (m: number, b: number): void => {
    if (ticks[b] === 0) {
      open[b] = open[m]!
      high[b] = high[m]!
      low[b] = low[m]!
    }
    if (high[m]! > high[b]!) high[b] = high[m]!
    if (low[m]! < low[b]!) low[b] = low[m]!
    close[b] = close[m]!
    volume[b] = volume[b]! + volume[m]!
    if (oi[m]! > 0) oi[b] = oi[m]!
    ticks[b] = ticks[b]! + ticks[m]!
  }
  return {
    /** All ticks of the minute that begins at `from`. */
    take({ symbol, offset, price: prices, quantity, oi: ois }: Ticks, from: number): void {
      for (let k = 0; k < symbol.length; k++) {
        if (from + offset[k]! < lastMark || !(quantity[k]! > 0)) continue
        const m = symbol[k]!
        const price = prices[k]!
        if (ticks[m] === 0) open[m] = high[m] = low[m] = price
        if (price > high[m]!) high[m] = price
        if (price < low[m]!) low[m] = price
        close[m] = price
        volume[m] = volume[m]! + quantity[k]!
        if (ois[k]! > 0) oi[m] = ois[k]!
        ticks[m] = ticks[m]! + 1
      }
    },
    /** Closes what ends at `at`. In the columns minutes come first, then the longer bars, timeframe by timeframe. */
    mark(at: number): void {
      lastMark = at
      const minutes = Math.round((at - openAt) / 60_000)
      for (let m = 0; m < symbols; m++) {
        if (ticks[m]! > 0) for (let t = 1; t < TIMEFRAMES; t++) merge(m, t * symbols + m)
        for (let t = 0; t < LENGTHS.length; t++) if (0 === minutes % LENGTHS[t]!) end(t, t * symbols + m)
      }
    },
  }
}
