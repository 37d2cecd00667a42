/** Where the job that met an error goes from here. */
export type Next =
  | 'retry' // the same call may succeed later
  | 'restart' // the actor's state is in doubt: start it again from the journal
  | 'stop' // a person must act first

type Entry<D> = { readonly next: Next; readonly says: (details: D) => string; readonly todo: string }
// `any`: a catalogue holds entries of many detail types at once.
type Entries = Readonly<Record<string, Entry<any>>>
type DetailsOf<E> = E extends Entry<infer D> ? D : never

/** An error a person can act on: a stable code, what happened, what to do. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: string
  readonly todo: string
  readonly next: Next
  readonly details: unknown

  constructor(fields: Pick<Problem, 'code' | 'message' | 'todo' | 'next' | 'details'>, cause?: unknown) {
    super(fields.message, cause === undefined ? undefined : { cause })
    this.code = fields.code
    this.todo = fields.todo
    this.next = fields.next
    this.details = fields.details
  }
}

/**
 * One area's errors. `problem('CODE', details)` makes a throwable {@link Problem}; docs/errors.md is made from
 * `area` and `entries`, which `problem` carries too, so that exporting it alone is enough.
 * Codes are written without the area and come out as `AREA_CODE`.
 */
export const catalogue = <const E extends Entries>(area: string, entries: E) => {
  const make = <K extends keyof E & string>(
    code: K,
    details: DetailsOf<E[K]>,
    options?: { readonly cause?: unknown },
  ): Problem => {
    const { says, todo, next } = entries[code]!
    return new Problem({ code: `${area}_${code}`, message: says(details), todo, next, details }, options?.cause)
  }
  return { area, entries, problem: Object.assign(make, { area, entries }) }
}

/** An error as plain data, fit for a message between threads, a fact or a log line. */
export type ErrorRecord = {
  readonly code: string
  readonly says: string
  readonly todo: string
  readonly stack: string
}

/** Plain data for any thrown value; what is not a {@link Problem} gets the code `UNEXPECTED`. */
export const recordOf = (thrown: unknown): ErrorRecord => {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  const problem = asProblem(thrown)
  if (problem) return { code: problem.code, says: problem.message, todo: problem.todo, stack }
  const says = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'UNEXPECTED', says, todo: 'Report this with the stack; it is a defect.', stack }
}

// By shape, not `instanceof`: an error that crossed a thread has lost its class.
const asProblem = (thrown: unknown): Problem | undefined => {
  const it = thrown as Partial<Problem> | null
  return it && typeof it === 'object' && typeof it.code === 'string' && typeof it.todo === 'string'
    ? (it as Problem)
    : undefined
}
