import type {
  ActorView,
  CandleView,
  Channel,
  Channels,
  OrderView,
  PnlView,
  PositionView,
  QuoteView,
  RunView,
  ServerMessage,
  SignalView,
  StrategyView,
  TradeView,
} from '#api/contract.ts'
import { foldList, most } from './fold.ts'
import type { Listed } from './fold.ts'
import { heldKey, keepKey } from './key.ts'
import { openStream } from './stream.ts'
import type { Link, Stream } from './stream.ts'

type Data = Extract<ServerMessage, { items: unknown }>
type Table<T> = ReadonlyMap<string, T>

const always: Channel[] = [
  'run',
  'pnl',
  'strategies',
  'signals',
  'orders',
  'trades',
  'positions',
  'ticks',
  'system',
]
const lists: Listed[] = [
  'strategies',
  'signals',
  'orders',
  'trades',
  'positions',
  'ticks',
  'candles',
  'system',
]

/**
 * Everything the pages show, as last heard from the engine. Each table is replaced, never changed in place,
 * at most once a frame, however many messages came in between.
 */
class Live {
  link = $state.raw<Link | { readonly state: 'keyless' }>({ state: 'connecting' })
  /** Milliseconds since anything was heard. */
  age = $state.raw(0)
  run = $state.raw<RunView | null>(null)
  pnl = $state.raw<PnlView | null>(null)
  strategies = $state.raw<Table<StrategyView>>(new Map())
  signals = $state.raw<Table<SignalView>>(new Map())
  orders = $state.raw<Table<OrderView>>(new Map())
  trades = $state.raw<Table<TradeView>>(new Map())
  positions = $state.raw<Table<PositionView>>(new Map())
  ticks = $state.raw<Table<QuoteView>>(new Map())
  candles = $state.raw<Table<CandleView>>(new Map())
  system = $state.raw<Table<ActorView>>(new Map())
  /** Channels of which a snapshot came: what is empty there is truly empty. */
  known = $state.raw<ReadonlySet<Channel>>(new Set())

  #stream: Stream | undefined
  #waiting: Data[] = []

  /** Connects with the key at hand; asks for one when there is none. */
  start(): void {
    const key = heldKey()
    if (!key) return void (this.link = { state: 'keyless' })
    this.#stream?.close()
    this.link = { state: 'connecting' }
    this.#stream = openStream({
      address: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/stream`,
      key,
      onLink: (link) => (this.link = link),
      onAge: (ms) => (this.age = ms),
      onData: (message) => this.#take(message),
    })
    for (const channel of always) this.#stream.subscribe(channel)
  }

  /** Tries another key. */
  present(key: string): void {
    keepKey(key)
    this.start()
  }

  stop(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  /** Follows the candles of one instrument, instead of those followed before; returns how to stop. */
  watchCandles(symbol: string, timeframe: string): () => void {
    this.candles = new Map()
    this.#stream?.subscribe('candles', [`${symbol}|${timeframe}`])
    return () => this.#stream?.unsubscribe('candles')
  }

  #take(message: Data): void {
    // A hidden page gets no frames: what waits is folded before it grows without end.
    if (this.#waiting.push(message) === 1) requestAnimationFrame(() => this.#fold())
    else if (this.#waiting.length > 500) this.#fold()
  }

  #fold(): void {
    const messages = this.#waiting
    this.#waiting = []
    for (const message of messages)
      if (message.channel === 'run') this.#reach(message.items.at(-1) as RunView)
    for (const message of messages)
      if (message.channel === 'pnl') this.pnl = newestOf(message.items, this.pnl)
    for (const channel of lists) {
      this.#refold(
        channel,
        messages.filter((one) => one.channel === channel),
      )
    }
    const fresh = messages.filter((one) => one.type === 'snapshot' && !this.known.has(one.channel))
    if (fresh.length) this.known = new Set([...this.known, ...fresh.map((one) => one.channel)])
  }

  #refold<C extends Listed>(channel: C, messages: Data[]): void {
    const tables = this as unknown as { [K in C]: Table<Channels[K]> }
    const now = foldList(tables[channel], messages, most[channel])
    if (now !== tables[channel]) tables[channel] = now
  }

  #reach(run: RunView | undefined): void {
    if (!run) return
    const changed = this.run !== null && this.run.id !== run.id
    this.run = run
    if (changed) this.#stream?.startOver() // another run's sequences mean nothing here
  }
}

// An empty delta says that nothing was missed while the line was down.
const newestOf = (items: Data['items'], before: PnlView | null) =>
  (items.at(-1) as PnlView | undefined) ?? before

/** The one live store. */
export const live = new Live()
