import { join } from 'node:path'
import t from 'tap'
import { shippedDay as recording } from '#actors/testing/cut.ts'
import type { SessionOptions } from './open.ts'
import { essence, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const dir = t.testdir()
const data = (name: string): string => join(dir, name)
const reference = play({ data: data('reference'), recording, shards: 1 })

t.test('a day with twenty strategies loses no tick and comes to something', async (t) => {
  const { report } = await reference
  t.same(report.ticks, { fed: 599_336, lost: 0, quarantined: 0 })
  t.equal(report.strategies.length, 20)
  t.ok(report.strategies.reduce((sum, { trades }) => sum + trades, 0) > 20, 'trades were made')
})

const minute = (hour: number, past: number): number => hour * 60 + past
const conducts: Record<string, Partial<SessionOptions>> = {
  'on two candle shards': { shards: 2 },
  'at 4000 times the speed': { speed: 4000, shards: 1 },
  'at once up to 15:15, at 500 times the speed from there': { speed: 500, from: minute(15, 15), shards: 2 },
}
for (const [how, conduct] of Object.entries(conducts))
  t.test(`the same facts ${how}`, async (t) => {
    const { report } = await play({ data: data(how), recording, ...conduct })
    t.same(essence(report), essence((await reference).report))
  })

t.test('the same facts on one thread, with any number of candle shards', async (t) => {
  for (const shards of [1, 2, 3]) {
    const { report } = await playInline({ data: data(`one thread, ${shards}`), recording, shards })
    t.same(essence(report), essence((await reference).report))
  }
})
