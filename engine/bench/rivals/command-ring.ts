import type { Receiver, Sender } from '../../mailbox/mod.ts'

/**
 * One ring for the commands of all senders to one receiver, as an alternative to a port for each. A sender claims the
 * next slot by compare-and-swap, writes its message as JSON, and then says how long it is; the receiver takes slots
 * in order and waits at one that is claimed and not written yet.
 *
 * That wait is why it is a contestant alone: a sender that is ended between the two leaves a slot that is never
 * written, and nobody's commands pass it any more, while ports die one by one.
 *
 * ```
 * Int32Array; a line is 128 bytes
 *   line 0    CLAIM   slots claimed so far     senders
 *   line 1    TAKEN   slots taken so far       receiver
 *   slots     LENGTH  bytes that follow, 0 while it is not written   the slot's sender, then the receiver
 * ```
 */
export type CommandRing = { readonly memory: SharedArrayBuffer; readonly capacity: number }

const LINE = 32
const CLAIM = 0
const TAKEN = LINE
const FIRST = 2 * LINE
const SLOT_BYTES = 1024

/** An empty ring for a power of two of messages, each of a kilobyte at most. */
export const createCommandRing = (capacity: number): CommandRing => ({
  memory: new SharedArrayBuffer(FIRST * 4 + capacity * SLOT_BYTES),
  capacity,
})

const slotsOf = ({ memory, capacity }: CommandRing) => {
  const words = new Int32Array(memory)
  const bytes = Buffer.from(memory)
  const lengthAt = (n: number): number => FIRST + ((n & (capacity - 1)) * SLOT_BYTES) / 4
  return { words, bytes, lengthAt }
}

/** A sending end; any number of threads may hold one. */
export const commandSender = <T>(ring: CommandRing): Sender<T> => {
  const { words, bytes, lengthAt } = slotsOf(ring)
  const free = (): number => ring.capacity - ((Atomics.load(words, CLAIM) - Atomics.load(words, TAKEN)) | 0)
  return {
    free,
    send(message) {
      const json = JSON.stringify(message)
      for (;;) {
        const claimed = Atomics.load(words, CLAIM)
        if (((claimed - Atomics.load(words, TAKEN)) | 0) >= ring.capacity) return 'full'
        if (Atomics.compareExchange(words, CLAIM, claimed, (claimed + 1) | 0) !== claimed) continue
        const length = lengthAt(claimed)
        Atomics.store(words, length, bytes.write(json, length * 4 + 4, SLOT_BYTES - 4, 'utf8'))
        return 'sent'
      }
    },
    close: () => undefined,
  }
}

/** The one receiving end. */
export const commandReceiver = <T>(ring: CommandRing): Receiver<T> => {
  const { words, bytes, lengthAt } = slotsOf(ring)
  let next = Atomics.load(words, TAKEN)
  return {
    pending: () => (Atomics.load(words, CLAIM) - next) | 0,
    drain(max, handle) {
      let taken = 0
      for (; taken < max; taken++) {
        const at = lengthAt(next)
        const length = Atomics.load(words, at)
        if (length === 0) break
        const message = JSON.parse(bytes.toString('utf8', at * 4 + 4, at * 4 + 4 + length)) as T
        Atomics.store(words, at, 0)
        Atomics.store(words, TAKEN, (next = (next + 1) | 0))
        handle(message)
      }
      return taken
    },
    over: false,
    close: () => undefined,
  }
}
