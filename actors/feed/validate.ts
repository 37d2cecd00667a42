import type { Millis } from '#engine/clock.ts'
import { atMinute, type Calendar, dayOf, type SessionClass } from '#actors/calendar/mod.ts'
import type { InstrumentTable, Kind } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { RowBatch } from './source.ts'

/** Why a row is set aside, in the order the reasons are looked at. */
export const quarantineReasons = [
  'unknown symbol',
  'not finite',
  'price not positive',
  'quantity negative',
  'out of session',
  'stale',
  'ahead of time',
  'absurd jump',
] as const
/** One of {@link quarantineReasons}. */
export type QuarantineReason = (typeof quarantineReasons)[number]
/** What a row is found to be. */
export type Verdict = 'good' | QuarantineReason

/** How far a row may be off before it is not believed. */
export type ValidationLimits = {
  /** Share of the last good price by which an index, a share or a future may move at once. */
  readonly jumpShare: number
  /** An option's price may rise to so many times, or fall to such a part, of the last good one at once … */
  readonly optionJumpFactor: number
  /** … and any move up to this many paise is believed, however large a multiple it is. */
  readonly optionJumpFree: Paise
  /** An absurd price that so many rows of an instrument in succession agree on is the price. */
  readonly confirmations: number
  /** How much older than the newest row a row may be. */
  readonly staleMs: number
  /** A row this far ahead of the newest one is looked at twice: it is refused when the rows after it go back. */
  readonly leapMs: number
  /** How many rows after it are asked. */
  readonly leapRows: number
}

/**
 * What is believed unless a caller says otherwise.
 *
 * 20 %: the widest step of the market-wide breakers and of most price bands; nothing trades beyond it within a day.
 * Options: on expiry day a premium of a few rupees does become ten times itself, or nothing, between two trades; one
 * that is over Rs 20 on either side does not. Of the 1.6 million trades of the recorded expiry day none is refused.
 * One second: sources stamp whole seconds and mix the rows of one. Five minutes: no future or index is silent so long.
 */
export const usualLimits: ValidationLimits = {
  jumpShare: 0.2,
  optionJumpFactor: 10,
  optionJumpFree: 2_000,
  confirmations: 3,
  staleMs: 1_000,
  leapMs: 300_000,
  leapRows: 3,
}

/**
 * Judges rows one after another, never throws, and keeps count.
 *
 * What was believed before decides what is believable now, so the same rows in the same batches give the same verdicts:
 * a restart judges again from the first row. Prices start afresh each day.
 * A day volume that runs backwards is the feed's arithmetic, not the market's: the row is good, the volume is held at
 * its highest, and `volumeRanBack` counts it.
 */
export class Validator {
  readonly counts = Object.fromEntries(quarantineReasons.map((reason) => [reason, 0])) as Record<
    QuarantineReason,
    number
  >
  /** Rows set aside for any reason. */
  quarantined = 0
  volumeRanBack = 0
  /** Units traded so far that day, of the row last judged good. */
  dayVolume = 0

  readonly #limits: ValidationLimits
  readonly #kinds: readonly Kind[]
  readonly #hours: Readonly<Record<'derivatives' | 'cash', OpenHours>>
  // By instrument; a price of 0 is none yet.
  readonly #last: Float64Array
  readonly #doubted: Float64Array
  readonly #doubts: Uint8Array
  readonly #volume: Float64Array
  #newest: Millis = -Infinity
  #dayEnd: Millis = -Infinity

