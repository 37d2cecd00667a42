import fc from 'fast-check'
import t from 'tap'
import { bellOf, createBells } from './doorbell.ts'
import { announcerOf, createInterests, listen } from './interest.ts'

const KEYS = 5
const THREADS = 70

type Step =
  | { readonly type: 'listen'; readonly thread: number; readonly keys: readonly number[] }
  | { readonly type: 'saw'; readonly key: number }
  | { readonly type: 'all' }
  | { readonly type: 'ring' }

const key = fc.nat(KEYS - 1)
// Few threads, at both ends of a word of the mask and beyond it.
const thread = fc.constantFrom(0, 1, 30, 31, 32, 63, 64, 69)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('listen' as const), thread, keys: fc.array(key, { maxLength: 3 }) }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant('saw' as const), key }) },
  fc.record({ type: fc.constant('all' as const) }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('ring' as const) }) },
)

/** The same with sets: who is rung at each `ring`. */
const naive = (steps: readonly Step[], allEvery: number): string[] => {
  const wants = new Map<number, Set<number>>()
  const rung: string[] = []
  let batch = new Set<number>()
  let everybody = false
  let records = 0
  for (const one of steps) {
    if (one.type === 'listen') wants.set(one.thread, new Set(one.keys))
    else if (one.type === 'all') everybody = true
    else if (one.type === 'saw') {
      batch.add(one.key)
      records++
    } else {
      everybody ||= records >= allEvery
      if (everybody) records = 0
      const who = [...wants].filter(([, keys]) => keys.size > 0 && (everybody || !keys.isDisjointFrom(batch)))
      rung.push(who.map(([thread]) => thread).sort((a, b) => a - b).join())
      batch = new Set()
      everybody = false
    }
  }
  return rung
}

t.test('whom an announcer rings agrees with sets, whatever is listened to and seen', async () => {
  fc.assert(
    fc.property(fc.array(step, { size: 'max', maxLength: 120 }), fc.integer({ min: 1, max: 12 }), (steps, allEvery) => {
      const interests = createInterests(KEYS, THREADS)
      const rung: number[][] = []
      const announcer = announcerOf(interests, { ring: (one) => void rung.at(-1)!.push(one) }, { allEvery })
      for (const one of steps) {
        if (one.type === 'listen') listen(structuredClone(interests), one.thread, one.keys)
        else if (one.type === 'saw') announcer.saw(one.key)
        else if (one.type === 'all') announcer.all()
        else {
          rung.push([])
          announcer.ring()
        }
      }
      return rung.map((some) => some.join()).join('|') === naive(steps, allEvery).join('|')
    }),
  )
})

t.test('a thread that begins to listen while a batch is written is rung for it', async (t) => {
  const interests = createInterests(KEYS)
  const rung: number[] = []
  const announcer = announcerOf(interests, { ring: (one) => void rung.push(one) })
  announcer.saw(3)
  listen(interests, 500, [3])
  announcer.ring()
  t.strictSame(rung, [500])
})

t.test('only a thread that sleeps and wants the key is woken', async (t) => {
  const interests = createInterests(KEYS)
  const bells = createBells(3)
  const announcer = announcerOf(interests, bellOf(bells, 2))
  listen(interests, 0, [1, 2])
  const tell = (seen: number) => () => {
    announcer.saw(seen)
    announcer.ring()
    return false
  }
  const mine = bellOf(bells, 0)
  t.equal(mine.sleep(tell(2), 1000), 'rung')
  t.equal(mine.sleep(tell(3), 1), 'timeout')
})

t.test('threads and keys that do not exist are refused', async (t) => {
  const interests = createInterests(KEYS, THREADS)
  t.throws(() => listen(interests, 96, []), /96 threads/)
  t.throws(() => listen(interests, 0, [KEYS]), /5 keys/)
  t.throws(() => listen(interests, -1, []), RangeError)
})
