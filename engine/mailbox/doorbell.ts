import { LINE } from './layout.ts'

/**
 * The bells of all threads on one shared board. Plain data: it crosses threads by structured clone.
 *
 * ```
 * Int32Array; a line is 128 bytes, so that threads do not slow each other
 *   line 2t       BELL      counts the rings for thread t                      whoever rings
 *   line 2t + 1   STATE     0 awake, 1 waiting in the event loop, 2 asleep     thread t
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
const LISTENING = 1
const ASLEEP = 2

/**
 * What a turn came to: true when it did any work, false when there is nothing to do until somebody rings, the
 * milliseconds after which it wants to look again, or what it waits for (rings wake it all the same).
 */
export type Turn = boolean | number | { readonly settled: Promise<unknown> }

/** How a sleep ended: there was something already, somebody rang, or the time was up. */
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
 * the count of a port), then raises BELL, then loads STATE and notifies who is not awake. Who goes to sleep reads BELL,
 * then looks for something, and only when there is nothing stores STATE and waits for BELL to be other than what it
 * read. All of these are sequentially consistent. What the look did not find was made visible after it, so BELL is
 * raised after it was read. Either that comes before the wait, which then returns at once; or it comes after, thus
 * after the store of STATE, and the ringer, which loads STATE after that, notifies.
 * One look per wake-up is enough, and whoever is awake costs the ringer an add and a load.
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

  /** Wakes `thread` if it sleeps; awake, it will not fall asleep on this. Call after what it shall find is visible. */
  ring(thread: number): void {
    const word = this.#wordOf(thread)
    Atomics.add(this.#board, word, 1)
    if (Atomics.load(this.#board, word + STATE) !== AWAKE) this.#notify(this.#board, word)
  }

  /** Rings so far: to be read before it looks for work, and given to {@link rest} if there is none. */
  count(): number {
    return Atomics.load(this.#board, this.#word)
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

  /** The thread is gone: nobody is notified for it any more. */
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

  /** Blocks this thread until it has been rung since it read {@link count}, at most `timeoutMs`. */
  rest(since: number, timeoutMs: number): Exclude<Woken, 'ready'> {
    // From here to the end of the wait nothing but this runs: whoever sees ASLEEP sees a thread that is well.
    Atomics.store(this.#board, this.#word + SLEPT, since)
    Atomics.store(this.#board, this.#word + STATE, ASLEEP)
    const how = outcomes[Atomics.wait(this.#board, this.#word, since, timeoutMs)]
    Atomics.store(this.#board, this.#word + STATE, AWAKE)
    return how
  }

  /**
   * Looks, and blocks this thread until it is rung if there is nothing, at most `timeoutMs`.
   * @param look  true when there is something to do, or the milliseconds until there may be
   */
  sleep(look: () => boolean | number, timeoutMs: number): Woken {
    const since = this.count()
    const found = look()
    return found === true ? 'ready' : this.rest(since, found === false ? timeoutMs : Math.min(found, timeoutMs))
  }

  /**
   * {@link rest} for a thread that waits for a promise as well, and so must wait in the event loop: until `settled` is,
   * or the thread is rung.
   */
  async doze(since: number, settled: Promise<unknown>, timeoutMs: number): Promise<Woken> {
    Atomics.store(this.#board, this.#word + STATE, LISTENING)
    const wait = Atomics.waitAsync(this.#board, this.#word, since, timeoutMs)
    const rung = wait.async ? wait.value : Promise.resolve(wait.value)
    const woken = await Promise.race([rung.then((how) => outcomes[how]), settled.then(() => 'ready' as const)])
    if (woken === 'ready') Atomics.notify(this.#board, this.#word) // lets go of the pending wait
    Atomics.store(this.#board, this.#word + STATE, AWAKE)
    return woken
  }

  /**
   * For threads that live in the event loop: runs `look` now, after each ring, and every 100 ms at least.
   * `look` takes everything there is. Costs about twice the CPU of {@link sleep}.
   * Does not keep the process alive. What `look` throws becomes an unhandled rejection, so the thread dies of it.
   * @returns  stops listening
   */
  listen(look: () => void): () => void {
    let listening = true
    const turn = () => {
      if (!listening) return
      const rings = this.count()
      Atomics.store(this.#board, this.#word + STATE, LISTENING)
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
}

const outcomes = { ok: 'rung', 'not-equal': 'rung', 'timed-out': 'timeout' } as const
