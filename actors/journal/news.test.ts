import t from 'tap'
import { announcerOf, listen } from '#engine/mod.ts'
import { createNews, heraldOf, placeOf, subjectOf } from './news.ts'

t.test('whom a fact concerns finds its count raised, and is rung, once what was noted is on disk', async (t) => {
  const news = createNews()
  const rung: number[] = []
  const bell = { ring: (thread: number) => void rung.push(thread) }
  const herald = heraldOf(news, announcerOf(news.interests, bell))
  listen(news.interests, 7, [placeOf('one')])
  listen(news.interests, 8, [placeOf('two')])
  const count = (id: string): number => Atomics.load(news.counts, placeOf(id))

  herald.note('one')
  herald.note('one')
  t.equal(count('one'), 0, 'nothing is said before it is on disk')
  herald.tell()
  t.equal(count('one'), 1, 'a group is one piece of news')
  t.equal(count('two'), 0)
  t.strictSame(rung, [7])
  herald.tell()
  t.equal(count('one'), 1, 'and is told once')
})

t.test('the strategy of a fact is found in it, or by the order it names', async (t) => {
  const of = (fact: object): string | null => subjectOf(fact as never, (order) => (order === 'o' ? 'mine' : undefined))
  t.equal(of({ type: 'signalRaised', signal: { strategy: 'a' } }), 'a')
  t.equal(of({ type: 'orderCancelled', order: 'o' }), 'mine')
  t.equal(of({ type: 'orderCancelled', order: 'nobody’s' }), null)
  t.equal(of({ type: 'levelsMoved', strategy: 'b' }), 'b')
  t.equal(of({ type: 'strategyPaused', strategy: 'c' }), 'c')
  t.equal(of({ type: 'minuteClosed', candles: [] }), null)
})
