import fc from 'fast-check'
import t from 'tap'
import { atMinute, marksOf, minuteOfDay, nseCalendar, sessionOf } from '#actors/calendar/mod.ts'
import { instrumentsFor } from '#actors/instruments/mod.ts'
import { type RowBatch, rowBatch } from './source.ts'
import { type Step, TickStream } from './stream.ts'
import { Validator } from './validate.ts'

const table = instrumentsFor(['NIFTY-I', 'BANKNIFTY-I'], '2022-11-10')
type Given = { readonly at: number; readonly price?: number; readonly instrument?: number }
type Seen = { step: Step; sequence: number; at: number; late: boolean; gap: boolean; price: number }

const batchOf = (rows: readonly Given[], gap = false): RowBatch => {
  const batch = rowBatch(Math.max(1, rows.length))
  batch.gap = gap
  for (const { at, price = 100_000, instrument = 0 } of rows) {
    const i = batch.length++
    batch.at[i] = at
    batch.price[i] = price
    batch.instrument[i] = instrument
    batch.quantity[i] = 50
    batch.dayVolume[i] = NaN
  }
  return batch
}

/** Everything a stream gives for some batches. */
const run = (batches: readonly RowBatch[]): Seen[] => {
  const stream = new TickStream(table, nseCalendar, new Validator(table, nseCalendar))
  const seen: Seen[] = []
  const drain = (until: Step) => {
    for (let step = stream.next(); step !== until; step = stream.next()) {
      const { sequence, at, late, gap, price } = stream.record
      seen.push({
        step,
        sequence,
        at: step === 'session' ? stream.session!.openAt : at,
        late,
        gap,
        price,
      })
    }
  }
  for (const batch of batches) {
    stream.push(batch)
    drain('more')
  }
  stream.finish()
  drain('end')
  return seen
}
const minute = (at: number) =>
  `${Math.floor(minuteOfDay(at) / 60)}:${String(minuteOfDay(at) % 60).padStart(2, '0')}`
const outline = (seen: readonly Seen[]): string[] =>
  seen.map(({ step, at }) => `${step} ${minute(at)}`)
const at = (time: string, day = '2022-11-10'): number => {
  const [hour, minutes, seconds = 0] = time.split(':').map(Number)
  return atMinute(day, hour! * 60 + minutes!) + seconds * 1000
}

t.test('a mark comes before any tick at or after it', async (t) => {
  const seen = run([
    batchOf([{ at: at('9:15') }, { at: at('9:15:59') }, { at: at('9:16') }, { at: at('9:18:30') }]),
  ])
  t.strictSame(outline(seen).slice(0, 9), [
    'session 9:15',
    'tick 9:15',
    'tick 9:15',
    'mark 9:16',
    'tick 9:16',
    'mark 9:17',
    'mark 9:18',
    'tick 9:18',
    'mark 9:19',
  ])
})

t.test('a session always ends with a mark at its close, and has every mark', async (t) => {
  const marks = (seen: readonly Seen[]) =>
    seen.filter(({ step }) => step === 'mark').map((one) => one.at)
  t.strictSame(marks(run([batchOf([{ at: at('9:15') }])])), marksOf(sessionOf('2022-11-10')!))
  t.strictSame(
    marks(run([batchOf([{ at: at('9:20', '2024-03-02') }])])),
    marksOf(sessionOf('2024-03-02')!),
    'in two parts',
  )
  t.strictSame(run([]), [])
  t.strictSame(run([batchOf([{ at: at('8:00') }])]), [], 'a day without a good row is none')
})

