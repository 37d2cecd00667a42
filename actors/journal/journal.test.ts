import t from 'tap'
import { openLog, readLog, realFileSystem } from '#engine/mod.ts'
import { isSystem, type Fact } from '../messages.ts'
import { openAt, scriptedDay } from '../store/testing/facts.ts'
import { tableOf } from '../domain/instrument.ts'
import { kindOf, kindsOf, SYSTEM_KINDS } from './kinds.ts'
import { factsIn, pastMinutes, standingOf } from './past.ts'

const day = scriptedDay().map(({ fact }) => fact)
const write = (dir: string, facts: readonly Fact[]): number => {
  const log = openLog(dir)
  for (const fact of facts) log.append(kindOf(fact.type), JSON.stringify(fact))
  const last = log.commit()
  log.close()
  return last
}
const by = { at: openAt, from: 'supervisor', cause: null, tick: -1, by: 'operator' }

t.test('every kind of fact has a number of its own, which is on disk and so never changes', async (t) => {
  // Written down a second time on purpose: a journal of last year must still be read.
  const numbers: [Fact['type'], number][] = [
    ['sessionOpened', 1], ['minuteClosed', 2], ['signalRaised', 3], ['intentRefused', 4], ['orderApproved', 5],
    ['orderPlaced', 6], ['orderAccepted', 7], ['orderFilled', 8], ['orderRejected', 9], ['orderCancelled', 10],
    ['levelsMoved', 11], ['tradeOpened', 12], ['tradeClosed', 13], ['strategyHalted', 14], ['sessionClosed', 15],
    ['runStarted', 32], ['runResumed', 33], ['runFinished', 34], ['actorDown', 35], ['actorRestarted', 36],
    ['actorQuarantined', 37], ['strategyPaused', 38], ['strategyResumed', 39], ['strategyStopped', 40],
    ['strategyStarted', 41], ['strategyConfigured', 42],
  ]
  t.strictSame(kindsOf(numbers.map(([type]) => type)), numbers.map(([, number]) => number))
  for (const [type, number] of numbers)
    t.equal(isSystem({ type } as Fact), number >= SYSTEM_KINDS, `${type} is on its side of the line`)
})

t.test('facts come back as they were kept, up to the sequence that was asked for', async (t) => {
  const dir = t.testdir()
  const last = write(dir, day)
  t.strictSame([...factsIn(dir, last)], JSON.parse(JSON.stringify(day)))
  t.equal([...factsIn(dir, 3)].length, 3)
  const reader = readLog(dir, { kinds: new Set(kindsOf(['tradeClosed'])) })
  t.match(reader.next(), { sequence: day.findIndex(({ type }) => type === 'tradeClosed') + 1 })
  reader.close()
})

t.test('a strategy reads back the minutes so far, with the candles it wants', async (t) => {
  const dir = t.testdir()
  const last = write(dir, day)
  const table = tableOf(
    ['NIFTY-I', 'BANKNIFTY-I'].map((symbol, index) =>
      ({ index, symbol, kind: 'future', underlying: symbol, tickSize: 5 })),
  )
  const seen = new Set<number>()
  const { minutes, through } = pastMinutes(
    { disk: realFileSystem, recovered: last }, dir, table, (index) => index === 1, (index) => void seen.add(index),
  )
  const kept = day.filter((fact) => fact.type === 'minuteClosed')
  t.strictSame(minutes.map(({ at, sequence }) => [at, sequence]), kept.map(({ mark, sequence }) => [mark, sequence]))
  t.ok(minutes.some(({ candles }) => candles.length > 0))
  t.ok(minutes.every(({ candles }) => candles.every(({ symbol }) => symbol === 'BANKNIFTY-I')))
  t.strictSame(seen, new Set([0, 1]), 'it is told every close all the same')
  t.equal(through, day.findLast((fact) => !isSystem(fact))!.at)
})

t.test('a journal says where its run stands', async (t) => {
  const dir = t.testdir()
  const finished = write(dir, day)
  const after = write(dir, [
    { type: 'strategyStopped', strategy: 'a', ...by },
    { type: 'strategyStopped', strategy: 'b', ...by },
    { type: 'strategyStarted', strategy: 'b', ...by },
    { type: 'strategyConfigured', strategy: 'a', params: { fast: 3 }, ...by },
    { type: 'strategyConfigured', strategy: 'a', params: { fast: 4 }, ...by },
    { type: 'strategyRemoved', strategy: 'b', ...by },
  ])
  const minute = day.findLast((fact) => fact.type === 'minuteClosed')!
  const empty = { run: null, minute: null, finished: false, stopped: new Set(), configured: new Map(), changes: [] }
  t.strictSame(standingOf(dir, 0), empty)
  t.match(standingOf(dir, 1), { run: { id: 'run' }, minute: null, finished: false })
  t.match(standingOf(dir, finished), { minute: { mark: minute.mark, sequence: minute.sequence }, finished: true })
  t.match(standingOf(dir, after), { stopped: new Set(['a']), configured: new Map([['a', { fast: 4 }]]) })
})
