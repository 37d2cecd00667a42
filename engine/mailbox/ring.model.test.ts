/**
 * The protocols of ring-writer.ts, ring-reader.ts and doorbell.ts as small state machines, explored in every order that
 * threads, processors and compilers can bring about (engine/testing/explore.ts). A record is two words, stored and
 * loaded one by one, so that a torn one shows. And each protocol again with a step left out: the explorer must
 * find what that step is for.
 */
import t from 'tap'
import { explore, mayPass, type Op, type Program, type Window } from '#engine/testing/explore.ts'

const load = (at: string): Op => ({ do: 'load', at })
const store = (at: string, value: number): Op => ({ do: 'store', at, value })
const exchange = (at: string, value: number): Op => ({ do: 'exchange', at, value })
const add = (at: string, value: number): Op => ({ do: 'add', at, value })
const plain = (op: Op): Op => ({ ...op, plain: true }) as Op
const after = (a: number, b: number): boolean => ((a - b) | 0) > 0

const wordsOf = (sequence: number, capacity: number): string[] =>
  [0, 1].map((k) => `word ${sequence & (capacity - 1)} ${k}`)
const fill = (sequence: number, capacity: number): Op[] =>
  wordsOf(sequence, capacity).map((word) => plain(store(word, sequence)))
const look = (sequence: number, capacity: number): Op[] =>
  wordsOf(sequence, capacity).map((word) => plain(load(word)))
const emptySlots = (capacity: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: capacity }, (_, slot) => wordsOf(slot, capacity)).flat().map((w) => [w, -77]))
const mustBe = (sequence: number, words: readonly number[]): void => {
  if (words.some((word) => word !== sequence)) throw new Error(`record ${sequence} read as ${words}`)
}

/** Sequences begin where they wrap. */
const START = 0x7fffffff - 1

type WriterState = {
  readonly at: 'claim' | 'hope' | 'check' | 'written'
  readonly next: number
  readonly published: number
  readonly limit: number
  readonly hoped: number
}
type Leave = 'second look' | 'release after reading' | 'active before claim' | null
type Lossless = { readonly capacity: number; readonly records: number; readonly batch: number; readonly leave: Leave }

const losslessWriter = ({ capacity, records, batch, leave }: Lossless): Program<WriterState> => {
  const slowestOf = (published: number, [active0, tail0, active1, tail1]: readonly number[]): number => {
    let slowest = published
    if (active0 === 1 && after(slowest, tail0!)) slowest = tail0!
    if (active1 === 1 && after(slowest, tail1!)) slowest = tail1!
    return slowest
  }
  const tails = [load('ACTIVE 0'), load('TAIL 0'), load('ACTIVE 1'), load('TAIL 1')]
  const end = (START + records) | 0
  return (s, got): Window<WriterState>[] => {
    if (s.at === 'hope') {
      const hoped = (slowestOf(s.published, got) + capacity) | 0
      if (after(hoped, s.limit)) {
        const claim = exchange('CLAIM', hoped)
        if (leave === 'second look') return [{ ops: [claim], then: { ...s, at: 'claim', limit: hoped } }]
        return [{ ops: [claim, ...tails], then: { ...s, at: 'check', hoped } }]
      }
      // Full: what is claimed is published, and the writer looks again.
      const ops = s.published === s.next ? tails : [store('HEAD', s.next), ...tails]
      return [{ ops, then: { ...s, published: s.next } }]
    }
    if (s.at === 'check') {
      const sure = (slowestOf(s.published, got.slice(1)) + capacity) | 0
      const limit = !after(s.hoped, sure) ? s.hoped : after(sure, s.limit) ? sure : s.limit
      return [{ ops: limit === s.hoped ? [] : [exchange('CLAIM', limit)], then: { ...s, at: 'claim', limit } }]
    }
    if (s.next === end && s.published === end) return []
    if (s.next === end) return [{ ops: [store('HEAD', end)], then: { ...s, published: end } }]
    if (!after(s.limit, s.next)) return [{ ops: tails, then: { ...s, at: 'hope' } }]
    const next = (s.next + 1) | 0
    const publish = ((next - START) | 0) % batch === 0
    return [{
      ops: [...fill(s.next, capacity), ...(publish ? [store('HEAD', next)] : [])],
      then: { ...s, next, published: publish ? next : s.published },
    }]
  }
}

