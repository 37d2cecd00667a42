import type { AnyActor, Context, Logger, Message, Turn } from '../actor.ts'
import { realClock, type Clock, type Millis } from '../clock.ts'
import { readLog, realFileSystem, type FileSystem, type LogReader } from '../log/mod.ts'
import {
  advance, announcerOf, bellOf, createInbox, edgeReceiver, edgeSender, listen, lowestOf, momentAfter, readWatermark,
  shareBell,
  type EdgeEnd, type Receiver, type Sender,
} from '../mailbox/mod.ts'
import { seeded } from '../random.ts'
import type { Sync } from '../tree.ts'
import type { Board } from './board.ts'
import { gaugesOf } from './metrics.ts'

/** Commands that may wait for their event time; the rest stays at the ports, where it holds its senders back. */
const INBOX_MAX = 1 << 14
/** Commands that may wait for a port with room. An actor with any is not run, so it cannot add more than one turn's. */
const OUTBOX_WARN = 10_000

/** What an actor needs to be run anywhere: data and shared memory alone, so that it crosses threads. */
export type HostSpec = {
  readonly id: string
  readonly slot: number
  /** Of its thread, which others may share. */
  readonly bell: number
  readonly given: unknown
  readonly sync: Sync | null
  /** Slots to wake when this actor has published something. */
  readonly wakes: readonly number[]
  readonly board: Board
  readonly seed: number
}

/** What an actor finds around it that is not the system's own. */
export type Surroundings = { readonly clock: Clock; readonly disk: FileSystem }

/** This machine's clock and disk. */
export const thisMachine: Surroundings = { clock: realClock, disk: realFileSystem }

/** One actor with its mailbox, run by whoever calls `turn`. */
export type Host = {
  start(): Promise<void>
  /** One bounded turn. */
  turn(): Turn
  stop(): Promise<void>
  /** It died, and its thread did not: see {@link Actor.abandon}. */
  abandon(): void
  inspect(): unknown
  /** A neighbour (re)started: from now on its messages come through this end. */
  receive(from: number, end: EdgeEnd): void
  /** A neighbour (re)started: from now on messages to it go through this end. */
  connect(to: string, end: EdgeEnd): void
  /** A neighbour is gone for good: nothing more comes from it. */
  lose(from: number): void
  /** From now on these are the slots to wake. */
  wakes(slots: readonly number[]): void
}

type Due = { readonly due: Millis; readonly message: Message }
type Waiting = { readonly to: string; readonly message: Message }

/**
 * Runs an actor's messages in the order of event time.
 *
 * Three streams meet here: commands from ports, facts from the journal, and (in `pump`) whatever rings the actor
 * reads. Watermarks are read *before* ports and journal are drained: what a neighbour promised by then it had
 * sent by then, so everything due at or before the horizon is here, and can be handled in one order for ever.
 *
 * What cannot be sent stays in the outbox and the actor is not run again until it is empty: back-pressure stops
 * the actor, and nothing is lost or reordered.
 */
