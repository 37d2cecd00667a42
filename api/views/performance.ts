import { decimal, rupees } from '#actors/domain/money.ts'
import type { Millis } from '#engine/mod.ts'
import type { PerformanceView } from '../contract.ts'
import type { Book } from './book.ts'
import { time } from './format.ts'
import type { Tally } from './strategies.ts'

/**
 * How one strategy did, over its closed trades after charges. A ratio that would divide by zero is `null`.
 * @source  profit factor: gross profit over gross loss; win rate: wins over closed trades
 */
export const performanceOf = (
  one: Tally,
  book: Book,
  minutes: readonly Millis[],
): PerformanceView => {
  const { pnl, charges } = book.profitOf(one.info.id, 'latest')
  const closed = one.wins + one.losses + one.evens
  const { points } = one.curve
  const missed = minutes.length - points.length // by a strategy that came later
  return {
    strategy: one.info.id,
    pnl: decimal(pnl),
    charges: decimal(charges),
    trades: one.trades,
    wins: one.wins,
    losses: one.losses,
    winRate: closed === 0 ? null : one.wins / closed,
    averageWin: one.wins === 0 ? null : decimal(Math.round(one.won / one.wins)),
    averageLoss: one.losses === 0 ? null : decimal(-Math.round(one.lost / one.losses)),
    profitFactor: one.lost === 0 ? null : one.won / one.lost,
    maxDrawdown: decimal(one.curve.drawdown),
    curve: points.map((point, index) => ({
      at: time(minutes[missed + index]!),
      pnl: rupees(point),
    })),
  }
}
