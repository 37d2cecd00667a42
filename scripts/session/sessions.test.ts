import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { atMinute, minute } from '#actors/calendar/mod.ts'
import { readTicks, stampOf } from '#actors/testing/cut.ts'
import { essence, only, play, playInline } from './testing/play.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const shared = process.env['RINGMASTER_SHARED'] ?? join(import.meta.dirname, '../../../shared')
const file = join(shared, 'data/ticks/index_fut_trades_20221101_16.csv.gz')
const days = ['2022-11-01', '2022-11-02']
const skip = existsSync(file) ? false : `no ${file}`

t.test('a recording of two sessions is two trading days, the same on any number of threads', { skip }, async (t) => {
  const dir = t.testdir()
  const recording = join(dir, 'two-days.csv')
  const { header, rows } = readTicks(file)
  const end = atMinute(days[1]!, minute('15:30'))
  writeFileSync(recording, [header, ...rows.filter((row) => stampOf(row) < end), ''].join('\n'))

  const { facts, report } = await playInline({ data: join(dir, 'one'), recording })
  t.equal(report.ticks.lost, 0)
  t.same(report.candles['NIFTY-I']?.['1d'], 2)
  t.equal(only(facts, 'minuteClosed').length, 2 * 375)
  const sessions = facts.flatMap((fact) =>
    fact.type === 'sessionOpened' || fact.type === 'sessionClosed' ? [`${fact.type} ${fact.day}`] : [])
  t.same(sessions, days.flatMap((day) => [`sessionOpened ${day}`, `sessionClosed ${day}`]))

  const closes = only(facts, 'sessionClosed').map(({ at }) => at)
  const fills = only(facts, 'orderFilled').map(({ fill }) => fill)
  for (const [n, close] of closes.entries()) {
    t.ok(fills.some(({ at }) => at < close && at > (closes[n - 1] ?? 0)), `there is trading on ${days[n]}`)
    const held = new Map<string, number>()
    for (const { strategy, symbol, side, quantity, at } of fills)
      if (at <= close) {
        const key = `${strategy} ${symbol}`
        held.set(key, (held.get(key) ?? 0) + (side === 'buy' ? quantity : -quantity))
      }
    t.same([...held].filter(([, quantity]) => quantity !== 0), [], `nothing is carried over the night of ${days[n]}`)
  }

  const noon = { speed: 20_000, from: minute('12:00') }
  const threads = await play({ data: join(dir, 'many'), recording, shards: 2, ...noon })
  t.same(essence(threads.report), essence(report), 'also with the morning of each hurried through')
})