export const openHost = (
  actor: AnyActor,
  spec: HostSpec,
  log: Logger,
  services: Readonly<Record<string, unknown>> = {},
  { clock, disk }: Surroundings = thisMachine,
): Host => {
  const { sync, board } = spec
  const bell = bellOf(board.bells, spec.bell)
  shareBell(board.bells, spec.slot, spec.bell)
  const durable = new Int32Array(board.durable)
  const control = new Int32Array(board.control)
  const commands = createInbox<Message>(INBOX_MAX)
  const known = createInbox<Message>(Number.MAX_SAFE_INTEGER)
  const receivers = new Map<number, Receiver<Message>>()
  let inlets: ((most: number) => void)[] = []
  const senders = new Map<string, Sender<Message>>()
  const gauges = gaugesOf(board.metrics, spec.slot)
  const commandLag = sync?.commandLagMs ?? 0
  const awaited = sync ? lowestOf(sync.watermarks, sync.awaits) : () => Number.POSITIVE_INFINITY
  const sending = sync
    ? lowestOf(sync.watermarks, sync.awaits.filter(({ sends }) => sends).map(({ slot }) => ({ slot, lagMs: 0 })))
    : awaited

  // Until when nobody who is yet to come will speak.
  const silentUntil = ((): (() => Millis) => {
    if (!sync?.newcomers) return () => Number.POSITIVE_INFINITY
    const { slot, lagMs, moments } = sync.newcomers
    let next = Number.NEGATIVE_INFINITY
    return () => {
      const at = readWatermark(sync.watermarks, slot) + lagMs
      if (at >= next) next = momentAfter(moments, at)
      return next - 1
    }
  })()

  let recovered = -1
  let facts: ReturnType<typeof factStream> | null = null
  let wakes = spec.wakes
  let outbox: Waiting[] = []
  let arrived = 0
  let now: Millis = Number.NEGATIVE_INFINITY
  let horizon: Millis = Number.NEGATIVE_INFINITY
  let promised: Millis = Number.NEGATIVE_INFINITY
  let state: unknown
  let begun = false
  let ended = false

  const drain = (): void => {
    for (let i = 0; i < inlets.length; i++) inlets[i]!(INBOX_MAX - commands.size)
    if (!facts?.fresh()) return
    for (let next = facts.next(); next; next = facts.next()) known.put(next.due, 0, arrived++, next.message)
  }

  const openInlets = (): void => {
    inlets = [...receivers].map(([from, receiver]) => {
      const take = (message: Message): void =>
        void commands.put(message.at + commandLag, from, arrived++, message)
      return (most) => void receiver.drain(most, take)
    })
  }

  const flush = (): boolean => {
    while (outbox.length > 0) {
      const { to, message } = outbox[0]!
      if (senders.get(to)?.send(message) !== 'sent') return false
      outbox.shift()
      wake()
    }
    return true
  }

  const wake = (): void => bell.ringAll(wakes)

  const ctx: Context = {
    id: spec.id,
    get recovered() {
      return recovered
    },
    journaled: () => Atomics.load(durable, 0),
    clock,
    disk,
    random: seeded(spec.seed),
    log,
    gauges,
    now: () => now,
    send: (to, command, at = now) => {
      outbox.push({ to: to.ref, message: { ...command, at } })
      if (outbox.length === OUTBOX_WARN) log.warn({ to: to.ref }, `${OUTBOX_WARN} commands wait for ${to.ref}`)
    },
    horizon: () => horizon,
    pending: () => commands.next,
    deliver: (through) => {
      let count = 0
      for (;;) {
        // Facts before commands of the same moment: what has happened is known before anything is decided.
        const source = known.size > 0 && known.next <= commands.next ? known : commands
        const at = source.next
        const message = source.take(through)
        if (!message) break
        if (at > now) now = at
        handle(message)
        count++
      }
      if (count > 0) gauges.handled(count)
      if (through > now && Number.isFinite(through)) now = through
      return count
    },
    advance: (to) => {
      if (!sync || to <= promised) return
      promised = to
      // The promise covers what is in the outbox, so it is made only once that has left.
      if (outbox.length === 0 || flush()) publishPromise()
    },
    durable: (sequence) => {
      Atomics.store(durable, 0, sequence)
      wake()
    },
    wake: () => wake(),
    listen: (interests, keys) => listen(interests, spec.slot, keys),
    announcer: (interests, how) => announcerOf(interests, bell, how),
    service: <T>(name: string) => services[name] as T,
  }

  let published: Millis = Number.NEGATIVE_INFINITY
  const publishPromise = (): void => {
    if (!sync || promised <= published) return
    advance(sync.watermarks, sync.slot, promised)
    published = promised
    wake()
  }

  // A neighbour that was restarted sends by a new path, which the supervisor tells us of before the neighbour begins.
  // Until that is heard, what it promises is not all here, and we go no further. Asked after watermarks are read.
  const isWired = (): boolean => Atomics.load(control, spec.bell) === 0

  const lookAround = (): void => {
    const promisedToUs = awaited()
    if (isWired()) horizon = promisedToUs
    drain()
  }

  // A purely reactive actor emits only in answer to commands. With none waiting before some moment it can promise
  // silence as far as its senders did, whatever facts are still to come; else the two would step along in tiny turns.
  const react = (): boolean => {
    const count = ctx.deliver(horizon)
    if (!sync) return count > 0
    const quiet = Math.min(sending(), silentUntil())
    const wired = isWired()
    drain()
    if (wired) ctx.advance(Math.min(quiet, commands.next - 1))
    return count > 0
  }

  const handle = (message: Message): void => {
    const handler = actor.on?.[message.type] as ((s: unknown, m: Message, c: Context) => void) | undefined
    handler?.(state, message, ctx)
  }

  return {
    start: async () => {
      // Now and not before: whoever shares this thread and started first may have opened the journal.
      recovered = Atomics.load(durable, 0)
      if (sync?.facts) facts = factStream(sync.facts, spec.id, disk, durable, recovered)
      state = await actor.start(spec.given, ctx)
      begun = true
    },
    turn: () => {
      if (!flush()) return false
      publishPromise()
      lookAround()
      gauges.turned()
      const worked = actor.pump ? actor.pump(state, ctx) : react()
      gauges.mailbox(commands.size + known.size + outbox.length)
      if (flush()) publishPromise()
      return worked
    },
    stop: async () => {
      // What holds whatever the event time, such as a note that a neighbour died, was said before the stop.
      drain()
      ctx.deliver(Number.NEGATIVE_INFINITY)
      ended = true
      await actor.stop?.(state, ctx)
      facts?.close()
      for (const receiver of receivers.values()) receiver.close()
      for (const sender of senders.values()) sender.close()
    },
    abandon: () => {
      if (begun && !ended) actor.abandon?.(state)
    },
    inspect: () => actor.inspect?.(state) ?? null,
    receive: (from, end) => {
      // What the old end still holds was sent before the new one opened, so it comes first.
      drain()
      receivers.get(from)?.close()
      receivers.set(from, edgeReceiver<Message>(end))
      openInlets()
    },
    connect: (to, end) => {
      senders.get(to)?.close()
      senders.set(to, edgeSender<Message>(end))
    },
    lose: (from) => {
      drain()
      receivers.get(from)?.close()
      receivers.delete(from)
      openInlets()
    },
    wakes: (slots) => (wakes = slots),
  }
}

