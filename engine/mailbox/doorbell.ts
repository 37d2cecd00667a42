import { LINE } from './layout.ts'

/**
 * The bells of all threads on one shared board. Plain data: it crosses threads by structured clone.
 *
 * ```
 * Int32Array; a line is 128 bytes, so that threads do not slow each other
 *   line 2t       BELL      counts the rings for thread t                      whoever rings
 *   line 2t + 1   STATE     0 awake, 1 looking once more, 2 asleep             thread t
 *                 SLEPT     what BELL was when thread t went to sleep          thread t
 *                 SEAT      number of the bell to ring for t, less t           the supervisor
 * ```
 */
export type Bells = { readonly board: Int32Array<SharedArrayBuffer>; readonly threads: number }

/** A board with one bell per thread. */
export const createBells = (threads: number): Bells => ({
  board: new Int32Array(new SharedArrayBuffer(threads * 2 * LINE * 4)),
  threads,
})

/** From now on whoever rings `thread` rings the bell of `host`, whose thread runs both. Undone by its own number. */
export const shareBell = ({ board }: Bells, thread: number, host: number): void =>
  void Atomics.store(board, thread * 2 * LINE + SEAT, host - thread)

/** Seams for tests. */
export type BellOptions = {
  /** Wakes whoever waits on that word; tests drop some of these. */
  readonly notify?: (board: Int32Array<SharedArrayBuffer>, word: number) => void
}

const STATE = LINE
const SLEPT = LINE + 1
const SEAT = LINE + 2
const AWAKE = 0
const LOOKING = 1
const ASLEEP = 2

/**
 * What a turn came to: true when it did any work, false when there is nothing to do until somebody rings, the
 * milliseconds after which it wants to look again, or what it waits for (rings wake it all the same).
 */
export type Turn = boolean | number | { readonly settled: Promise<unknown> }

/** How a sleep ended: the second look found something, somebody rang, or the time was up. */
export type Woken = 'ready' | 'rung' | 'timeout'

/** What can be seen of a thread from outside: `late` is asleep although it was rung. */
export type Rest = 'awake' | 'asleep' | 'late'

/** Bell number `thread` in the hands of its owner, who may ring all others. */
export const bellOf = (bells: Bells, thread: number, options: BellOptions = {}): Bell =>
  new Bell(bells, thread, options)

const notifyAll = (board: Int32Array<SharedArrayBuffer>, word: number) => void Atomics.notify(board, word)

/** A `listen` that nobody rings still looks this often: what a lost wake-up can cost, in ms. */
const LOOK_EVERY_MS = 100

/**
 * One thread's view of the board.
 *
 * Why no wake-up is missed. Who brings something first makes it visible (an atomic store or exchange: HEAD of a ring,
 * the count of a port) and then loads STATE. Who goes to sleep reads BELL, stores LOOKING, and then looks for
 * something once more. These are sequentially consistent, so in their one total order either the store of LOOKING
 * comes before the load of STATE, and the bell is rung; or the load comes first, then the thing was visible before
 * that, and the second look finds it. A ring that falls between reading BELL and waiting changes BELL, and
 * `Atomics.wait` returns at once because the value is no longer the one read. Threads that are awake cost the ringer
 * one load.
 *
 * Waits are bounded all the same: a thread may be terminated after it published and before it rang. One that was
 * terminated between counting the ring and notifying is repaired by the supervisor's watch: see {@link Bell.nudge}.
 */
export class Bell {
  readonly #board: Int32Array<SharedArrayBuffer>
  readonly #word: number
  readonly #notify: NonNullable<BellOptions['notify']>

  constructor(bells: Bells, thread: number, { notify = notifyAll }: BellOptions) {
    if (!(thread >= 0 && thread < bells.threads))
      throw new RangeError(`The board has ${bells.threads} bells, not a number ${thread}.`)
    this.#board = bells.board
    this.#word = thread * 2 * LINE
    this.#notify = notify
  }

