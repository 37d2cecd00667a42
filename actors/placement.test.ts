import t from 'tap'
import { keepsItsOwn, mayShare, placementOf, shardsFor } from './placement.ts'

t.test('shards follow from the cores, within bounds', async (t) => {
  const rows = [[1, 1], [2, 1], [3, 1], [4, 1], [5, 2], [8, 5], [16, 13], [19, 16], [64, 16]]
  t.same(rows.map(([cores]) => [cores, shardsFor(cores!)]), rows)
})

t.test('whoever waits on a bell may share a thread, and nobody else', async (t) => {
  t.same(mayShare(2), ['executor', 'risk', 'candles/0', 'candles/1', 'feed'])
  for (const actor of ['api', 'store', 'strategies', 'strategy/a']) t.ok(keepsItsOwn(actor), actor)
  for (const actor of [...mayShare(16), 'journal']) t.notOk(keepsItsOwn(actor), actor)
})

t.test('threads are named after those who share them', async (t) => {
  const together = [['risk', 'executor'], ['candles/0', 'feed']]
  const thread = 'trend'
  const strategies = [{ id: 'a', thread }, { id: 'b' }, { id: 'c', thread }, { id: 'd', thread: 'feed' }]
  t.same(placementOf(2, together, strategies), {
    shards: 2,
    core: {
      'risk': 'risk+executor', 'executor': 'risk+executor', 'candles/0': 'candles/0+feed', 'feed': 'candles/0+feed',
    },
    strategies: { a: 'shared/trend', c: 'shared/trend', d: 'shared/feed' },
  })
})