type ReaderState = { readonly at: string; readonly position: number; readonly head: number }

/** Reads and releases from the first record to the last. */
const steadyReader = ({ capacity, records, leave }: Lossless): Program<ReaderState> => (s, got) => {
  const head = s.at === 'head' ? got[0]! : s.head
  if (s.at === 'read') mustBe((s.position - 1) | 0, got)
  if (s.position === ((START + records) | 0)) return []
  if (s.at === 'begin' || !after(head, s.position)) return [{ ops: [load('HEAD')], then: { ...s, at: 'head' } }]
  const position = (s.position + 1) | 0
  const words = look(s.position, capacity)
  const release = store('TAIL 0', position)
  const ops = leave === 'release after reading' ? [release, ...words] : [...words, release]
  return [{ ops, then: { at: 'read', position, head } }]
}

/** Comes once, at the newest record or the one before it, reads what it was promised, and leaves. */
const visitor = ({ capacity, leave }: Lossless): Program<ReaderState> => (s, got) => {
  if (s.at === 'begin') return [{ ops: [load('HEAD')], then: { ...s, at: 'choose' } }]
  if (s.at === 'choose') {
    const head = got[0]!
    return [head, (head - 1) | 0].filter((at) => !after(START, at)).map((position) => {
      const active = store('ACTIVE 1', 1)
      const enter = leave === 'active before claim' ? [load('CLAIM'), active] : [active, load('CLAIM')]
      return { ops: [store('TAIL 1', position), ...enter], then: { at: 'enter', position, head } }
    })
  }
  if (s.at === 'read') mustBe((s.position - 1) | 0, got)
  const kept = s.at !== 'enter' || !after((got[0]! - capacity) | 0, s.position)
  if (kept && s.at === 'enter') return [{ ops: [load('HEAD')], then: { ...s, at: 'head' } }]
  const head = s.at === 'head' ? got[0]! : s.head
  if (s.at === 'left') return []
  if (!kept || !after(head, s.position)) return [{ ops: [store('ACTIVE 1', 0)], then: { ...s, at: 'left' } }]
  const position = (s.position + 1) | 0
  return [{ ops: [...look(s.position, capacity), store('TAIL 1', position)], then: { at: 'read', position, head } }]
}

const lossless = (given: Partial<Lossless>) => {
  const all: Lossless = { capacity: 2, records: 4, batch: 1, leave: null, ...given }
  const limit = (START + all.capacity) | 0
  const memory = {
    ...emptySlots(all.capacity), HEAD: START, CLAIM: limit,
    'ACTIVE 0': 1, 'TAIL 0': START, 'ACTIVE 1': 0, 'TAIL 1': START,
  }
  type Either = Program<WriterState | ReaderState>
  const begin: ReaderState = { at: 'begin', position: START, head: START }
  return explore<WriterState | ReaderState>(memory, [
    {
      program: losslessWriter(all) as Either,
      start: { at: 'claim', next: START, published: START, limit, hoped: limit },
    },
    { program: steadyReader(all) as Either, start: begin },
    { program: visitor(all) as Either, start: begin },
  ])
}

t.test('lossless: in every order, each reader finds whole what it was promised', async (t) => {
  for (const given of [{ records: 4 }, { records: 6, batch: 2 }, { capacity: 4, records: 5, batch: 2 }]) {
    const { finding, worlds } = lossless(given)
    t.equal(finding, 'sound', `${JSON.stringify(given)}: ${worlds} worlds`)
  }
})

