import { realClock } from '../clock.ts'

/** What a benchmark found. */
export type BenchReport = {
  /** Measurements by name; the name ends with the unit. Medians over all rounds. */
  readonly results: Readonly<Record<string, number>>
  /** How many times faster one is than another, in the same run: these hold on other machines, results do not. */
  readonly ratios: Readonly<Record<string, number>>
  /** A value made of all the work done, so that nobody is fast by doing less. */
  readonly check: number | string
  /** What a reader of the figures should know, such as who could not take part. */
  readonly notes?: readonly string[]
}

/** What every `*.bench.ts` exports: a small size that runs with the tests, and one that is worth reading. */
export type Bench = {
  readonly name: string
  smoke(): Promise<BenchReport>
  full(): Promise<BenchReport>
}

/** One way of doing the work: does it once and says how long it took, and what came out. */
export type Contestant = () => Promise<{ readonly ms: number; readonly check: number }>

/** Milliseconds that `work` takes, and what it returned. */
export const timed = async <R>(work: () => R | Promise<R>): Promise<{ readonly ms: number; readonly result: R }> => {
  const start = realClock.elapsed()
  const result = await work()
  return { ms: realClock.elapsed() - start, result }
}

/**
 * Lets all contestants run once per round, each round beginning with another one: what disturbs the machine for
 * a while disturbs all of them. The first round warms up and does not count.
 * @returns  the median ms of each, and its check value, which must not change between rounds
 */
export const interleave = async <K extends string>(
  contestants: Readonly<Record<K, Contestant>>,
  rounds: number,
): Promise<Record<K, { readonly ms: number; readonly check: number }>> => {
  const names = Object.keys(contestants) as K[]
  const times = new Map<K, number[]>(names.map((name) => [name, []]))
  const checks = new Map<K, number>()
  for (let round = 0; round <= rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!
      const { ms, check } = await contestants[name]()
      if (round > 0) times.get(name)!.push(ms)
      if (checks.has(name) && checks.get(name) !== check)
        throw new Error(`${name} made ${check} in round ${round}, ${checks.get(name)} before.`)
      checks.set(name, check)
    }
  const outcome = (name: K) => [name, { ms: median(times.get(name)!), check: checks.get(name)! }]
  return Object.fromEntries(names.map(outcome)) as Record<K, { ms: number; check: number }>
}

/** The middle value; of an even number, the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** A report as one line of JSON, numbers to four digits. */
export const benchLine = (name: string, report: BenchReport): string =>
  JSON.stringify({ name, ...report }, (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value)
