import type { Millis } from '#engine/mod.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Paise } from '../domain/money.ts'
import { say, sayCount, sayMinute } from '../domain/say.ts'
import type { Entry } from '../domain/order.ts'
import type { Refusal } from '../messages.ts'
import { accountOpenCount, accountRealised, exitKey, held, openCount, working } from './book.ts'
import type { Book, StrategyBook } from './book.ts'
import type { AccountLimits, StrategyLimits } from './limits.ts'

/** All that an entry is judged by. */
export type Question = {
  readonly entry: Entry
  readonly book: Book
  /** The part of the book that belongs to the entry's strategy. */
  readonly own: StrategyBook
  readonly limits: StrategyLimits
  readonly account: AccountLimits
  readonly instrument: Instrument | undefined
  readonly now: Millis
  /** Minute of the day in India at `now`. */
  readonly minute: number
}

/** Says why not, or nothing. */
export type Rule = (question: Question) => Refusal | undefined

/** An amount of loss at which trading stops for the day. */
export const lossLimit = (capital: Paise, percent: number): Paise => Math.floor((capital * percent) / 100)

const mode: Rule = ({ entry, limits }) =>
  entry.mode === limits.mode
    ? undefined
    : no('MODE_MISMATCH', `This run trades ${limits.mode}; the intent is for ${entry.mode}.`, {
        runs: limits.mode,
        asks: entry.mode,
      })

const fresh: Rule = ({ entry, account: { staleAfterMs }, now }) => {
  const ageMs = now - entry.at
  if (ageMs <= staleAfterMs) return undefined
  const because = `The signal is ${seconds(ageMs)} old; after ${seconds(staleAfterMs)} it no longer counts.`
  return no('STALE', because, { ageMs, staleAfterMs })
}

const finite: Rule = ({ entry }) => {
  const { stop, target } = entry.levels
  const prices = { price: entry.price, entry: entry.entry, stop, target }
  for (const [name, value] of Object.entries(prices))
    if (value !== null && !isPrice(value))
      return no('NOT_A_PRICE', `The ${name} is ${value}, which is no price.`, { name, value: String(value) })
  if (entry.tier > 0 && entry.tier <= 1) return undefined
  const because = `The size tier is ${entry.tier}; it must be above 0 and at most 1.`
  return no('NOT_A_TIER', because, { tier: String(entry.tier) })
}

const tradable: Rule = ({ entry: { symbol }, instrument }) => {
  if (!instrument) return no('SYMBOL_UNKNOWN', `${symbol} is not among this run's instruments.`, { symbol })
  if (Number.isInteger(instrument.lot) && instrument.lot! > 0) return undefined
  const because = `No source names the lot size of ${symbol}, so it can be watched but not traded.`
  return no('LOT_UNKNOWN', because, { symbol })
}

const priced: Rule = ({ entry: { symbol, price } }) =>
  price !== null
    ? undefined
    : no('NO_PRICE', `${symbol} has not traded yet today, so its size cannot be worked out.`, { symbol })

const running: Rule = ({ own: { halted } }) =>
  halted ? no('HALTED', `Halted until the next session: ${halted.because}`, { code: halted.code }) : undefined

const agrees: Rule = ({ entry, own }) => {
  const booked = held(own, entry.symbol)
  if (entry.holds === booked) return undefined
  const believed = `The strategy believes it holds ${entry.holds} of ${entry.symbol}`
  const because = `${believed}, the book says ${booked}. Only exits until they agree.`
  return no('POSITION_DISAGREES', because, { believes: entry.holds, holds: booked })
}

// Turning around is allowed: what is held is being left entirely, and the entry goes the way that exit goes.
const unheld: Rule = ({ entry, own }) => {
  const pending = working(own).filter(({ order }) => order.symbol === entry.symbol)
  if (pending.some(({ order }) => order.purpose === 'entry'))
    return no('ALREADY_ENTERING', `An entry in ${entry.symbol} is already under way.`, { orders: pending.length })
  const leaving = pending.reduce((sum, { order, filled }) => sum + signed(order.side, order.quantity - filled), 0)
  const left = held(own, entry.symbol) + leaving
  if (left !== 0) return no('ALREADY_HELD', `${Math.abs(left)} of ${entry.symbol} is already held.`, { holds: left })
  if (leaving === 0 || Math.sign(leaving) === signed(entry.side, 1)) return undefined
  const because = `${entry.symbol} is just being left; it is not entered the same way in the same breath.`
  return no('STILL_LEAVING', because, { leaving })
}