t.test('lossless: without one of its steps it breaks', async (t) => {
  for (const leave of ['second look', 'release after reading', 'active before claim'] as const)
    t.match(lossless({ leave }).finding, /^wrong: record/, leave)
})

type LossyLeave = 'fence' | 'claim before stores' | 'claim by read-modify-write' | 'second look' | null
type Lossy = { readonly capacity: number; readonly records: number; readonly batch: number; readonly leave: LossyLeave }
type LossyState = {
  readonly at: string
  readonly next: number
  readonly from: number
  readonly count: number
}

/** CLAIM moves ahead by one record at a time, as it does on a ring so small. */
const lossyWriter = ({ capacity, records, batch, leave }: Lossy): Program<LossyState> => (s) => {
  if (s.next === ((START + records) | 0)) return []
  const next = (s.next + 1) | 0
  const claim = leave === 'claim by read-modify-write' ? store('CLAIM', next) : exchange('CLAIM', next)
  const words = fill(s.next, capacity)
  const publish = ((next - START) | 0) % batch === 0 ? [store('HEAD', next)] : []
  const needed = ((s.next - START) | 0) >= capacity // the ring begins claimed, once around
  const ops = !needed ? words : leave === 'claim before stores' ? [...words, claim] : [claim, ...words]
  return [{ ops: [...ops, ...publish], then: { ...s, next } }]
}

const lossyReader = ({ capacity, records, leave }: Lossy): Program<LossyState> => (s, got) => {
  if (s.at === 'looked') {
    const oldest = (got[0]! - capacity) | 0
    const from = after(oldest, s.next) ? oldest : s.next
    const count = Math.max(0, Math.min((got[1]! - from) | 0, 2))
    const copy = Array.from({ length: count }, (_, k) => look((from + k) | 0, capacity)).flat()
    const check = leave === 'fence' ? [load('CLAIM')] : [exchange('FENCE', 0), load('CLAIM')]
    return [{ ops: [...copy, ...check], then: { ...s, at: 'copied', from, count } }]
  }
  let next = s.next
  if (s.at === 'copied') {
    const overwritten = leave === 'second look' ? 0 : (got.at(-1)! - capacity - s.from) | 0
    const dropped = Math.max(0, Math.min(overwritten, s.count))
    for (let k = dropped; k < s.count; k++) mustBe((s.from + k) | 0, got.slice(2 * k, 2 * k + 2))
    next = (s.from + s.count) | 0
  }
  if (next === ((START + records) | 0)) return []
  return [{ ops: [load('CLAIM'), load('HEAD')], then: { at: 'looked', next, from: 0, count: 0 } }]
}

const lossy = (given: Partial<Lossy>) => {
  const all: Lossy = { capacity: 2, records: 5, batch: 1, leave: null, ...given }
  const start = { at: 'begin', next: START, from: 0, count: 0 }
  const memory = { ...emptySlots(all.capacity), HEAD: START, CLAIM: (START + all.capacity) | 0, FENCE: 0 }
  return explore(memory, [{ program: lossyWriter(all), start }, { program: lossyReader(all), start }])
}

t.test('lossy: in every order, what is delivered is whole', async (t) => {
  for (const given of [{ records: 8 }, { capacity: 4, records: 12, batch: 2 }]) {
    const { finding, worlds } = lossy(given)
    t.equal(finding, 'sound', `${JSON.stringify(given)}: ${worlds} worlds`)
  }
})

t.test('lossy: without one of its steps torn records get through', async (t) => {
  for (const leave of ['fence', 'claim before stores', 'claim by read-modify-write', 'second look'] as const)
    t.match(lossy({ leave }).finding, /^wrong: record/, leave)
})

type BellLeave = 'count before the look' | 'count who is awake' | null
type Sleeper = { readonly at: string; readonly seen: number; readonly rings: number }