t.test('sessions follow one another whole, and numbers run on', async (t) => {
  const seen = run([
    batchOf([
      { at: at('15:00', '2022-11-07') },
      { at: at('9:15', '2022-11-09') },
      { at: at('9:15') },
    ]),
  ])
  const numbered = seen.filter(({ step }) => step !== 'session')
  t.strictSame(
    numbered.map(({ sequence }) => sequence),
    numbered.map((_, i) => i),
  )
  t.equal(numbered.length, 3 * 375 + 3)
  const sessions = seen.flatMap(({ step }, i) => (step === 'session' ? [i] : []))
  t.strictSame(
    sessions.slice(1).map((i) => outline(seen)[i - 1]),
    ['mark 15:30', 'mark 15:30'],
  )
})

t.test('a row that is refused has no number', async (t) => {
  const rows = [{ at: at('9:15') }, { at: at('9:15:10'), price: 0 }, { at: at('9:15:20') }]
  const seen = run([batchOf(rows)]).filter(({ step }) => step === 'tick')
  t.strictSame(
    seen.map(({ sequence }) => sequence),
    [0, 1],
  )
})

t.test(
  'a tick stamped before the last mark is late, and time does not run back for it',
  async (t) => {
    const seen = run([
      batchOf([
        { at: at('9:15:30') },
        { at: at('9:16') },
        { at: at('9:15:59') },
        { at: at('9:16:01') },
      ]),
    ])
    const ticks = seen.filter(({ step }) => step === 'tick')
    t.strictSame(
      ticks.map(({ late }) => late),
      [false, false, true, false],
    )
    t.equal(ticks[2]!.at, at('9:16'))
  },
)

t.test('minutes in which data was lost are flagged at the mark that ends them', async (t) => {
  const seen = run([
    batchOf([{ at: at('9:15:30') }, { at: at('9:16:10') }]),
    batchOf([{ at: at('9:18:20') }, { at: at('9:20') }], true),
  ])
  const flagged = seen.filter(({ step, gap }) => step === 'mark' && gap)
  t.strictSame(
    flagged.map((one) => minute(one.at)),
    ['9:17', '9:18', '9:19'],
  )
  const lost = run([batchOf([{ at: at('15:27:30') }]), batchOf([], true)]).filter(({ gap }) => gap)
  t.strictSame(
    lost.map((one) => minute(one.at)),
    ['15:28', '15:29', '15:30'],
    'and to the end when nothing comes after',
  )
})

t.test('marks run to the longest close of the run', async (t) => {
  const last = (symbol: string) => {
    const watched = instrumentsFor([symbol], '2026-08-03')
    const stream = new TickStream(watched, nseCalendar, new Validator(watched, nseCalendar))
    stream.push(batchOf([{ at: at('10:00', '2026-08-03') }]))
    while (stream.next() !== 'more');
    stream.finish()
    while (stream.next() !== 'end');
    return minute(stream.record.at)
  }
  t.strictSame([last('NIFTY-I'), last('NIFTY 50')], ['15:40', '15:30'])
})

t.test('rows left of a batch are not overwritten by the next', async (t) => {
  const stream = new TickStream(table, nseCalendar, new Validator(table, nseCalendar))
  stream.push(batchOf([{ at: at('9:15') }]))
  t.throws(() => stream.push(batchOf([])))
})

t.test(
  'however rows are cut into batches, the stream is the same, ordered and complete',
  async () => {
    const { openAt } = sessionOf('2022-11-10')!
    const pauses = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 20 }), (seconds, size) => {
        let now = openAt
        const rows = seconds.map((pause) => ({ at: (now += pause * 1000) }))
        const cut = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
          batchOf(rows.slice(i * size, (i + 1) * size)),
        )
        const seen = run([batchOf(rows)])
        if (JSON.stringify(run(cut)) !== JSON.stringify(seen))
          throw new Error('it matters how rows are cut')
        let mark = openAt
        for (const one of seen) {
          if (one.step === 'mark') mark = one.at
          if (one.step === 'tick' && (one.at < mark || one.at >= mark + 60_000))
            throw new Error('a tick in the wrong minute')
        }
        return seen.filter(({ step }) => step === 'tick').length === rows.length
      }),
      { numRuns: 60 },
    )
  },
)
