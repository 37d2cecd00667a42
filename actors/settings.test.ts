import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { capitalByDefault, defaultFleet } from './fleet.ts'
import { placedByDefault } from './placement.ts'
import { parseConfig, readConfig } from './settings.ts'

const one = { id: 'ema-1', type: 'ema-cross', symbol: 'NIFTY-I' }
const fleet = (...strategies: unknown[]) => ({ strategies })
const together = (...groups: unknown[]) => ({ placement: { together: groups } })

t.test('a configuration says what runs; what it leaves out is filled in', async (t) => {
  const rest = { capital: capitalByDefault, params: {}, risk: {} }
  const full = { ...one, capital: 5e5, params: { fast: 5 }, risk: { maxOpenTrades: 1 } }
  type Row = [what: string, given: unknown, config: object]
  const rows: Row[] = [
    ['nothing', {}, { strategies: defaultFleet, account: {}, chosen: false }],
    ['only the account', { account: { maxOpenTrades: 4 } }, { account: { maxOpenTrades: 4 }, chosen: false }],
    ['an entry', fleet(one), { strategies: [{ ...one, ...rest }], account: {}, chosen: true }],
    ['a full entry', fleet(full), { strategies: [full], chosen: true }],
    ['null, which says nothing', fleet({ ...one, params: null, risk: null }), { strategies: [{ ...one, ...rest }] }],
    ['no strategies at all', fleet(), { strategies: [], chosen: true }],
  ]
  for (const [what, given, config] of rows) t.match(parseConfig(given, 'file'), config, what)
  t.strictSame(readConfig(), { strategies: defaultFleet, account: {}, chosen: false, placement: placedByDefault })
})

t.test('a configuration says who shares a thread; by default nobody does', async (t) => {
  const strategies = [{ ...one, thread: 'a' }, { ...one, id: 'b' }]
  const { placement } = parseConfig({ strategies, placement: { shards: 2, together: [['risk', 'candles/1']] } }, 'file')
  t.same(placement, {
    shards: 2,
    core: { 'risk': 'risk+candles/1', 'candles/1': 'risk+candles/1' },
    strategies: { 'ema-1': 'shared/a' },
  })
  for (const given of [{}, { placement: {} }, { placement: { together: [] } }, fleet(one)])
    t.same(parseConfig(given, 'file').placement, placedByDefault)
  t.match(parseConfig({ placement: { shards: 16 } }, 'file'), { chosen: false, placement: { shards: 16 } })
})

