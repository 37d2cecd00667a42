/** Looks before a nap where each thread may have a core: some ten microseconds, as long as falling asleep takes. */
const LOOKS = 1000
/** And where there are more threads than cores: whoever looks on keeps the one from running that it waits for. */
const LOOKS_IN_A_CROWD = 10
/** Naps are short, yet long enough that the kernel gives the core to somebody else. */
const NAP_MS = 0.1

const still = new Int32Array(new SharedArrayBuffer(4))
const pause = (Atomics as { pause?: () => void }).pause ?? (() => undefined)

/**
 * How every contestant waits, so that none wins by waiting otherwise (cpp/ring.cpp does the same): looks with the
 * processor's pause between them, then naps until there is something.
 */
export class Patience {
  readonly #looksMax: number
  #looks = 0

  constructor(threads: number) {
    this.#looksMax = threads > 2 ? LOOKS_IN_A_CROWD : LOOKS
  }

  /** Call when a look found nothing. */
  rest(): void {
    if (++this.#looks < this.#looksMax) pause()
    else Atomics.wait(still, 0, 0, NAP_MS)
  }

  /** Call when one found something. */
  found(): void {
    this.#looks = 0
  }
}
