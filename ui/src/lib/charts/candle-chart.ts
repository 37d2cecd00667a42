import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  LineStyle,
} from 'lightweight-charts'
import type { IPriceLine, SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts'
import type { CandleView } from '#api/contract.ts'
import type { Level, Mark } from './marks.ts'
import { price as written } from '#lib/format.ts'

/** A chart on the page. It is given everything anew at each change and keeps the reader's place. */
export type CandleChart = {
  show(candles: readonly CandleView[], marks: readonly Mark[], levels: readonly Level[]): void
  /** Takes up the theme's colours again. */
  recolour(): void
  /** Shows the newest bars: after the instrument or the timeframe changed. */
  toNewest(): void
  remove(): void
}

// The library writes times as UTC: moved by India's offset, its axis reads as India's clock.
const indiaSeconds = 19_800
/** Width a bar needs to be told from its neighbours, in pixels, and the bars of one session of five minutes. */
const barWidth = 11
const sessionBars = 75
/** A narrower chart shows where trades ended, not what they made. */
const roomForWords = 600
const timeOf = ({ openAt }: CandleView) =>
  (Date.parse(openAt) / 1000 + indiaSeconds) as UTCTimestamp

const palette = (place: HTMLElement) => {
  const style = getComputedStyle(place)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    up: read('up'),
    down: read('down'),
    line: read('line'),
    faint: read('faint'),
    ink: read('ink'),
    accent: read('accent'),
    panel: read('panel'),
  }
}

/** Draws candles with volume, trades as marks and open levels as lines; tells which bar is pointed at. */
export const drawCandles = (
  place: HTMLElement,
  onPoint: (candle: CandleView | null) => void,
): CandleChart => {
  const chart = createChart(place, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      fontFamily: 'Inter, sans-serif',
      fontSize: 11,
      attributionLogo: false,
    },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.22 } },
    timeScale: {
      borderVisible: false,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 4,
      minBarSpacing: 1,
    },
    localization: { locale: 'en-IN', priceFormatter: (value: number) => written(value) },
  })
  const series = chart.addSeries(CandlestickSeries, {
    borderVisible: false,
    priceLineStyle: LineStyle.Dotted,
  })
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: '',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } })
  const markers = createSeriesMarkers<Time>(series, [])
  let lines: IPriceLine[] = []
  let shown: { candles: readonly CandleView[]; marks: readonly Mark[]; levels: readonly Level[] } =
    { candles: [], marks: [], levels: [] }
  let colours = palette(place)

  const byTime = new Map<Time, CandleView>()
  chart.subscribeCrosshairMove(({ time }) =>
    onPoint((time !== undefined && byTime.get(time)) || null),
  )

  const markerOf = (mark: Mark): SeriesMarker<Time> | null => {
    const candle = shown.candles.findLast(({ openAt }) => Date.parse(openAt) <= mark.at)
    if (!candle) return null
    const time = timeOf(candle)
    if (mark.kind === 'entry') {
      const long = mark.direction === 'long'
      return {
        time,
        position: long ? 'belowBar' : 'aboveBar',
        shape: long ? 'arrowUp' : 'arrowDown',
        color: colours.ink,
      }
    }
    return {
      time,
      position: mark.direction === 'long' ? 'aboveBar' : 'belowBar',
      shape: 'square',
      size: 0.6,
      color: mark.won ? colours.up : colours.down,
      text: place.clientWidth < roomForWords ? '' : mark.text,
    }
  }

  const draw = () => {
    const { candles, marks, levels } = shown
    byTime.clear()
    for (const candle of candles) byTime.set(timeOf(candle), candle)
    series.setData(
      candles.map((candle) => ({
        time: timeOf(candle),
        open: candle.open,
        high: candle.high,
        low: candle.low,
        close: candle.close,
      })),
    )
    volume.setData(
      candles.map((candle) => ({
        time: timeOf(candle),
        value: candle.volume,
        color: `${candle.close >= candle.open ? colours.up : colours.down}55`,
      })),
    )
    markers.setMarkers(
      marks
        .map(markerOf)
        .filter((one) => one !== null)
        .sort((a, b) => Number(a.time) - Number(b.time)),
    )
    for (const line of lines) series.removePriceLine(line)
    lines = levels.map(({ price, name }) =>
      series.createPriceLine({
        price,
        title: name,
        color: name === 'Stop' ? colours.down : name === 'Target' ? colours.up : colours.accent,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: true,
      }),
    )
  }

  const recolour = () => {
    colours = palette(place)
    const { up, down, line, faint } = colours
    chart.applyOptions({
      layout: { textColor: faint },
      grid: { vertLines: { visible: false }, horzLines: { color: line, style: LineStyle.Dotted } },
      crosshair: {
        vertLine: { color: faint, labelBackgroundColor: faint },
        horzLine: { color: faint, labelBackgroundColor: faint },
      },
    })
    // A bar that rose is hollow as well as green: its direction does not hang on its colour.
    series.applyOptions({
      upColor: colours.panel,
      borderVisible: true,
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
    })
    draw()
  }

  recolour()
  return {
    show(candles, marks, levels) {
      shown = { candles, marks, levels }
      draw()
    },
    recolour,
    toNewest() {
      const bars = shown.candles.length
      const inView = Math.max(30, Math.round(place.clientWidth / barWidth))
      chart.timeScale().setVisibleLogicalRange({
        from: Math.max(-1, bars - inView),
        // A young chart leaves room for the day.
        to: Math.max(bars + 4, Math.min(inView, sessionBars)),
      })
    },
    remove: () => chart.remove(),
  }
}
