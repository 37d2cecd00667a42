import fc from 'fast-check'
import t from 'tap'
import { catalogue, recordOf } from './errors.ts'
import { seeded } from './random.ts'
import { stillCounting, weigh, type Policy } from './supervise.ts'
import { checkChildren, child, supervisor } from './tree.ts'

const policy: Policy = {
  restart: 'one-for-one', atMost: 5, withinMs: 60_000, then: 'quarantine', delayMs: 50, delayMsMax: 300,
}

t.test('a failure is answered by a longer and longer delay, and at last by giving up', async (t) => {
  const now = 1_000_000
  const ago = (...ms: number[]) => ms.map((one) => now - one)
  const restart = (afterMs: number) => ({ type: 'restart', afterMs })
  type Row = [what: string, failures: number[], jitter: number, verdict: object]
  const rows: Row[] = [
    ['the first', [], 0, restart(50)],
    ['the second', ago(10), 0, restart(100)],
    ['the third', ago(20, 10), 0, restart(200)],
    ['the fourth, capped', ago(30, 20, 10), 0, restart(300)],
    ['the last that is allowed', ago(40, 30, 20, 10), 0, restart(300)],
    ['one too many', ago(50, 40, 30, 20, 10), 0, { type: 'give up', failures: 6, withinMs: 60_000 }],
    ['spread by up to a quarter', [], 0.8, restart(60)],
    ['capped before it is spread', ago(30, 20, 10), 0.8, restart(360)],
    ['after a calm period', ago(90_000, 80_000, 70_000, 65_000, 60_000), 0, restart(50)],
    ['just within the period', ago(59_999), 0, restart(100)],
  ]
  for (const [what, failures, jitter, verdict] of rows)
    t.strictSame(weigh(policy, failures, now, jitter), verdict, what)
  t.strictSame(stillCounting(policy, ago(60_000, 59_999, 0), now), ago(59_999, 0))
})

t.test('an error names its area, says what happened, and keeps what it came of', async (t) => {
  const { problem } = catalogue('FARM', {
    GATE_OPEN: {
      next: 'retry',
      says: (d: { gate: string; minutes: number }) => `${d.gate} has stood open for ${d.minutes} minutes.`,
      todo: 'Close it.',
    },
  })
  const cause = new Error('the wind')
  const thrown = problem('GATE_OPEN', { gate: 'The north gate', minutes: 5 }, { cause })
  t.match(thrown, {
    name: 'Problem', code: 'FARM_GATE_OPEN', todo: 'Close it.', next: 'retry', cause,
    message: 'The north gate has stood open for 5 minutes.', details: { gate: 'The north gate', minutes: 5 },
  })
  t.equal('cause' in problem('GATE_OPEN', { gate: 'x', minutes: 1 }), false)

  const says = thrown.message
  type Row = [what: string, thrown: unknown, record: object]
  const rows: Row[] = [
    ['a problem', thrown, { code: 'FARM_GATE_OPEN', says, todo: 'Close it.', stack: /errors\.ts|engine\.test/ }],
    // What structured clone leaves of an error with fields of its own.
    ['one that lost its class', { code: 'A_B', message: 'm', todo: 'd' }, { code: 'A_B', says: 'm', todo: 'd' }],
    ['a defect', new TypeError('no such field'), { code: 'UNEXPECTED', says: 'no such field' }],
    ["Node's own code is no code of ours", Object.assign(new Error('busy'), { code: 'EBUSY' }), { code: 'UNEXPECTED' }],
    ['a word', 'oh', { code: 'UNEXPECTED', says: 'oh', stack: 'oh' }],
    ['nothing', undefined, { code: 'UNEXPECTED', says: 'undefined' }],
    ['null', null, { code: 'UNEXPECTED', says: 'null' }],
  ]
  for (const [what, one, record] of rows) t.match(recordOf(one), record, what)
})

t.test('a seed gives the same numbers for ever, and whole ones stay below their bound', async (t) => {
  const { next } = seeded(1)
  t.strictSame([next(), next(), next()], [0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 }), (seed, below) => {
      const [one, other] = [seeded(seed), seeded(seed)]
      for (let i = 0; i < 20; i++) {
        const drawn = one.whole(below)
        if (drawn !== other.whole(below) || !Number.isInteger(drawn) || drawn < 0 || drawn >= below) return false
      }
      return true
    }),
  )
  const tens = Array.from({ length: 10 }, () => 0)
  const { whole } = seeded(7)
  for (let i = 0; i < 10_000; i++) tens[whole(10)]!++
  t.ok(tens.every((count) => count > 850 && count < 1150), `even: ${tens.join(' ')}`)
})

t.test('a child is wired by what it is given, and may only send to what stands before it', async (t) => {
  const actor = { module: 'a', start: (given: unknown) => given }
  const sink = child(actor, {}, { name: 'sink' })
  const given = { to: sink, also: { ref: 'outside' }, not: { deep: sink }, nothing: null }
  const source = child(actor, given, { name: 'source' })
  t.strictSame(source.sendsTo, ['sink', 'outside'])
  t.strictSame(child(actor, null, { name: 'alone' }).sendsTo, [])
  const known = new Set(['outside'])
  const group = supervisor('sink', policy, () => [])
  t.doesNotThrow(() => checkChildren([sink, source], known))
  t.throws(() => checkChildren([source, sink], known), { code: 'ENGINE_REF_UNKNOWN' })
  t.throws(() => checkChildren([sink, source], new Set()), { code: 'ENGINE_REF_UNKNOWN' })
  t.throws(() => checkChildren([sink, group], known), { code: 'ENGINE_NAME_TAKEN' })
  t.throws(() => checkChildren([sink], new Set(['sink'])), { code: 'ENGINE_NAME_TAKEN' })
  const shares = (name: string, thread: string, loop?: 'blocking' | 'event') =>
    child(actor, null, { name, thread, ...(loop && { loop }) })
  t.doesNotThrow(() => checkChildren([shares('a', 't'), shares('b', 'other', 'event'), shares('c', 't')], new Set()))
  t.throws(
    () => checkChildren([shares('a', 't'), shares('b', 't', 'event')], new Set()), { code: 'ENGINE_LOOPS_DIFFER' })
})