t.test('what is wrong is named with its place', async (t) => {
  const WRONG = 'CONFIG_WRONG_TYPE'
  type Row = [given: unknown, code: string, says: RegExp]
  const rows: Row[] = [
    [[], WRONG, /^file is \[\]; it must be an object/],
    [null, WRONG, /^file is null/],
    [{ strategy: [] }, 'CONFIG_UNKNOWN_KEY', /^file .*: strategy\. Known: strategies, account/],
    [{ account: 5 }, WRONG, /^file: account is 5/],
    [{ strategies: {} }, WRONG, /^file: strategies .* a list/],
    [fleet('ema'), WRONG, /^file: strategies\[0\] is "ema"/],
    [fleet(one, { ...one, id: 'b', symbols: [] }), 'CONFIG_UNKNOWN_KEY', /^file: strategies\[1\] .*: symbols/],
    [fleet({ ...one, id: undefined }), WRONG, /\.id is undefined; it must be a word/],
    [fleet({ ...one, id: 'EMA 1' }), WRONG, /\.id is "EMA 1"; .* lower-case/],
    [fleet({ ...one, id: '-ema' }), WRONG, /\.id/],
    [fleet({ ...one, id: '../ema' }), WRONG, /\.id/],
    [fleet({ ...one, id: 'a'.repeat(64) }), WRONG, /at most 63/],
    [fleet({ ...one, type: '' }), WRONG, /\.type is ""/],
    [fleet({ ...one, symbol: 1 }), WRONG, /\.symbol is 1/],
    [fleet({ ...one, capital: 0 }), WRONG, /\.capital is 0/],
    [fleet({ ...one, capital: Number.NaN }), WRONG, /\.capital/],
    [fleet({ ...one, capital: 2e12 }), WRONG, /\.capital/],
    [fleet({ ...one, capital: '100000' }), WRONG, /\.capital is "100000"/],
    [fleet({ ...one, params: [] }), WRONG, /\.params/],
    [fleet({ ...one, risk: 5 }), WRONG, /\.risk is 5/],
    [fleet(one, { ...one, symbol: 'BANKNIFTY-I' }), 'CONFIG_ID_TAKEN', /ema-1/],
    [fleet({ ...one, thread: 'Trend 1' }), WRONG, /^file: strategies\[0\]\.thread is "Trend 1"; .* lower-case/],
    [fleet({ ...one, thread: '' }), WRONG, /\.thread is ""/],
    [{ placement: [] }, WRONG, /^file: placement is \[\]/],
    [{ placement: { shard: 2 } }, 'CONFIG_UNKNOWN_KEY', /^file: placement .*: shard\. Known: shards, together/],
    ...[0, 17, 1.5, '2'].map((shards): Row => [{ placement: { shards } }, WRONG, /\.shards is .*; .*1 to 16/]),
    [together('risk'), WRONG, /^file: placement\.together\[0\] is "risk"; it must be a list/],
    [together(['risk']), WRONG, /two actors or more/],
    [together(['risk', 7]), WRONG, /^file: placement\.together\[0\]\[1\] is 7/],
    [together(['risk', 'journal']), 'CONFIG_NO_SUCH_ACTOR', /journal\. .*: executor, risk, candles\/0, feed\./],
    [together(['feed', 'candles/1']), 'CONFIG_NO_SUCH_ACTOR', /candles\/1/],
    [together(['risk', 'risk']), 'CONFIG_PLACED_TWICE', /risk twice/],
    [together(['risk', 'feed'], ['executor', 'feed']), 'CONFIG_PLACED_TWICE', /feed twice/],
    [together(['risk', 'api']), 'CONFIG_MAY_NOT_SHARE', /api/],
    [together(['risk', 'strategy/ema-1']), 'CONFIG_MAY_NOT_SHARE', /strategy\/ema-1/],
  ]
  for (const [given, code, says] of rows)
    t.throws(() => parseConfig(given, 'file'), { code, message: says }, JSON.stringify(given))
})

t.test('a file that cannot be read is named', async (t) => {
  const dir = t.testdir({ 'good.json': JSON.stringify(fleet(one)), 'bad.json': '{ "strategies": [' })
  t.match(readConfig(join(dir, 'good.json')), { chosen: true, strategies: [one] })
  for (const file of ['bad.json', 'none.json'])
    t.throws(() => readConfig(join(dir, file)), { code: 'CONFIG_NOT_READABLE', message: new RegExp(file) }, file)
})

t.test('the example in the guide is a configuration, and the guide knows every key', async (t) => {
  const guide = readFileSync(join(import.meta.dirname, '../docs/guides/configure.md'), 'utf8')
  const example = /```json\n([^]+?)```/.exec(guide)![1]!
  const { placement } = parseConfig(JSON.parse(example), 'the guide')
  t.same(placement, {
    shards: 2,
    core: { risk: 'risk+executor', executor: 'risk+executor' },
    strategies: { 'ema-slow': 'shared/trend', 'ema-quick': 'shared/trend' },
  })
  for (const given of [{ x: 1 }, { strategies: [{ x: 1 }] }, { placement: { x: 1 } }]) {
    const [, keys] = /Known: (.*)\./.exec(thrown(() => parseConfig(given, 'file')))!
    for (const key of keys!.split(', ')) t.match(guide, new RegExp(`^\\|.*[\`.]${key}[\`.[]`, 'm'), key)
  }
})

const thrown = (work: () => unknown): string => {
  try {
    return JSON.stringify(work())
  } catch (error) {
    return (error as Error).message
  }
}
