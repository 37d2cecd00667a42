import type { Millis } from '#engine/mod.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Paise } from '../domain/money.ts'
import type { Entry, Exit, Levels, Move } from '../domain/order.ts'
import { say, sayCount } from '../domain/say.ts'
import type { Refusal } from '../messages.ts'
import { approveEntry, approveExit, nothingHeld } from './approve.ts'
import type { HeldTrade, Verdict } from './approve.ts'
import { accountRealised, bookOf } from './book.ts'
import type { Book } from './book.ts'
import type { AccountLimits, Limits, StrategyLimits } from './limits.ts'
import { overLoss, rules } from './rules.ts'
import { sizeOf } from './size.ts'
import type { Size } from './size.ts'

/** What an entry is judged in view of. */
export type Circumstances = {
  /** What is to be traded; `undefined` when the run does not know it, which is refused. */
  readonly instrument: Instrument | undefined
  readonly now: Millis
  /** Minute of the day in India at `now`. */
  readonly minute: number
  /** The signal's own sentence, for the order's. */
  readonly because?: string
}

/** A trade's new levels, or why they stay as they are. */
export type MoveVerdict =
  | { readonly type: 'moved'; readonly trade: string; readonly levels: Levels }
  | ({ readonly type: 'refused' } & Refusal)

/** A daily loss at or beyond its limit. */
export type Breach = { readonly code: string; readonly because: string; readonly pnl: Paise }

/** Weighs an entry against the book. The first rule to object wins; an entry that passes all is sized and approved. */
export const judge = (entry: Entry, book: Book, limits: Limits, around: Circumstances): Verdict => {
  const own = limits.strategies[entry.strategy]
  if (!own) return strategyUnknown(entry.strategy)
  const { account } = limits
  const question = { ...around, entry, book, own: bookOf(book, entry.strategy), limits: own, account }
  for (const rule of rules) {
    const objection = rule(question)
    if (objection) return { type: 'refused', ...objection }
  }
  return sized(entry, own, account, around)
}

/** Weighs the wish to leave: granted unless nothing is held or an exit is under way. Limits never keep anyone in. */
export const judgeExit = (exit: Exit, book: Book, now: Millis): Verdict => {
  const trade = tradeIn(book, exit)
  if (!trade) return nothingHeld(exit.symbol)
  const { reason, because, id, signal } = exit
  return approveExit(trade, { reason, because, now, intent: id, signal })
}

/** Weighs new levels for what is held: `null` leaves a level as it is, and a stop moves in the trade's favour only. */
export const judgeMove = (move: Move, book: Book): MoveVerdict => {
  const trade = tradeIn(book, move)
  if (!trade?.levels) return refused('NOTHING_HELD', `No trade with levels is open in ${move.symbol}.`, { quantity: 0 })
  const { levels } = trade
  const bad = [move.stop, move.target].find((price) => price !== null && !(Number.isFinite(price) && price > 0))
  if (bad !== undefined) return refused('NOT_A_PRICE', `${bad} is no price for a level.`, { value: String(bad) })
  const stop = move.stop ?? levels.stop
  const gained = stopGain(levels, stop)
  if (gained < 0) {
    const further = `The stop ${say(stop!)} is further away than ${say(levels.stop!)}`
    const because = `${further}; stops move in the trade's favour only.`
    return refused('STOP_LOOSENED', because, { stop: stop!, now: levels.stop! })
  }
  const moved = { ...levels, stop, target: move.target ?? levels.target, trailing: levels.trailing || gained > 0 }
  return { type: 'moved', trade: trade.id, levels: moved }
}

/**
 * Whether a strategy must stop until the next session: its own daily loss, or the account's, has reached its limit.
 * To be asked after each `tradeClosed`, of every strategy, since one may break the account's limit for all.
 * @returns `undefined` while it may go on, and once it is halted
 */
export const lossBreach = (book: Book, strategy: string, limits: Limits): Breach | undefined => {
  const own = limits.strategies[strategy]
  const { halted, realised } = bookOf(book, strategy)
  if (!own || halted) return undefined
  const mine = overLoss('DAILY_LOSS', 'This strategy', realised, own)
  if (mine) return { code: mine.code, because: mine.because, pnl: realised }
  const total = accountRealised(book)
  const all = overLoss('ACCOUNT_DAILY_LOSS', 'The account', total, limits.account)
  return all && { code: all.code, because: all.because, pnl: total }
}

// How far a new stop lies in the trade's favour of the old one.
const stopGain = ({ direction, stop: now }: Levels, stop: Paise | null): Paise =>
  stop === null || now === null ? 0 : (stop - now) * (direction === 'long' ? 1 : -1)

const sized = (entry: Entry, own: StrategyLimits, account: AccountLimits, around: Circumstances): Verdict => {
  const { kind, lot, freeze } = around.instrument!
  const size = sizeOf(entry, { kind, lot: lot! }, own)
  if (!size) return refused('NO_STOP', 'It names no stop, so what it could lose, and with it its size, is unknown.', {})
  if (size.lots < 1) return tooSmall(size, entry, own, lot!)
  const most = Math.min(freeze ?? Infinity, account.maxOrderQuantity ?? Infinity)
  if (size.quantity > most) {
    const because = `${size.quantity} of ${entry.symbol} is more than the ${most} that one order may carry.`
    return refused('OVER_FREEZE', because, { quantity: size.quantity, freeze: most })
  }
  const risked = say(size.lots * size.riskPerLot)
  const risk = `${sayCount(size.lots, 'lot')}, risking ${risked} of at most ${say(size.budget)}`
  const because = around.because ? `${around.because} (${risk})` : risk
  return { type: 'approved', order: approveEntry(entry, { quantity: size.quantity, because, now: around.now }) }
}

const tooSmall = (size: Size, entry: Entry, own: StrategyLimits, lot: number): Verdict => {
  const { riskPerLot, budget, capitalForOneLot } = size
  const figures = { lot, riskPerLot, budget, capital: own.capital, capitalForOneLot }
  if (budget >= riskPerLot) {
    const value = entry.price! * lot
    const limit = `${own.maxPositionPercent} % of ${say(own.capital)}`
    const because = `One lot of ${entry.symbol} is worth ${say(value)}, more than ${limit}.`
    return refused('POSITION_TOO_LARGE', because, { ...figures, value })
  }
  const because =
    `One lot of ${entry.symbol} (${lot}) may lose ${say(riskPerLot)}; at most ${say(budget)} may be risked. ` +
    `One lot would take a capital of ${say(capitalForOneLot)}.`
  return refused('CAPITAL_TOO_SMALL', because, figures)
}

// One not yet being left comes first: while a position turns around, a symbol has two.
const tradeIn = (book: Book, { strategy, symbol }: { strategy: string; symbol: string }): HeldTrade | undefined => {
  const trades = Object.values(bookOf(book, strategy).trades).filter((one) => one.symbol === symbol && one.quantity > 0)
  return trades.find((one) => one.exiting === null) ?? trades[0]
}

const strategyUnknown = (strategy: string): Verdict =>
  refused('STRATEGY_UNKNOWN', `No limits are set for ${strategy}, so it may not trade.`, { strategy })

const refused = (code: string, because: string, figures: Refusal['figures']) =>
  ({ type: 'refused', code, because, figures }) as const
