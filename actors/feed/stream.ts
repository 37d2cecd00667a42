import type { Millis } from '#engine/clock.ts'
import { type Calendar, dayOf, marksOf, type Session } from '#actors/calendar/mod.ts'
import type { InstrumentTable } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { RowBatch } from './source.ts'
import { sessionClassOf, type Validator } from './validate.ts'

/**
 * What the stream holds next:
 * `session`  a session opens: read `session`; it has no sequence number
 * `tick`     read `record`
 * `mark`     a minute of the session is over: of `record`, `at`, `sequence` and `gap` hold
 * `more`     the batch is used up: `push` the next one, or `finish`
 * `end`      after `finish`: nothing will come any more
 */
export type Step = 'session' | 'tick' | 'mark' | 'more' | 'end'

/** The tick or mark the stream stands at. One object, overwritten by each step. */
export type StreamRecord = {
  /** Place in the stream, counted from 0 over ticks and marks. */
  sequence: number
  instrument: number
  /** Event time; it never runs backwards. */
  at: Millis
  price: Paise
  quantity: number
  dayVolume: number
  /** NaN when nobody quotes. */
  bid: Paise
  ask: Paise
  /** NaN when the source has none. */
  oi: number
  /** Of a tick: the exchange stamped it before the last mark, so it belongs to a minute that is closed. */
  late: boolean
  /** Of a mark: data was lost in the minute it ends. */
  gap: boolean
}

/**
 * Puts ticks and the marks between them into one numbered order.
 *
 * A mark stands at each minute boundary of the session, before any tick at or after it; when the data goes on past
 * it or ends, a session's last mark, at its close, has been given. Rows that the validator refuses are passed over.
 * The order follows from the rows alone: after a restart the same rows give the same sequence numbers.
 *
 *   for await (const rows of source.open()) {
 *     stream.push(rows)
 *     for (let step = stream.next(); step !== 'more'; step = stream.next()) publish(step, stream.record)
 *   }
 *   stream.finish()
 *   for (let step = stream.next(); step !== 'end'; step = stream.next()) publish(step, stream.record)
 */
export class TickStream {
  readonly record: StreamRecord = {
    sequence: -1,
    instrument: -1,
    at: -Infinity,
    price: 0,
    quantity: 0,
    dayVolume: 0,
    bid: NaN,
    ask: NaN,
    oi: NaN,
    late: false,
    gap: false,
  }
  /** The session that is open, or was last. */
  session: Session | null = null
  /** Ticks given so far. */
  fed = 0

  readonly #validator: Validator
  readonly #calendar: Calendar
  readonly #class: 'derivatives' | 'cash'
  #rows: RowBatch | null = null
  #row = 0
  #judged = false // row #row is good and waits for the marks before it
  #marks: readonly Millis[] = []
  #mark = 0
  #lastMark: Millis = -Infinity
  #gapUntil: Millis = -Infinity
  #finished = false

  constructor(table: InstrumentTable, calendar: Calendar, validator: Validator) {
    this.#validator = validator
    this.#calendar = calendar
    // Marks follow the longest hours of the run; instruments that close earlier are silent at the last ones.
    this.#class = table.all.some(({ kind }) => sessionClassOf(kind) === 'derivatives')
      ? 'derivatives'
      : 'cash'
  }

  /** Hands over the next rows; they must stay as they are until `next` says `more`. */
  push(rows: RowBatch): void {
    if (this.#rows && this.#row < this.#rows.length)
      throw new Error('Rows are left of the batch before.')
    this.#rows = rows
    this.#row = 0
    if (rows.gap) this.#gapUntil = Infinity
  }

  /** Says that no rows will come any more. */
  finish(): void {
    this.#finished = true
  }

  /** Goes one step on. */
  next(): Step {
    const rows = this.#rows
    if (!rows || !this.#seek(rows))
      return !this.#finished ? 'more' : this.#mark < this.#marks.length ? this.#giveMark() : 'end'
    const stamp = rows.at[this.#row]!
    if (this.#mark < this.#marks.length && this.#marks[this.#mark]! <= stamp)
      return this.#giveMark()
    if (!this.session || this.#mark === this.#marks.length) return this.#open(stamp)
    return this.#giveTick(rows, stamp)
  }

  /** Stands on the next good row, if there is one. */
  #seek(rows: RowBatch): boolean {
    while (!this.#judged && this.#row < rows.length) {
      this.#judged = this.#validator.judge(rows, this.#row) === 'good'
      if (!this.#judged) this.#row++
      else if (this.#gapUntil === Infinity) this.#gapUntil = rows.at[this.#row]!
    }
    return this.#judged
  }

  #open(stamp: Millis): 'session' {
    const session = this.#calendar.sessionOf(dayOf(stamp), this.#class)
    if (!session || session.closeAt <= stamp)
      throw new Error(`No session at ${stamp}: the validator lets no such row pass.`)
    this.session = session
    this.#marks = marksOf(session)
    this.#mark = 0
    return 'session'
  }

  #giveMark(): 'mark' {
    const mark = this.#marks[this.#mark++]!
    this.record.sequence++
    this.record.at = mark
    this.record.gap = mark - 60_000 <= this.#gapUntil
    this.record.instrument = -1
    this.#lastMark = mark
    if (mark > this.#gapUntil) this.#gapUntil = -Infinity
    return 'mark'
  }

  #giveTick(rows: RowBatch, stamp: Millis): 'tick' {
    const { record } = this
    const row = this.#row++
    this.#judged = false
    this.fed++
    record.sequence++
    record.instrument = rows.instrument[row]!
    record.at = Math.max(record.at, stamp)
    record.price = rows.price[row]!
    record.quantity = rows.quantity[row]!
    record.dayVolume = this.#validator.dayVolume
    record.bid = rows.bid[row]!
    record.ask = rows.ask[row]!
    record.oi = rows.oi[row]!
    record.late = stamp < this.#lastMark
    record.gap = false
    return 'tick'
  }
}