type FactMessage = Message & { readonly from: string; readonly tick?: number }

/**
 * The journal as a stream of messages. Facts of others are known `lagMs` after they happened. An actor's own
 * facts were applied as it made them, so while it runs they are passed over; on a start they are what its
 * state is rebuilt from, due at the moment of the decision they record.
 */
const factStream = (
  source: NonNullable<Sync['facts']>, self: string, disk: FileSystem, durable: Int32Array, rebuilt: number,
) => {
  const wanted = new Set(source.kinds)
  const reader: LogReader = readLog(source.dir, { kinds: wanted, fileSystem: disk })
  const { news, holding } = source
  let heard: number | null = null
  return {
    /** Whether there may be something to read; read until there is nothing before asking again. */
    fresh: (): boolean => {
      if (!news) return true
      const count = Atomics.load(news.counts, news.place)
      if (count === heard) return false
      heard = count
      return true
    },
    next: (): Due | undefined => {
      for (;;) {
        const frame = reader.next(Atomics.load(durable, 0))
        if (!frame) return undefined
        if (holding !== undefined && !frame.payload.includes(holding)) continue
        const message = JSON.parse(frame.payload.toString('utf8')) as FactMessage
        const own = message.from === self
        if (own && frame.sequence > rebuilt) continue
        // Facts without a place in the stream are the machinery's: they hold from the moment they are read.
        if ((message.tick ?? -1) < 0) return { due: Number.NEGATIVE_INFINITY, message }
        return { due: message.at + (own ? (source.ownLagMs ?? 0) : source.lagMs), message }
      }
    },
    close: () => reader.close(),
  }
}
