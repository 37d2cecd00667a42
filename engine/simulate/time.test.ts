import t from 'tap'
import { openTrace } from './trace.ts'
import { virtualTime } from './time.ts'

t.test('timers run when they are due, in order, and see the time they asked for', async (t) => {
  const time = virtualTime(1000)
  const seen: [string, number][] = []
  const note = (what: string) => () => void seen.push([what, time.elapsed()])
  time.later(30, note('later'))
  const callOff = time.every(20, note('every'))
  time.later(20, note('second at 20'))
  time.later(10, () => void Promise.resolve().then(() => time.later(5, note('set going by another'))))
  time.later(25, note('never'))()
  t.equal(time.next, 10)
  await time.advance(40)
  t.strictSame(seen, [['set going by another', 15], ['every', 20], ['second at 20', 20], ['later', 30], ['every', 40]])
  callOff()
  await time.advance(100)
  t.equal(seen.length, 5)
  t.strictSame([time.elapsed(), time.now(), time.next], [100, 1100, Number.POSITIVE_INFINITY])
  time.shift(-500)
  t.strictSame([time.elapsed(), time.now()], [100, 600], 'a wall clock that is set leaves durations alone')
})

t.test('a trace keeps its last lines, oldest first', async (t) => {
  const trace = openTrace(3)
  t.strictSame(trace.lines(), [])
  for (const line of ['a', 'b']) trace.add(line)
  t.strictSame(trace.lines(), ['a', 'b'])
  for (const line of ['c', 'd']) trace.add(line)
  t.strictSame(trace.lines(), ['b', 'c', 'd'])
})