/** Publishes one thing after another, and rings. */
const ringer = (things: number, leave: BellLeave): Program<Sleeper> => (s, got) => {
  if (s.at === 'looked' && got[0] === 1)
    return [{ ops: [add('BELL', 1), { do: 'notify', at: 'BELL' }], then: { ...s, at: 'rung' } }]
  if (s.at === 'counted' && got.at(-1) === 1)
    return [{ ops: [{ do: 'notify', at: 'BELL' }], then: { ...s, at: 'rung' } }]
  if (s.seen === things) return []
  const shown = store('HEAD', s.seen + 1)
  // Without a count for those who are awake, one that is about to sleep is not told.
  return leave === 'count who is awake'
    ? [{ ops: [shown, load('SLEEPING')], then: { ...s, at: 'looked', seen: s.seen + 1 } }]
    : [{ ops: [shown, add('BELL', 1), load('SLEEPING')], then: { ...s, at: 'counted', seen: s.seen + 1 } }]
}

/** Takes all there is, and sleeps without end when there is nothing. */
const sleeper = (things: number, leave: BellLeave): Program<Sleeper> => {
  const late = leave === 'count before the look'
  const look = (s: Sleeper): Window<Sleeper>[] =>
    [{ ops: late ? [load('HEAD'), load('BELL')] : [load('BELL'), load('HEAD')], then: { ...s, at: 'look' } }]
  return (s, got) => {
    if (s.at === 'begin') return look(s)
    if (s.at === 'look') {
      const [rings, head] = late ? [got[1]!, got[0]!] : [got[0]!, got[1]!]
      if (head === things) return []
      // What was found is taken, and with that all there was: to sleep without another look.
      return [{
        ops: [store('SLEEPING', 1), { do: 'wait', at: 'BELL', value: rings }], then: { ...s, at: 'awake', seen: head },
      }]
    }
    return [{ ops: [store('SLEEPING', 0)], then: { ...s, at: 'begin' } }]
  }
}

const bell = (things: number, leave: BellLeave = null) => {
  const start = { at: 'begin', seen: 0, rings: 0 }
  return explore({ HEAD: 0, SLEEPING: 0, BELL: 0 }, [
    { program: ringer(things, leave), start },
    { program: sleeper(things, leave), start },
  ])
}

t.test('bells: in every order, nobody sleeps through what was published', async (t) => {
  const { finding, worlds } = bell(5)
  t.equal(finding, 'sound', `${worlds} worlds`)
})

t.test('bells: without one step of the handshake somebody sleeps for ever', async (t) => {
  for (const leave of ['count before the look', 'count who is awake'] as const)
    t.match(bell(3, leave).finding, /^stuck/, leave)
})

t.test('the explorer knows the orders it has to', async (t) => {
  // Message passing: by an atomic flag it is sound, by a plain one it is not.
  const passing = (flag: (op: Op) => Op) =>
    explore<string>({ word: 0, flag: 0 }, [
      {
        start: 'begin',
        program: (s) =>
          s === 'begin' ? [{ ops: [plain(store('word', 1)), flag(store('flag', 1))], then: 'over' }] : [],
      },
      {
        start: 'begin',
        program: (s, got) => {
          if (s === 'begin') return [{ ops: [flag(load('flag')), plain(load('word'))], then: 'read' }]
          if (got[0] === 1 && got[1] === 0) throw new Error('the flag came first')
          return []
        },
      },
    ]).finding
  t.equal(passing((op) => op), 'sound')
  t.equal(passing(plain), 'wrong: the flag came first')
  t.equal(mayPass(plain(load('a')), exchange('b', 1)), false)
  t.equal(mayPass(load('a'), exchange('b', 1)), false)
  t.equal(mayPass(load('a'), plain(load('b'))), true)
  t.equal(mayPass(plain(store('a', 1)), plain(load('a'))), false, 'not on one word')
})
