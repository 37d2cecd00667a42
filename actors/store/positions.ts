import { decimal, fromDecimal } from '../domain/money.ts'
import type { Position } from '../domain/order.ts'
import { flatPosition, settle } from '../executor/positions.ts'
import type { FactOf } from '../messages.ts'
import { given, put, type Change } from './change.ts'
import type { Ids } from './ids.ts'
import type { Sequenced } from './project.ts'
import type { Sql } from './sql.ts'

/** A position, and the last fill that is in it. */
type Book = { readonly position: Position; readonly mode: string; readonly sequence: number }

/**
 * The positions that fills lead to, folded with the executor's own arithmetic from the rows as they stand. A row
 * remembers its last fill, so a fill that comes again changes nothing. The fills' orders must be written already.
 */
export const positionChanges = async (
  tx: Sql, ids: Ids, fills: readonly Sequenced<FactOf<'orderFilled'>>[],
): Promise<Change[]> => {
  const modes = await modesOf(tx, ids, fills)
  const idOf = ({ fact: { fill } }: Sequenced<FactOf<'orderFilled'>>) =>
    ids.of('position', `${modes.get(fill.order)} ${fill.strategy} ${fill.symbol}`)
  const books = await booksOf(tx, fills.map(idOf))
  for (const one of fills) {
    const { sequence, fact: { fill } } = one
    const mode = modes.get(fill.order)!
    const book = books.get(idOf(one)) ?? { position: flatPosition(fill.strategy, fill.symbol), mode, sequence: 0 }
    if (sequence > book.sequence) books.set(idOf(one), { mode, sequence, position: settle(book.position, fill) })
  }
  return [...books].map(([id, book]) => positionRow(ids, id, book))
}

const modesOf = async (tx: Sql, ids: Ids, fills: readonly Sequenced<FactOf<'orderFilled'>>[]) => {
  const wanted = fills.map(({ fact }) => ({ id: ids.of('order', fact.fill.order) }))
  const { rows } = await tx.query<{ key: string; mode: string }>(
    `select sent.client_order_id as key, sent.mode
     from public.orders as sent join ${given('orders')} on given.id = sent.id`,
    [JSON.stringify(wanted)],
  )
  return new Map(rows.map(({ key, mode }) => [key, mode]))
}

type Row = {
  id: string
  strategy: string
  symbol: string
  mode: string
  quantity: number
  cost: string
  realised: string
  charges: string
  sequence: number
}

const booksOf = async (tx: Sql, wanted: readonly string[]): Promise<Map<string, Book>> => {
  const { rows } = await tx.query<Row>(
    `select held.id, strategies.key as strategy, held.symbol, held.mode, held.quantity, held.cost,
       held.realised_pnl as realised, held.charges, held.sequence
     from public.positions as held
     join ${given('positions')} on given.id = held.id
     join public.strategies on strategies.id = held.strategy_id`,
    [JSON.stringify([...new Set(wanted)].map((id) => ({ id })))],
  )
  return new Map(rows.map(({ id, mode, sequence, ...row }) => [id, { mode, sequence, position: positionOf(row) }]))
}

const positionOf = ({ strategy, symbol, quantity, ...money }: Omit<Row, 'id' | 'mode' | 'sequence'>): Position => ({
  strategy,
  symbol,
  quantity,
  cost: fromDecimal(money.cost),
  realised: fromDecimal(money.realised),
  charges: fromDecimal(money.charges),
})

const positionRow = (ids: Ids, id: string, { position, mode, sequence }: Book) =>
  put('positions', {
    id,
    account_id: ids.account,
    run_id: ids.run,
    strategy_id: ids.of('strategy', position.strategy),
    mode,
    broker: mode === 'VIRTUAL' ? 'paper' : null,
    symbol: position.symbol,
    quantity: position.quantity,
    cost: decimal(position.cost),
    realised_pnl: decimal(position.realised),
    charges: decimal(position.charges),
    sequence,
  })
