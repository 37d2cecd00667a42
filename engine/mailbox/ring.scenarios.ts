import { onThread } from '../testing/threads.ts'
import { LOST, readerLine } from './layout.ts'
import type { Heard, Reading } from './ring.stress.ts'
import { createRing, type RingHandle } from './ring.ts'

/** One way of using a ring on real threads. */
export type Scenario = {
  readonly name: string
  readonly capacity: number
  readonly readers: number
  readonly lossless: boolean
  /** Where sequences begin: near where they wrap. */
  readonly start: number
  readonly batch: number
  readonly take: number
  /** What LOST stands at before the first record. */
  readonly lostBefore?: number
  /** After so many turns each reader is opened anew, as after a restart of its thread. */
  readonly reopen?: number
  /** The only reader leaves and comes back all the time. */
  readonly comeAndGo?: true
}

/** What a scenario came to, over all readers; all but the first four have to be 0. */
export type Tally = {
  records: number
  delivered: number
  /** How often a lossy reader was overrun, and how many records it was told that it missed. */
  overruns: number
  missed: number
  torn: number
  disorder: number
  /** Records that a lossless ring did not deliver. */
  lost: number
  /** Records that a lossy ring lost without saying so. */
  unreported: number
}

const LAST = 0x7fffffff
const common = { capacity: 1024, readers: 1, lossless: true, start: LAST - 1000, batch: 32, take: 256 }

/** Every mode of a ring. */
export const scenarios: readonly Scenario[] = [
  { ...common, name: 'lossless' },
  { ...common, name: 'lossless, three readers', readers: 3, start: -1 },
  { ...common, name: 'lossless, the smallest ring', capacity: 2, start: LAST, batch: 1, take: 1 },
  {
    ...common, name: 'lossless, small, readers start anew', capacity: 16, readers: 2, start: -7, batch: 5, take: 3,
    reopen: 50,
  },
  { ...common, name: 'lossless, a reader comes and goes', capacity: 64, batch: 8, comeAndGo: true },
  { ...common, name: 'lossless, tiny, a reader comes and goes', capacity: 4, start: -100, batch: 2, comeAndGo: true },
  { ...common, name: 'lossy', lossless: false, start: -1, lostBefore: LAST - 10 },
  { ...common, name: 'lossy, small, read in gulps', lossless: false, capacity: 64, readers: 2, batch: 16 },
  { ...common, name: 'lossy, the smallest ring', lossless: false, capacity: 2, start: LAST - 1, batch: 1, take: 1 },
  {
    ...common, name: 'lossy, small, three readers start anew', lossless: false, capacity: 8, readers: 3, batch: 3,
    take: 2, lostBefore: LAST, reopen: 50,
  },
]

const stress = new URL('./ring.stress.ts', import.meta.url).href

/** Sends records through a ring used in this way, at most so many, and counts all that comes out of it. */
export const runScenario = async (scenario: Scenario, most: number): Promise<Tally> => {
  const { capacity, readers, lossless, start, batch, lostBefore = 0 } = scenario
  const records = Math.min(most, 2000 * capacity) // the two sides of a tiny ring wait for each other all the time
  const ring = createRing({ capacity, readers, lossless, start })
  const words = new Int32Array(ring.control)
  for (let r = 0; r < readers; r++) words[readerLine(r) + LOST] = lostBefore
  const writer = () => onThread(stress, 'writeAll', { ring, records, batch }).result
  const tally = { records, delivered: 0, overruns: 0, missed: 0, torn: 0, disorder: 0, lost: 0, unreported: 0 }
  if (scenario.comeAndGo) return { ...tally, ...(await comeAndGo(ring, records, writer)) }
  const reading = Array.from({ length: readers }, (_, r) => {
    const { take, reopen = Infinity } = scenario
    const given: Reading = { ring, r, records, take, reopen }
    return onThread<Heard>(stress, 'readAll', given).result
  })
  await writer()
  for (const heard of await Promise.all(reading)) {
    tally.delivered += heard.delivered
    tally.overruns += heard.overruns
    tally.missed += lossless ? 0 : heard.lost
    tally.torn += heard.torn
    tally.disorder += heard.disorder
    tally.lost += lossless ? records - heard.delivered : 0
    tally.unreported += lossless ? 0 : heard.unreported
  }
  return tally
}

const comeAndGo = async (
  ring: RingHandle, records: number, writer: () => Promise<unknown>,
): Promise<Partial<Tally>> => {
  const visits = onThread<{ read: number; wrong: number }>(stress, 'comeAndGo', { ring, records }).result
  await writer()
  const { read, wrong } = await visits
  return { delivered: read, torn: wrong }
}