  /** Wakes `thread` if it sleeps. Call after what it shall find is visible to it. */
  ring(thread: number): void {
    const word = this.#wordOf(thread)
    if (Atomics.load(this.#board, word + STATE) === AWAKE) return
    Atomics.add(this.#board, word, 1)
    this.#notify(this.#board, word)
  }

  /**
   * How `thread` rests, for whoever watches it. Asleep it is well without a sign of life: it waits on its own bell and
   * nobody rang. Late for a moment is everyone who is rung; whoever stays late is to be {@link nudge}d.
   */
  restOf(thread: number): Rest {
    const word = this.#wordOf(thread)
    if (Atomics.load(this.#board, word + STATE) !== ASLEEP) return 'awake'
    return Atomics.load(this.#board, word) === Atomics.load(this.#board, word + SLEPT) ? 'asleep' : 'late'
  }

  /** Says that this thread is awake, whatever one before it left behind. */
  rise(): void {
    Atomics.store(this.#board, this.#word + STATE, AWAKE)
  }

  /** The thread is gone: rings for it cost one load again. */
  bury(thread: number): void {
    Atomics.store(this.#board, this.#wordOf(thread) + STATE, AWAKE)
  }

  /** Wakes `thread` once more for rings it has had: whoever rang may have been ended before it could notify. */
  nudge(thread: number): void {
    this.#notify(this.#board, this.#wordOf(thread))
  }

  /** Wakes each of `threads` that sleeps. */
  ringAll(threads: readonly number[]): void {
    for (let i = 0; i < threads.length; i++) this.ring(threads[i]!)
  }

  /**
   * Blocks this thread until it is rung, at most `timeoutMs`.
   * @param look  the second look: true when there is something to do, or the milliseconds until there may be
   */
  sleep(look: () => boolean | number, timeoutMs: number): Woken {
    const rings = this.#lookAgain()
    const found = look()
    let woken: Woken = 'ready'
    if (found !== true) {
      // From here to the end of the wait nothing but this runs: whoever sees ASLEEP sees a thread that is well.
      Atomics.store(this.#board, this.#word + SLEPT, rings)
      Atomics.store(this.#board, this.#word + STATE, ASLEEP)
      const atMost = found === false ? timeoutMs : Math.min(found, timeoutMs)
      woken = outcomes[Atomics.wait(this.#board, this.#word, rings, atMost)]
    }
    Atomics.store(this.#board, this.#word + STATE, AWAKE)
    return woken
  }

  /**
   * The same for a thread that waits for a promise as well, and so must wait in the event loop: until what `look`
   * waits for is settled, or it is rung.
   */
  async doze(look: () => Turn, timeoutMs: number): Promise<Woken> {
    const rings = this.#lookAgain()
    const found = look()
    let woken: Woken = 'ready'
    if (typeof found === 'object') {
      const wait = Atomics.waitAsync(this.#board, this.#word, rings, timeoutMs)
      const rung = wait.async ? wait.value : Promise.resolve(wait.value)
      woken = await Promise.race([rung.then((how) => outcomes[how]), found.settled.then(() => 'ready' as const)])
      if (woken === 'ready') Atomics.notify(this.#board, this.#word) // lets go of the pending wait
    }
    Atomics.store(this.#board, this.#word + STATE, AWAKE)
    return woken
  }

  /**
   * For threads that live in the event loop: runs `look` now, after each ring, and every 100 ms at least.
   * `look` takes everything there is; it is its own second look. Costs about twice the CPU of {@link sleep}.
   * Does not keep the process alive. What `look` throws becomes an unhandled rejection, so the thread dies of it.
   * @returns  stops listening
   */
  listen(look: () => void): () => void {
    let listening = true
    const turn = () => {
      if (!listening) return
      const rings = this.#lookAgain()
      look()
      const waiting = Atomics.waitAsync(this.#board, this.#word, rings, LOOK_EVERY_MS)
      // Rung while looking: look again, but not before the event loop had its turn.
      if (waiting.async) void waiting.value.then(turn)
      else setImmediate(turn)
    }
    turn()
    return () => {
      listening = false
      Atomics.store(this.#board, this.#word + STATE, AWAKE)
      Atomics.notify(this.#board, this.#word) // lets go of the pending wait
    }
  }

  #wordOf(thread: number): number {
    return (thread + Atomics.load(this.#board, thread * 2 * LINE + SEAT)) * 2 * LINE
  }

  /** From here on whoever brings something rings. */
  #lookAgain(): number {
    const rings = Atomics.load(this.#board, this.#word)
    Atomics.store(this.#board, this.#word + STATE, LOOKING)
    return rings
  }
}

const outcomes = { ok: 'rung', 'not-equal': 'rung', 'timed-out': 'timeout' } as const
