import { Type } from '@fastify/type-provider-typebox'
import { decimal } from '#actors/domain/money.ts'
import type { Instrument } from '#actors/domain/instrument.ts'
import type { InstrumentView } from '../contract.ts'
import { listOf } from '../schemas.ts'
import { found } from './ask.ts'
import { route } from './route.ts'

const instrumentView = ({
  symbol,
  kind,
  underlying,
  expiry,
  strike,
  optionType,
  lot,
}: Instrument): InstrumentView => ({
  symbol,
  kind,
  underlying,
  expiry: expiry ?? null,
  strike: strike === undefined ? null : decimal(strike),
  optionType: optionType ?? null,
  lot: lot ?? null,
})

/** Instruments and their prices. */
export const marketRoutes = [
  route({
    method: 'GET',
    path: '/quotes',
    role: 'viewer',
    tag: 'market',
    summary: 'The newest quote of each instrument',
    answers: { 200: listOf('Quote') },
    handle: (_, { views }) => ({ items: views.items('ticks') }),
  }),
  route({
    method: 'GET',
    path: '/instruments',
    role: 'viewer',
    tag: 'market',
    summary: 'What the run watches and trades',
    answers: { 200: listOf('Instrument') },
    handle: (_, { views }) => ({ items: views.instruments.map(instrumentView) }),
  }),
  route({
    method: 'GET',
    path: '/candles',
    role: 'viewer',
    tag: 'market',
    summary: 'Closed bars of one series, oldest first',
    asks: {
      querystring: Type.Object({
        symbol: Type.String({ minLength: 1, maxLength: 100 }),
        timeframe: Type.Union(['1m', '5m', '15m', '1d'].map((one) => Type.Literal(one))),
      }),
    },
    answers: { 200: listOf('Candle') },
    handle({ query: { symbol, timeframe } }, { views }) {
      found(
        views.instruments.find((one) => one.symbol === symbol),
        'instrument',
        symbol,
      )
      return { items: views.candles(symbol, timeframe) }
    },
  }),
]
