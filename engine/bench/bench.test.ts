import fs from 'node:fs'
import t from 'tap'
import { benchLine, interleave, median, type Bench } from '#engine/testing/bench.ts'

const here = new URL('./', import.meta.url)

for (const file of fs.readdirSync(here).filter((name) => name.endsWith('.bench.ts')))
  t.test(`${file} still runs, and is named for what it measures`, async (t) => {
    const bench = (await import(new URL(file, here).href)) as Bench
    t.equal(bench.name, file.replace('.bench.ts', ''))
    const report = await bench.smoke()
    for (const [what, value] of Object.entries({ ...report.results, ...report.ratios }))
      t.ok(value > 0 && Number.isFinite(value), `${what}: ${value}`)
    t.comment(benchLine(bench.name, report))
  })

t.test('contestants take turns, the first round does not count, and a changed check is an error', async (t) => {
  const turns: string[] = []
  const run = (name: string, times: number[]) => async () => {
    turns.push(name)
    return { ms: times.shift()!, check: 1 }
  }
  const outcome = await interleave({ a: run('a', [99, 1, 5, 3]), b: run('b', [99, 8, 6, 7]) }, 3)
  t.same(outcome, { a: { ms: 3, check: 1 }, b: { ms: 7, check: 1 } })
  t.equal(turns.join(''), 'abbaabba')
  t.equal(median([4, 1, 3, 2]), 2.5)
  let n = 0
  await t.rejects(interleave({ cheat: async () => ({ ms: 1, check: n++ }) }, 2), /cheat made 1 in round 1, 0 before/)
})
