import t from 'tap'
import { pacer } from './pace.ts'

t.test('what happened is due once its share of wall time has passed since the anchor', async (t) => {
  type Row = [what: string, speed: number | null, at: number, elapsed: number, wait: number]
  const rows: Row[] = [
    ['the anchor itself', 1, 10_000, 500, 0],
    ['a second later, as it happened', 1, 11_000, 500, 1000],
    ['half of it has passed', 1, 11_000, 1000, 500],
    ['all of it has passed', 1, 11_000, 1500, 0],
    ['we are late', 1, 11_000, 9000, 0],
    ['sixty times as fast', 60, 70_000, 500, 1000],
    ['half as fast', 0.5, 11_000, 500, 2000],
    ['before the anchor', 1, 9000, 500, 0],
    ['as fast as it is taken', null, 99_000, 500, 0],
  ]
  for (const [what, speed, at, elapsed, wait] of rows) {
    const { anchor, wait: waitFor } = pacer({ speed })
    t.equal(waitFor(at, 0, elapsed), 0, `${what}: everything is due without an anchor`)
    anchor(10_000, 0, 500)
    t.equal(waitFor(at, 0, elapsed), wait, what)
  }
})

t.test('a pause of the market, or of the machine, is not made up for once time counts anew', async (t) => {
  const { anchor, wait } = pacer({ speed: 10 })
  anchor(0, 0, 0)
  t.equal(wait(50_000, 0, 1000), 4000)
  anchor(50_000, 0, 1000)
  t.equal(wait(50_000, 0, 1000), 0)
  t.equal(wait(51_000, 0, 1000), 100)
})

t.test('by rate it is the count of ticks that makes them due, whatever their stamps', async (t) => {
  const { anchor, wait } = pacer({ speed: 1, rate: 20_000 })
  t.equal(wait(0, 7, 0), 0, 'everything is due without an anchor')
  anchor(9_000_000, 1000, 500)
  t.equal(wait(0, 1000, 500), 0)
  t.equal(wait(Number.MAX_SAFE_INTEGER, 21_000, 500), 1000)
  t.equal(wait(0, 21_000, 1400), 100)
})

t.test('what is due within one millisecond is due together', async (t) => {
  const { anchor, wait } = pacer({ speed: null, rate: 20_000 })
  anchor(0, 0, 0)
  const dueAt = Array.from({ length: 60 }, (_, n) => wait(0, n + 1, 0))
  t.same(new Set(dueAt), new Set([1, 2, 3]))
  t.same([1, 2, 3].map((ms) => dueAt.filter((at) => at === ms).length), [20, 20, 20])
})