const inHours: Rule = ({ limits, account, minute }) => {
  const [from, to] = limits.hours
  const last = account.lastEntryMinute
  const now = `It is ${sayMinute(minute)}`
  if (minute >= last) return no('AFTER_LAST_ENTRY', `${now}; no entries from ${sayMinute(last)} on.`, { minute, last })
  if (minute >= from && minute <= to) return undefined
  const because = `${now}; this strategy enters from ${sayMinute(from)} to ${sayMinute(to)}.`
  return no('OUTSIDE_HOURS', because, { minute, from, to })
}

const openTrades: Rule = ({ own, limits }) => {
  const open = openCount(own)
  if (open < limits.maxOpenTrades) return undefined
  return no('TOO_MANY_OPEN', `${sayCount(open, 'trade')} open; the limit is ${limits.maxOpenTrades}.`, {
    open,
    limit: limits.maxOpenTrades,
  })
}

const accountOpenTrades: Rule = ({ book, account }) => {
  const open = accountOpenCount(book)
  if (open < account.maxOpenTrades) return undefined
  const limit = account.maxOpenTrades
  const because = `${sayCount(open, 'trade')} open over all strategies; the account's limit is ${limit}.`
  return no('ACCOUNT_TOO_MANY_OPEN', because, { open, limit })
}

const dailyLoss: Rule = ({ own, limits }) => overLoss('DAILY_LOSS', 'This strategy', own.realised, limits)

const accountDailyLoss: Rule = ({ book, account }) =>
  overLoss('ACCOUNT_DAILY_LOSS', 'The account', accountRealised(book), account)

const sidedLevels: Rule = ({ entry }) => {
  const { direction, stop, target } = entry.levels
  const way = direction === 'long' ? 1 : -1
  const wrong =
    stop !== null && (entry.entry - stop) * way <= 0 ? { name: 'stop', price: stop }
    : target !== null && (target - entry.entry) * way <= 0 ? { name: 'target', price: target }
    : undefined
  if (!wrong) return undefined
  const side = `on the wrong side of the entry ${say(entry.entry)}`
  const because = `The ${wrong.name} ${say(wrong.price)} is ${side} for a ${direction} trade.`
  return no('LEVEL_WRONG_SIDE', because, { level: wrong.name, price: wrong.price, entry: entry.entry })
}

const rewardToRisk: Rule = ({ entry, limits }) => {
  const least = limits.minRewardToRisk
  const { stop, target } = entry.levels
  if (least === null) return undefined
  if (stop === null || target === null) {
    const because = `At least ${least} : 1 of reward to risk is asked, which takes a stop and a target.`
    return no('REWARD_UNKNOWN', because, { least })
  }
  const risk = Math.abs(entry.entry - stop)
  const reward = Math.abs(target - entry.entry)
  // Three prices rounded to the paisa: either distance may be off by one.
  if (reward + 1 >= least * (risk - 1)) return undefined
  const ratio = Math.round((reward / risk) * 100) / 100
  const because = `Reward ${say(reward)} to risk ${say(risk)} is ${ratio} : 1; at least ${least} : 1 is asked.`
  return no('REWARD_TOO_SMALL', because, { reward, risk, ratio, least })
}

const cooledDown: Rule = ({ entry, own, limits, instrument, now }) => {
  const underlying = instrument?.underlying ?? entry.symbol
  const last = own.exits[exitKey(underlying, entry.direction)]
  const waitMs = limits.cooldownMinutes * 60_000
  if (last === undefined || now - last >= waitMs) return undefined
  const left = `Left ${underlying} ${entry.direction} ${minutes(now - last)} ago`
  const because = `${left}; the same direction waits ${minutes(waitMs)}.`
  return no('COOLDOWN', because, { sinceMs: now - last, waitMs })
}

/** Every rule that needs no size, cheap ones first. */
export const rules: readonly Rule[] = [
  mode, fresh, finite, tradable, priced, running, agrees, unheld, inHours, openTrades, accountOpenTrades,
  dailyLoss, accountDailyLoss, sidedLevels, rewardToRisk, cooledDown,
]

/** The refusal that a day's loss at or beyond its limit is; `who` begins the sentence. */
export const overLoss = (
  code: string,
  who: string,
  realised: Paise,
  { capital, dailyLossPercent }: { readonly capital: Paise; readonly dailyLossPercent: number },
): Refusal | undefined => {
  const limit = lossLimit(capital, dailyLossPercent)
  if (realised > -limit) return undefined
  const share = `${dailyLossPercent} % of ${say(capital)}`
  const because = `${who} has lost ${say(-realised)} today; the limit is ${say(limit)}, ${share}.`
  return no(code, because, { realised, limit, capital })
}

const no = (code: string, because: string, figures: Refusal['figures']): Refusal => ({ code, because, figures })
const isPrice = (value: number): boolean => Number.isFinite(value) && value > 0
const signed = (side: Entry['side'], quantity: number): number => (side === 'buy' ? quantity : -quantity)
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
const minutes = (ms: number): string => `${Math.floor(ms / 6000) / 10} min`
