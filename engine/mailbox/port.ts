import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { LINE } from './layout.ts'

/**
 * One end of a bounded one-way path for messages between two threads. Hand it to its thread in `workerData` or by
 * `postMessage`, with `end.port` in the transfer list.
 *
 * ```
 * shared, Int32Array; a line is 128 bytes
 *   line 0   SENT    messages posted so far      sender
 *   line 1   TAKEN   messages received so far    receiver
 *   line 2   CLOSED  1 once either side is done  anyone
 * ```
 * SENT - TAKEN messages are under way; the sender stops at `capacity`.
 */
export type EdgeEnd = {
  /** Of the path, the same at both ends; no two that one thread made have the same. */
  readonly id: number
  readonly port: MessagePort
  readonly shared: Int32Array<SharedArrayBuffer>
  readonly capacity: number
}

const SENT = 0
const TAKEN = LINE
const CLOSED = 2 * LINE

let made = 0

/** A new path for up to `capacity` messages under way. */
export const createEdge = (capacity: number): { readonly sender: EdgeEnd; readonly receiver: EdgeEnd } => {
  const shared = new Int32Array(new SharedArrayBuffer(3 * LINE * 4))
  const { port1, port2 } = new MessageChannel()
  const id = made++
  return { sender: { id, port: port1, shared, capacity }, receiver: { id, port: port2, shared, capacity } }
}

/** What became of a message: only `sent` means that the receiver can get it. */
export type SendResult = 'sent' | 'full' | 'closed'

/** A path as its sender holds it. Nothing here blocks or throws for want of room. */
export type Sender<T> = {
  /** Plain data only: what cannot be cloned throws, for that is a defect. Ring the receiver's bell after it. */
  send(message: T): SendResult
  /** How many more fit as of now. */
  free(): number
  close(): void
}

/** The sending end, in the thread that owns it. */
export const edgeSender = <T>({ port, shared, capacity }: EdgeEnd): Sender<T> => {
  const free = () => capacity - ((Atomics.load(shared, SENT) - Atomics.load(shared, TAKEN)) | 0)
  return {
    free,
    send(message) {
      if (Atomics.load(shared, CLOSED) === 1) return 'closed'
      if (free() <= 0) return 'full'
      port.postMessage(message)
      Atomics.add(shared, SENT, 1) // after the post: who sees the count can receive the message
      return 'sent'
    },
    close() {
      Atomics.store(shared, CLOSED, 1)
      port.close()
    },
  }
}

/** A path as its receiver holds it. */
export type Receiver<T> = {
  /** Messages that can be received now. Cheap: use it in the second look before a sleep. */
  pending(): number
  /** Takes up to `max` messages, in the order they were sent. */
  drain(max: number, handle: (message: T) => void): number
  /** Whether the sender is done and everything was taken. */
  readonly over: boolean
  close(): void
}

/** The receiving end, in the thread that owns it. It is drained on purpose, never by the event loop. */
export const edgeReceiver = <T>({ port, shared }: EdgeEnd): Receiver<T> => {
  let mine = Atomics.load(shared, TAKEN) // nobody else writes it
  const pending = () => Math.max(0, (Atomics.load(shared, SENT) - mine) | 0)
  return {
    pending,
    drain(max, handle) {
      // A look at a port that is empty costs fifty times as much as one at the count.
      const most = Math.min(max, pending())
      let taken = 0
      for (; taken < most; taken++) {
        const received = receiveMessageOnPort(port)
        if (!received) break
        mine = (mine + 1) | 0
        Atomics.store(shared, TAKEN, mine) // before the call: a handler that throws has had its message
        handle(received.message as T)
      }
      return taken
    },
    get over() {
      return Atomics.load(shared, CLOSED) === 1 && pending() === 0
    },
    close() {
      Atomics.store(shared, CLOSED, 1)
      port.close()
    },
  }
}
