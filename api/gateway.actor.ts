import type { FastifyInstance } from 'fastify'
import {
  every, openLatest, readLog, vocabulary,
  type ErrorRecord, type Latest, type LatestHandle, type LogReader, type Message,
} from '#engine/mod.ts'
import { tableOf, type Instrument, type Quote } from '#actors/domain/instrument.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Fact, RunInfo } from '#actors/messages.ts'
import { strategyTypes } from '#actors/strategies/mod.ts'
import { parseParams, type ParamSet } from '#actors/strategy/params.ts'
import type { Control } from './control.ts'
import { problem } from './errors.ts'
import { buildServer } from './server.ts'
import { allViews, typeView, type ReadQuote, type Views } from './views/mod.ts'

/** Facts folded in one turn: some tens of milliseconds at the start of a resumed run, a handful later. */
const TURN_MAX = 2000
/** Ports tried after the one that was asked for. */
const PORTS_MAX = 20
const HALT_EVERY_MS = 500

type Given = {
  readonly journal: string
  readonly run: RunInfo
  readonly instruments: readonly Instrument[]
  readonly latest: LatestHandle
  readonly speed: number | null
  readonly dailyLoss: Readonly<Record<string, Paise>>
  readonly host: string
  readonly port: number
  readonly token: string
  readonly uiDir: string
  readonly version: string
}

/** What the supervisor offers the API beside {@link Control}. */
export type Desk = {
  /** The API answers at this address. */
  listening(address: { readonly host: string; readonly port: number; readonly asked: number }): void
  /** Why trading is halted, if it is. */
  halt(): ErrorRecord | null
}

/** An object of another thread: every answer is a promise. */
type Remote<T extends Record<keyof T, (...given: never[]) => unknown>> = {
  readonly [K in keyof T]: (...given: Parameters<T[K]>) => Promise<ReturnType<T[K]>>
}

type State = {
  readonly app: FastifyInstance
  readonly views: Views
  readonly reader: LogReader
  /** What may be set of strategies that are files, by their type. */
  readonly forms: Map<string, ParamSet>
  readonly endings: readonly (() => void)[]
}

/** The only door from outside: folds the journal's facts into views and serves them; forwards what people ask for. */
export default vocabulary<Message, Message>().actor<Given, State>({
  module: import.meta.url,
  async start(given, ctx) {
    const instruments = tableOf(given.instruments)
    const views = allViews({
      run: given.run,
      instruments,
      types: Object.values(strategyTypes).map(typeView),
      speed: given.speed,
      dailyLossLimit: ({ id }) => given.dailyLoss[id] ?? null,
    })
    const readQuote = quoteReader(openLatest(given.latest), instruments.all)
    const forms = new Map(given.run.strategies.flatMap(({ type, form }) => (form ? [[type, form.params]] : [])))
    const desk = ctx.service<Remote<Desk>>('desk')
    const app = await buildServer({
      views,
      control: ctx.service<Control>('control'),
      parseParams: (type, params) => parseParams(strategyTypes[type]?.params ?? forms.get(type) ?? {}, params),
      token: given.token,
      ui: { dir: given.uiDir },
      version: given.version,
      stream: { clock: ctx.clock, every, refresh: () => refresh(views, readQuote, instruments.all) },
    })
    const port = await listen(app, given)
    await desk.listening({ host: given.host, port, asked: given.port })
    const endHalt = every(HALT_EVERY_MS, () => {
      desk.halt().then(
        (halt) => views.observe({ halt: halt && { code: halt.code, says: halt.says, todo: halt.todo } }),
        () => undefined, // the supervisor is ending; so does this thread
      )
    })
    return { app, views, forms, reader: readLog(given.journal), endings: [endHalt] }
  },
  pump({ views, forms, reader }, ctx) {
    const through = ctx.journaled()
    let count = 0
    while (count < TURN_MAX) {
      const record = reader.next(through)
      if (!record) break
      const fact = JSON.parse(record.payload.toString('utf8')) as Fact
      views.fold(fact)
      if (fact.type === 'strategyLoaded') {
        const { type = '' } = views.item('strategies', fact.strategy) ?? {}
        forms.set(type, fact.form.params)
      }
      count++
    }
    ctx.gauges.handled(count)
    ctx.gauges.lag(through - reader.position)
    return count > 0
  },
  async stop({ app, reader, endings }) {
    for (const end of endings) end()
    reader.close()
    await app.close()
  },
})

const refresh = (views: Views, readQuote: ReadQuote, instruments: readonly Instrument[]): void => {
  views.quotes(readQuote)
  const newest = Math.max(...instruments.map(({ index }) => readQuote(index)?.at ?? Number.NEGATIVE_INFINITY))
  if (Number.isFinite(newest)) views.observe({ clock: newest })
}

/** Rows as feed.actor.ts writes them. */
const quoteReader = (latest: Latest, instruments: readonly Instrument[]): ReadQuote => {
  const row = new Float64Array(8)
  return (index): Quote | undefined => {
    if (!latest.read(index, row)) return undefined
    const [at, price, bid, ask, dayVolume, oi] = row as unknown as [number, number, number, number, number, number]
    return {
      symbol: instruments[index]!.symbol, at, price, dayVolume,
      ...(bid > 0 && { bid }), ...(ask > 0 && { ask }), ...(oi >= 0 && { oi }),
    }
  }
}

/** Takes the port asked for, or the next one that is free. */
const listen = async (app: FastifyInstance, { host, port }: Given): Promise<number> => {
  for (let tried = port; tried < port + PORTS_MAX; tried++)
    try {
      await app.listen({ host, port: tried })
      return tried
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    }
  throw problem('NO_PORT', { from: port, to: port + PORTS_MAX - 1 })
}
