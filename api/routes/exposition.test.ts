import t from 'tap'
import { aLatency, anActor, aSystem } from '../testing/actor.ts'
import { fixture } from '../testing/fixture.ts'
import { exposition } from './exposition.ts'

type Parsed = {
  readonly type: string
  readonly samples: { name: string; labels: Record<string, string>; value: number }[]
}

const number = String.raw`[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN`
const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`
const sampleLine = new RegExp(
  `^([a-zA-Z_:][\\w:]*)(?:\\{(${label}(?:,${label})*)\\})? (${number})$`,
)
const suffixes: Record<string, readonly string[]> = { histogram: ['_bucket', '_sum', '_count'] }

/** Reads an exposition as strictly as the format is written; throws where it deviates. */
const parse = (text: string): Map<string, Parsed> => {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Parsed>()
  const seen = new Set<string>()
  let name = ''
  let helped = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help, words] = /^# HELP (\S+) (\S.*)$/.exec(line) ?? []
    if (help !== undefined && words !== undefined) {
      helped = help
      continue
    }
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (typed !== undefined) {
      if (typed !== helped) throw new Error(`${typed} has no help before its type`)
      if (families.has(typed)) throw new Error(`${typed} is told twice`)
      if (type === 'counter' && !typed.endsWith('_total')) throw new Error(`${typed} is a counter`)
      if (type !== 'counter' && typed.endsWith('_total')) throw new Error(`${typed} is no counter`)
      name = typed
      families.set(name, { type: type!, samples: [] })
      continue
    }
    const [, full, labelText = '', value] = sampleLine.exec(line) ?? []
    if (full === undefined) throw new Error(`not understood: ${line}`)
    const family = families.get(name)
    if (!family || !(suffixes[family.type] ?? ['']).some((end) => full === name + end))
      throw new Error(`${full} stands under ${name}`)
    const unique = line.slice(0, line.lastIndexOf(' '))
    if (seen.has(unique)) throw new Error(`twice: ${unique}`)
    seen.add(unique)
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, raw]) => [
        key,
        raw!.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c)),
      ]),
    )
    family.samples.push({ name: full, labels, value: Number(value!.replace('Inf', 'Infinity')) })
  }
  for (const [family, { samples }] of families)
    if (samples.length === 0) throw new Error(`${family} has no sample`)
  return families
}

t.test(
  'the exposition is one that Prometheus accepts, with every figure of every actor',
  async (t) => {
    const { views, app } = await fixture()
    t.teardown(() => app.close())
    const odd = 'strategy/"odd"\\\nname'
    const actors = [
      anActor({ id: 'ringmaster', kind: 'supervisor' }),
      anActor({
        id: 'risk',
        cpuPercent: 12.5,
        busyPercent: 20,
        heapMb: 8,
        handled: 7,
        mailbox: 2,
        ringLag: 3,
      }),
      anActor({ id: odd, state: 'quarantined', restarts: 5 }),
    ]
    const families = parse(
      exposition(views, actors, aSystem(), [aLatency('risk'), aLatency(odd, 2)]),
    )
    const value = (family: string, labels: Record<string, string> = {}, name = family) =>
      families
        .get(`ringmaster_${family}`)
        ?.samples.find(
          (one) =>
            one.name === `ringmaster_${name}` &&
            Object.entries(labels).every(([key, text]) => one.labels[key] === text),
        )?.value
    t.equal(value('actor_up', { actor: 'risk' }), 1)
    t.equal(value('actor_up', { actor: odd }), 0, 'an odd name comes through whole')
    t.equal(value('actor_restarts_total', { actor: odd }), 5)
    t.equal(value('actor_cpu_ratio', { actor: 'risk' }), 0.125)
    t.equal(value('actor_heap_bytes', { actor: 'risk' }), 8 * 2 ** 20)
    t.equal(value('actor_heap_bytes', { actor: odd }), undefined, 'what is not known is not told')
    t.equal(value('actor_handled_total', { actor: 'risk' }), 7)
    t.equal(value('ring_reader_lag_records', { ring: 'ticks', actor: 'candles/0' }), 12)
    t.equal(value('ring_head_sequence', { ring: 'candles/0' }), 2000)
    t.equal(value('journal_durable_sequence'), 4711)
    t.equal(value('process_cpu_ratio'), 0.875)
  },
)

t.test(
  'a histogram is cumulative, its last bucket is its count, and its edges are in seconds',
  async (t) => {
    const { views, app } = await fixture()
    t.teardown(() => app.close())
    const families = parse(
      exposition(views, [], aSystem(), [aLatency('risk'), aLatency('executor', 3)]),
    )
    const { type, samples } = families.get('ringmaster_actor_latency_seconds')!
    t.equal(type, 'histogram')
    for (const [actor, scale] of [
      ['risk', 1],
      ['executor', 3],
    ] as const) {
      const own = samples.filter(({ labels }) => labels['actor'] === actor)
      const buckets = own.filter(({ name }) => name.endsWith('_bucket'))
      const edges = buckets.map(({ labels }) => Number(labels['le']!.replace('Inf', 'Infinity')))
      t.same(
        edges,
        edges.toSorted((a, b) => a - b),
      )
      t.equal(edges.at(-1), Infinity)
      const counts = buckets.map(({ value }) => value)
      t.same(
        counts,
        counts.toSorted((a, b) => a - b),
        'no bucket holds less than the one before',
      )
      const at = (le: number) => counts[edges.indexOf(le)]
      t.equal(at(16e-6), 0)
      t.equal(at(64e-6), 1010 * scale)
      t.equal(at(256e-6), 1010 * scale)
      t.equal(at(1024e-6), 1110 * scale)
      t.equal(counts.at(-1), 1111 * scale)
      t.equal(own.find(({ name }) => name.endsWith('_count'))!.value, 1111 * scale)
      t.equal(own.find(({ name }) => name.endsWith('_sum'))!.value, 0.12 * scale)
    }
  },
)

t.test('/metrics answers in the format it names', async (t) => {
  const { app } = await fixture()
  t.teardown(() => app.close())
  const headers = { authorization: 'Bearer a-key-for-tests' }
  const answer = await app.inject({ url: '/api/metrics', headers })
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.ok(parse(answer.body).has('ringmaster_actor_latency_seconds'))
})
