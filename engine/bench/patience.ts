/** Looks before a nap: a few microseconds, in which a running writer publishes more than one batch. */
const LOOKS = 100
/** Naps are short, yet long enough that the kernel gives the core to somebody else. */
const NAP_MS = 0.05

const still = new Int32Array(new SharedArrayBuffer(4))
const pause = (Atomics as { pause?: () => void }).pause ?? (() => undefined)

/**
 * How every contestant waits, so that none wins by waiting otherwise (cpp/ring.cpp does the same): a hundred looks with
 * the processor's pause between them, then naps until there is something.
 */
export class Patience {
  #looks = 0

  /** Call when a look found nothing. */
  rest(): void {
    if (++this.#looks < LOOKS) pause()
    else Atomics.wait(still, 0, 0, NAP_MS)
  }

  /** Call when one found something. */
  found(): void {
    this.#looks = 0
  }
}
