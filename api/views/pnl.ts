import { decimal, rupees } from '#actors/domain/money.ts'
import type { Millis } from '#engine/mod.ts'
import type { PnlView } from '../contract.ts'
import type { Book, MarkedTo, Profit } from './book.ts'
import { curvePointsMax, emptyCurve } from './curve.ts'
import { time } from './format.ts'
import type { Tally } from './strategies.ts'
import type { View } from './view.ts'

/** The id of the one item of this channel. */
export const pnlId = 'pnl'

/** The P&L of the whole account, and the minutes that every curve of the session stands on. */
export type WholePnlView = View<'pnl'> & { minutes(): readonly Millis[] }

/** P&L over all strategies. Folds after them: its points are the sums of theirs. */
export const pnlView = (book: Book, tallies: ReadonlyMap<string, Tally>): WholePnlView => {
  const changed = new Set<string>()
  const curve = emptyCurve()
  const minutes: Millis[] = []
  const touch = () => void changed.add(pnlId)
  const profit = (markedTo: MarkedTo): Profit => {
    const total: Profit = { pnl: 0, realised: 0, unrealised: 0, charges: 0, open: 0 }
    for (const id of tallies.keys()) {
      const one = book.profitOf(id, markedTo)
      total.pnl += one.pnl
      total.realised += one.realised
      total.unrealised += one.unrealised
      total.charges += one.charges
      total.open += one.open
    }
    return total
  }
  const view = (): PnlView => {
    const total = profit('latest')
    let trades = 0
    let wins = 0
    for (const one of tallies.values()) {
      trades += one.trades
      wins += one.wins
    }
    return {
      pnl: decimal(total.pnl),
      realised: decimal(total.realised),
      unrealised: decimal(total.unrealised),
      charges: decimal(total.charges),
      trades,
      wins,
      openPositions: total.open,
      curve: curve.points.map((pnl, index) => ({ at: time(minutes[index]!), pnl: rupees(pnl) })),
    }
  }
  return {
    changed,
    minutes: () => minutes,
    on: {
      sessionOpened() {
        curve.clear()
        minutes.length = 0
        touch()
      },
      minuteClosed({ mark }) {
        minutes.push(mark)
        if (minutes.length > curvePointsMax) minutes.shift()
        curve.push(profit('facts').pnl)
        touch()
      },
      orderFilled: touch,
      tradeOpened: touch,
      tradeClosed: touch,
    },
    item: (id) => (id === pnlId ? view() : undefined),
    items: () => [view()],
  }
}
