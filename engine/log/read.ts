import { problem } from './errors.ts'
import { realFileSystem, segmentsIn, type FileSystem } from './file-system.ts'
import { frameBytes, HEADER, isWhole, kindOf, PAYLOAD_MAX, sequenceOf } from './frame.ts'

/** One record as a reader is handed it. `payload` is a view that the next call overwrites: parse or copy it at once. */
export type LogRecord = { readonly sequence: number; readonly kind: number; readonly payload: Buffer }

/** A place in a log that moves forward. It holds at most one file open until it is closed. */
export type LogReader = {
  /** Sequence of the last record handed out or passed over. */
  readonly position: number
  /**
   * The next record, or undefined when there is none up to `through`; call again later to go on from there.
   * @throws LOG_CORRUPT when a record that must be there is damaged or missing
   */
  next(through?: number): LogRecord | undefined
  close(): void
}

/** What part of a log is read. */
export type ReadOptions = {
  /** Begin behind this record; default 0, the beginning. */
  readonly after?: number
  /** Never read past this record, unless a call of `next` says otherwise. Default: to the end of what is whole. */
  readonly through?: number
  /** Which kinds are wanted; the others are passed over by their headers alone. Default: all. */
  readonly kinds?: ReadonlySet<number>
  readonly fileSystem?: FileSystem
}

/**
 * Reads a log forward, from any thread, also while it is being written. A reader that follows the appender passes
 * the durable sequence as `through`: it then never sees a record that a crash could still take back.
 */
export const readLog = (dir: string, options: ReadOptions = {}): LogReader => new Reader(dir, options)

const WINDOW = 64 * 2 ** 10 // read ahead by this; also what an idle reader holds

class Reader implements LogReader {
  readonly #io: FileSystem
  readonly #dir: string
  readonly #kinds: ReadonlySet<number> | undefined
  #after: number // records up to this one were handed out, or are not wanted
  readonly #through: number
  #position: number // sequence of the last record passed
  #fd: number | undefined
  #path = ''
  #offset = 0 // in the segment, of #window[0]
  #window: Buffer = Buffer.allocUnsafe(WINDOW)
  #at = 0 // of the next record in #window
  #filled = 0
  #trusted = 0 // records up to this one were on disk when the window was filled

  constructor(dir: string, { after = 0, through = Infinity, kinds, fileSystem = realFileSystem }: ReadOptions) {
    this.#io = fileSystem
    this.#dir = dir
    this.#kinds = kinds
    this.#after = after
    this.#through = through
    this.#position = 0
  }

  get position(): number {
    return Math.max(this.#position, this.#after)
  }

  next(through = this.#through): LogRecord | undefined {
    for (;;) {
      const sequence = this.#position + 1
      if (Math.max(sequence, this.#after + 1) > through) return undefined
      if (this.#fd === undefined && !this.#openFirst(through)) return undefined
      const size = this.#load(this.#position + 1, through)
      if (size === 0) return undefined
      const at = this.#at
      this.#position++
      this.#at += size
      if (this.#position <= this.#after) continue
      const kind = kindOf(this.#window, at)
      if (this.#kinds && !this.#kinds.has(kind)) continue
      return { sequence: this.#position, kind, payload: this.#window.subarray(at + HEADER, at + size) }
    }
  }

  close(): void {
    if (this.#fd !== undefined) this.#io.close(this.#fd)
    this.#fd = undefined
    this.#at = this.#filled = 0
  }

  /** Opens the segment that holds the record behind `after`. */
  #openFirst(through: number): boolean {
    const wanted = this.position + 1
    const segment = segmentsIn(this.#io, this.#dir).findLast(({ first }) => first <= wanted)
    if (!segment) {
      if (through === Infinity) return false
      throw this.#corrupt('its segment is missing', this.#dir)
    }
    this.#open(segment)
    this.#after = wanted - 1
    this.#position = segment.first - 1
    return true
  }

  #open({ path }: { path: string }): void {
    this.close()
    this.#fd = this.#io.openExisting(path, 'read')
    this.#path = path
    this.#offset = 0
  }

  /** Brings the record `sequence` into the window. @returns its size; 0 if it is not there and need not be */
  #load(sequence: number, through: number): number {
    // What was read ahead of the durable sequence of that time may have been cut and written anew since.
    if (sequence > this.#trusted) this.#filled = this.#at
    if (!this.#have(HEADER, through)) {
      if (this.#filled > this.#at) return this.#incomplete('its header is cut short', through)
      if (!this.#openNext(sequence)) return this.#incomplete('it is missing', through)
      if (!this.#have(HEADER, through)) return this.#incomplete('it is missing', through)
    }
    const size = frameBytes(this.#window, this.#at)
    if (size > HEADER + PAYLOAD_MAX || !this.#have(size, through))
      return this.#incomplete('its length is wrong', through)
    if (!this.#skips(sequence) && !isWhole(this.#window, this.#at, this.#filled))
      return this.#incomplete('its checksum is wrong', through)
    if (sequenceOf(this.#window, this.#at) !== sequence)
      throw this.#corrupt(`it carries the sequence ${sequenceOf(this.#window, this.#at)}`)
    return size
  }

  // The checksum of a record that is passed over is not worth its time: opening the log has checked them all.
  #skips(sequence: number): boolean {
    return sequence <= this.#after || (this.#kinds !== undefined && !this.#kinds.has(kindOf(this.#window, this.#at)))
  }

  /** Whether `size` bytes from the next record on are in the window, after reading if need be. */
  #have(size: number, through: number): boolean {
    if (this.#filled - this.#at >= size) return true
    this.#offset += this.#at
    this.#window.copyWithin(0, this.#at, this.#filled)
    this.#filled -= this.#at
    this.#at = 0
    if (size > this.#window.length) {
      const larger = Buffer.allocUnsafe(size)
      this.#window.copy(larger, 0, 0, this.#filled)
      this.#window = larger
    }
    this.#trusted = through
    while (this.#filled < size) {
      const free = this.#window.length - this.#filled
      const got = this.#io.read(this.#fd!, this.#window, this.#filled, free, this.#offset + this.#filled)
      if (got === 0) return false
      this.#filled += got
    }
    return true
  }

  /** A record that is not in this segment is the first of the next one. */
  #openNext(sequence: number): boolean {
    const next = segmentsIn(this.#io, this.#dir).find(({ first }) => first === sequence)
    if (!next || next.path === this.#path) return false
    this.#open(next)
    return true
  }

  /** Without a bound, an unfinished record is the end; a record that is known to be durable must be whole. */
  #incomplete(because: string, through: number): 0 {
    this.#filled = this.#at
    if (through === Infinity) return 0
    throw this.#corrupt(because)
  }

  #corrupt(because: string, file = this.#path): Error {
    return problem('CORRUPT', { sequence: this.#position + 1, file, offset: this.#offset + this.#at, because })
  }
}
