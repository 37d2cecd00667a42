import type { Intent } from '../domain/order.ts'
import type { BusinessFact } from '../messages.ts'
import type { Ledger } from './ledger.ts'

/** Correlation id of a fact: the signal it began with, or the trade or order where there was none. */
export const causeOf = (fact: BusinessFact, ledger: Ledger): string | null => {
  switch (fact.type) {
    case 'signalRaised':
      return fact.signal.id
    case 'intentRefused':
      return ofIntent(fact.intent)
    case 'orderApproved':
      return fact.order.signal ?? fact.order.trade
    case 'orderPlaced':
    case 'orderAccepted':
    case 'orderRejected':
    case 'orderCancelled':
      return ofOrder(fact.order, ledger)
    case 'orderFilled':
      return ofOrder(fact.fill.order, ledger)
    case 'levelsMoved':
      return fact.trade
    case 'tradeOpened':
    case 'tradeClosed':
      return ofOrder(fact.trade.id, ledger)
    default:
      return null
  }
}

const ofIntent = (intent: Intent): string => (intent.kind === 'move' ? intent.id : (intent.signal ?? intent.id))

const ofOrder = (id: string, ledger: Ledger): string => {
  const order = ledger.orders.get(id)?.order
  return order?.signal ?? order?.trade ?? id
}
