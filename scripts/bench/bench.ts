/** What one run of a benchmark found. */
export type Measured = {
  /** Something the work adds up to, so that nobody speeds it up by doing less. */
  readonly check: unknown
  /** Figures by name; the name ends in the unit, as in `hop p99 µs`. */
  readonly results: Readonly<Record<string, number>>
  /** Figures against a baseline of the same run, as in `ring over postMessage`. */
  readonly ratios: Readonly<Record<string, number>>
  /** What a reader of the figures should know, such as who could not take part. */
  readonly notes?: readonly string[]
}

/** What every `*.bench.ts` exports. */
export type Bench = {
  readonly name: string
  /** Small enough to run with the tests, so that it cannot rot. */
  smoke(): Promise<Measured>
  /** Large enough to mean something, with a fixed seed. */
  full(): Promise<Measured>
}

/** How much of it to run. */
export type Size = 'smoke' | 'full'

/** A benchmark's outcome as the table and the JSON file show it. */
export type Outcome = { readonly name: string; readonly file: string; readonly wallMs: number } & (
  (Measured & { readonly error?: never }) | { readonly error: string }
)