  constructor(table: InstrumentTable, calendar: Calendar, limits: ValidationLimits = usualLimits) {
    const size = table.all.length
    this.#limits = limits
    this.#kinds = table.all.map(({ kind }) => kind)
    this.#hours = {
      derivatives: new OpenHours(calendar, 'derivatives'),
      cash: new OpenHours(calendar, 'cash'),
    }
    this.#last = new Float64Array(size)
    this.#doubted = new Float64Array(size)
    this.#doubts = new Uint8Array(size)
    this.#volume = new Float64Array(size)
  }

  /** The verdict on row `i`, which must come after the rows judged before it. */
  judge(rows: RowBatch, i: number): Verdict {
    const verdict = this.#verdict(rows, i)
    if (verdict === 'good') return this.#believe(rows, i)
    this.counts[verdict]++
    this.quarantined++
    return verdict
  }

  #verdict(rows: RowBatch, i: number): Verdict {
    const instrument = rows.instrument[i]!
    const at = rows.at[i]!
    const price = rows.price[i]!
    const quantity = rows.quantity[i]!
    const kind = this.#kinds[instrument]
    if (kind === undefined) return 'unknown symbol'
    if (!Number.isFinite(at) || !Number.isFinite(price) || !Number.isFinite(quantity))
      return 'not finite'
    if (price <= 0) return 'price not positive'
    if (quantity < 0) return 'quantity negative'
    if (!this.#hours[sessionClassOf(kind)].has(at)) return 'out of session'
    if (at < this.#newest - this.#limits.staleMs) return 'stale'
    if (at > this.#newest + this.#limits.leapMs && this.#goesBack(rows, i)) return 'ahead of time'
    return at < this.#dayEnd && this.#isAbsurd(kind, instrument, price) ? 'absurd jump' : 'good'
  }

  /** Whether the rows after `i` return to an earlier time: then it is row `i` that is wrong. */
  #goesBack(rows: RowBatch, i: number): boolean {
    const end = Math.min(rows.length, i + 1 + this.#limits.leapRows)
    for (let next = i + 1; next < end; next++)
      if (
        rows.at[next]! < rows.at[i]! - this.#limits.leapMs &&
        rows.at[next]! >= this.#newest - this.#limits.staleMs
      )
        return true
    return false
  }

  #isAbsurd(kind: Kind, instrument: number, price: Paise): boolean {
    const last = this.#last[instrument]!
    if (last === 0 || !this.#isJump(kind, last, price)) {
      this.#doubts[instrument] = 0
      return false
    }
    const agrees =
      this.#doubts[instrument]! > 0 && !this.#isJump(kind, this.#doubted[instrument]!, price)
    this.#doubted[instrument] = price
    this.#doubts[instrument] = agrees ? this.#doubts[instrument]! + 1 : 1
    return this.#doubts[instrument]! < this.#limits.confirmations
  }

  #isJump(kind: Kind, from: Paise, to: Paise): boolean {
    const { jumpShare, optionJumpFactor, optionJumpFree } = this.#limits
    const move = Math.abs(to - from)
    if (kind !== 'option') return move > from * jumpShare
    return move > optionJumpFree && (to > from * optionJumpFactor || to * optionJumpFactor < from)
  }

  #believe(rows: RowBatch, i: number): 'good' {
    const at = rows.at[i]!
    const instrument = rows.instrument[i]!
    if (at >= this.#dayEnd) this.#startDay(at)
    if (at > this.#newest) this.#newest = at
    this.#last[instrument] = rows.price[i]!
    this.#doubts[instrument] = 0
    const before = this.#volume[instrument]!
    const given = rows.dayVolume[i]!
    const volume = Number.isNaN(given) ? before + rows.quantity[i]! : given
    if (volume < before) this.volumeRanBack++
    this.dayVolume = Math.max(volume, before)
    this.#volume[instrument] = this.dayVolume
    return 'good'
  }

  #startDay(at: Millis): void {
    this.#dayEnd = atMinute(dayOf(at), 1440)
    this.#last.fill(0)
    this.#doubts.fill(0)
    this.#volume.fill(0)
  }
}

/** Whose hours an instrument keeps. Shares with a closing auction are given the longer hours of those without. */
export const sessionClassOf = (kind: Kind): 'derivatives' | 'cash' =>
  kind === 'future' || kind === 'option' ? 'derivatives' : 'cash'

/** Answers whether the market is open; asks the calendar only where the answer may change. */
class OpenHours {
  readonly #calendar: Calendar
  readonly #class: SessionClass
  #openAt: Millis = NaN
  #closeAt: Millis = NaN

  constructor(calendar: Calendar, of: SessionClass) {
    this.#calendar = calendar
    this.#class = of
  }

  has(at: Millis): boolean {
    return (at >= this.#openAt && at < this.#closeAt) || this.#look(at)
  }

  #look(at: Millis): boolean {
    const part = this.#calendar
      .sessionOf(dayOf(at), this.#class)
      ?.parts.find(({ openAt, closeAt }) => at >= openAt && at < closeAt)
    if (!part) return false
    this.#openAt = part.openAt
    this.#closeAt = part.closeAt
    return true
  }
}
