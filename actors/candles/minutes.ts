import { ringReader, type Millis, type RecordHandler, type RingHandle, type RingReader } from '#engine/mod.ts'
import { timeframes, type Candle } from '../domain/candle.ts'
import { candleOf, END, isCandle, MARK } from '../records.ts'

/** One boundary of the session with everything that closed at it, over all shards. */
export type Minute = {
  readonly at: Millis
  /** Sequence of the mark in the tick stream. */
  readonly sequence: number
  readonly openAt: Millis
  readonly closeAt: Millis
  readonly fed: number
  readonly quarantined: number
  /** When it was published, in wrapped microseconds. */
  readonly micros: number
  /** The source has ended; `at` is +Infinity. */
  readonly end: boolean
  /**
   * Shards that have nothing for it: its mark was overwritten before they read it, as it may be where nobody waits.
   * What they had of it is in their next candles, which say so.
   */
  readonly missing: number
  /** By timeframe, then by instrument: the same order however many shards there are. */
  readonly candles: readonly Candle[]
}

/** Reads minutes: see {@link minuteReader}. */
export type MinuteReader = ReturnType<typeof minuteReader>

/** Which candles are wanted; others are passed over without an allocation. */
export type Wanted = (instrument: number, timeframe: number) => boolean

/** Records read at once: more than most minutes have. */
const READ_MAX = 256

type Lane = {
  readonly reader: RingReader
  candles: { instrument: number; candle: Candle }[]
  mark: Mark | null
  /** Behind the last minute taken. */
  taken: number
}
type Mark = Omit<Minute, 'candles' | 'missing'>

/**
 * Reads the candle rings of all shards in step: a minute is there once every shard has published its mark, or a later
 * one.
 * @param seen  told the close of every one-minute candle, wanted or not
 */
export const minuteReader = (
  handles: readonly RingHandle[],
  place: number,
  symbols: readonly string[],
  wanted: Wanted,
  seen?: (instrument: number, close: number) => void,
) => {
  const lanes: Lane[] = handles.map((handle) => {
    const reader = ringReader(handle, place)
    return { reader, candles: [], mark: null, taken: reader.position }
  })

  // A candle's end is its mark, which comes after it: candles are kept until then.
  const readerOf = (lane: Lane): RecordHandler => (fields, ints, f, i, sequence) => {
    const shape = ints[i + 1]!
    if (isCandle(shape)) {
      const instrument = ints[i]!
      const timeframe = shape & 0xff
      if (seen && timeframe === 0) seen(instrument, fields[f + 4]!)
      if (wanted(instrument, timeframe))
        lane.candles.push({ instrument, candle: candleOf(fields, ints, f, i, symbols, 0) })
    } else if (shape === MARK || shape === END) {
      lane.mark = markOf(fields, ints, f, i)
      lane.reader.seek((sequence + 1) | 0) // what lies behind it is the next minute
    }
  }
  const handlers = lanes.map(readerOf)

  const fill = (lane: Lane, index: number): boolean => {
    while (!lane.mark && lane.reader.read(READ_MAX, handlers[index]!) > 0);
    return lane.mark !== null
  }

  const fillAll = (): boolean => {
    let complete = true
    for (let n = 0; n < lanes.length; n++) complete = fill(lanes[n]!, n) && complete
    return complete
  }

  const pass = (lane: Lane): void => {
    lane.taken = lane.reader.position
    lane.mark = null
    lane.candles = []
  }

  // Who joins while another reader gives a minute back may be given the shards a mark apart. It goes on where all of
  // them are: what lies before is in the journal, or nobody would have given it back.
  const stragglers = (): Lane[] => {
    const newest = Math.max(...lanes.map(({ mark }) => mark!.sequence))
    return lanes.filter(({ mark }) => mark!.sequence < newest)
  }

  let begun = false
  let minute: Minute | null = null
  return {
    /** The next minute, or `null` while a shard is behind. Stays the same until `take`. */
    peek(): Minute | null {
      if (minute) return minute
      while (fillAll()) {
        const behind = stragglers()
        // Who has begun reads on from where it is: a shard that is ahead by then has missed the mark.
        if (begun || behind.length === 0) return (minute = join(lanes))
        behind.forEach(pass)
      }
      return null
    },
    /** Goes on to the next minute. What was read is kept in the rings until `release`. */
    take(): void {
      lanes.filter(({ mark }) => mark?.sequence === minute?.sequence).forEach(pass)
      begun = true
      minute = null
    },
    /** Gives the minutes taken so far back to the writers: after a restart the next one is the first there is. */
    release(): void {
      for (const { reader, taken } of lanes) reader.release(taken)
    },
    /** Records published and not yet read. */
    lag: (): number => lanes.reduce((most, { reader }) => Math.max(most, reader.available()), 0),
  }
}

const markOf = (fields: Float64Array, ints: Int32Array, f: number, i: number): Mark => {
  const end = ints[i + 1] === END
  return {
    at: end ? Number.POSITIVE_INFINITY : fields[f]!,
    sequence: fields[f + 1]!,
    openAt: fields[f + 2]!,
    closeAt: fields[f + 3]!,
    fed: fields[f + 4]!,
    quarantined: fields[f + 5]!,
    micros: ints[i + 3]!,
    end,
  }
}

const rank = ({ candle }: { readonly candle: Candle }): number => timeframes.indexOf(candle.timeframe)

const join = (all: readonly Lane[]): Minute => {
  const { mark } = all.reduce((first, one) => (one.mark!.sequence < first.mark!.sequence ? one : first))
  const lanes = all.filter((lane) => lane.mark!.sequence === mark!.sequence)
  const candles = lanes
    .flatMap((lane) => lane.candles)
    .sort((a, b) => rank(a) - rank(b) || a.instrument - b.instrument)
    .map(({ candle }) => ({ ...candle, closeAt: mark!.at }))
  return { ...mark!, missing: all.length - lanes.length, candles }
}
