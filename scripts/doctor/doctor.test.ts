import t from 'tap'
import { examine } from '../commands/doctor.ts'
import { errorsDocument } from '../errors-doc/document.ts'
import { judge, none, parseSummary, summary } from '../test/counts.ts'
import type { Finding } from './finding.ts'
import { judgeClock, judgeCores, judgeDisk, judgeMemory, judgeNode, judgeSync } from './judge.ts'

const GB = 1024 ** 3
const today = Date.UTC(2026, 10, 20)

t.test('each figure of a machine is judged, and what is not well says what to do', async (t) => {
  const rows: [Finding, Finding['level']][] = [
    [judgeNode('v26.10.0'), 'ok'],
    [judgeNode('v24.0.0'), 'fail'],
    [judgeCores(2), 'ok'],
    [judgeCores(1), 'warn'],
    [judgeMemory(8 * GB), 'ok'],
    [judgeMemory(0.7 * GB), 'warn'],
    [judgeMemory(0.1 * GB), 'fail'],
    [judgeDisk(100 * GB), 'ok'],
    [judgeDisk(GB), 'warn'],
    [judgeDisk(0), 'fail'],
    [judgeSync(0.14), 'ok'],
    [judgeSync(0.001), 'warn'],
    [judgeSync(45), 'warn'],
    [judgeClock(today, 200, 201), 'ok'],
    [judgeClock(today, 3_600_200, 200), 'warn'],
    [judgeClock(0, 200, 200), 'fail'],
  ]
  for (const [finding, level] of rows) {
    t.equal(finding.level, level, finding.says)
    t.equal(finding.todo === '', level === 'ok', finding.todo)
  }
})

t.test('a check that throws has failed', async (t) => {
  const check = { name: 'broken', look: () => Promise.reject(new Error('no such library')) }
  t.match(await examine(check, { data: '/', port: 1 }), { level: 'fail', says: 'no such library' })
})

t.test('a run of tests counts for what it says, unless that cannot be', async (t) => {
  const said = { passed: 3, failed: 0, skipped: 1 }
  t.same(parseSummary(summary(said)), said)
  t.equal(parseSummary('3 passed, maybe'), undefined)
  t.same(judge(0, said), said)
  t.same(judge(1, said), { ...said, failed: 1 }, 'it ended badly')
  t.same(judge(0, none), { ...none, failed: 1 }, 'no test ran')
  t.same(judge(0, undefined), { ...none, passed: 1 })
  t.same(judge(1, undefined), { ...none, failed: 1 })
})

t.test('the document of errors prints a sentence whatever it does with its details', async (t) => {
  const says = (d: { ms: number; names: string[]; far: { off: number } }) =>
    `${d.names.join(', ')} took ${d.ms / 1000} s, ${d.far.off.toFixed(1)} | more`
  const text = errorsDocument([
    { area: 'X', entries: { SLOW: { next: 'retry', says, todo: 'Wait.' } } },
  ])
  t.match(
    text,
    '| `X_SLOW` | ‹names› took ‹number› s, ‹far› \\| more | Wait. | Tried again by itself. |',
  )
})
