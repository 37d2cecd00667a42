import { wrappedMicros } from '../clock.ts'
import { bellOf, edgeReceiver, edgeSender, type Bells, type EdgeEnd, type Receiver } from '../mailbox/mod.ts'
import { gaugesOf, type MetricsHandle } from '../runtime/metrics.ts'
import { commandReceiver, commandSender, type CommandRing } from './rivals/command-ring.ts'

/** What all threads share. The receiver's bell is number 0, sender s has number s + 1. */
export type Shared = {
  readonly bells: Bells
  readonly ring: CommandRing
  /** Int32: {@link WAY}, {@link ROW}, {@link HANDLED}, and from {@link GO} how many messages each shall have sent. */
  readonly words: SharedArrayBuffer
  readonly metrics: MetricsHandle
}

/** Which way messages go now: 0 by ports, 1 by the ring. */
export const WAY = 0
/** The row that latencies go to now. */
export const ROW = 1
/** Messages handled in all; notified. */
export const HANDLED = 32
/** First of the senders' words. What ends them is {@link END}. */
export const GO = 64
/** Tells a thread to end. */
export const END = -1

const SLEEP_MS = 1000
const CAPACITY = 1024

/** About what a strategy proposes at the close of a bar: a signal with its readings and an entry. */
const proposal = (n: number) => ({
  type: 'propose', at: 1_668_051_900_000 + n, n, micros: wrappedMicros(),
  signal: { id: `s-${n}`, strategy: 'crossing', symbol: 'SENSEX', readings: { fast: 61_010.25, slow: 61_000.5 } },
  intents: [{ kind: 'entry', id: `i-${n}`, symbol: 'SENSEX22N1061000CE', direction: 'long', quantity: 20, stop: 98.4 }],
})
type Proposal = ReturnType<typeof proposal>

/** A sending thread: asleep until it is told to send, and then as quick as it can. */
export const send = ({ bells, ring, words: memory, place, end }: Shared & { place: number; end: EdgeEnd }): void => {
  const words = new Int32Array(memory)
  const bell = bellOf(bells, place + 1)
  const ways = [edgeSender<Proposal>(end), commandSender<Proposal>(ring)]
  const told = (): number => Atomics.load(words, GO + place)
  for (let sent = 0; told() !== END; bell.sleep(() => told() !== sent, SLEEP_MS))
    for (; told() > sent; sent++) {
      while (ways[Atomics.load(words, WAY)]!.send(proposal(sent)) === 'full') Atomics.wait(words, HANDLED + 1, 0, 1)
      bell.ring(0)
    }
}

/** The receiving thread: takes what there is, as a host does, and sleeps when there is nothing. */
export const receive = ({ bells, ring, words: memory, metrics, ends }: Shared & { ends: readonly EdgeEnd[] }): void => {
  const words = new Int32Array(memory)
  const bell = bellOf(bells, 0)
  const byWay: readonly (readonly Receiver<Proposal>[])[] =
    [ends.map((end) => edgeReceiver<Proposal>(end)), [commandReceiver<Proposal>(ring)]]
  const rows = new Map<number, ReturnType<typeof gaugesOf>>()
  const gaugesOfRow = (row: number) => {
    if (!rows.has(row)) rows.set(row, gaugesOf(metrics, row))
    return rows.get(row)!
  }
  const turn = (): number => {
    const gauges = gaugesOfRow(Atomics.load(words, ROW))
    let count = 0
    const take = ({ micros }: Proposal): void => gauges.latency((wrappedMicros() - micros) | 0)
    for (const receiver of byWay[Atomics.load(words, WAY)]!) count += receiver.drain(CAPACITY, take)
    if (count === 0) return 0
    Atomics.add(words, HANDLED, count)
    Atomics.notify(words, HANDLED)
    return count
  }
  while (Atomics.load(words, WAY) !== END) if (turn() === 0) bell.sleep(() => turn() > 0, SLEEP_MS)
}
