import { execFileSync } from 'node:child_process'
import {
  appendFileSync, chmodSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { gzipSync } from 'node:zlib'
import { pause } from '#engine/clock.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { factsOf } from './testing/play.ts'
import { reportIn, ringmaster, type Ended } from './testing/process.ts'

t.setTimeout(300_000) // a whole session, several times, on a machine that may be busy

const dir = t.testdir()
const place = (name: string): string => join(dir, name)
const recording = cutDay(place('minutes'), '09:20')
const header = 'ts_ms,symbol,ltp,ltq,volume,bid,ask,bid_qty,ask_qty,oi'
const wrongHeader = header.replace('ltq', 'size')
const inSession = 1668051900000 // 10 November 2022, 09:15 in India
const nightly = inSession - 9 * 3_600_000

const written = (name: string, content: string | Uint8Array): string => {
  writeFileSync(place(name), content)
  return place(name)
}
const configured = (name: string, config: object): string => written(`${name}.json`, JSON.stringify(config))
const withTicks = (name: string, ...lines: string[]): string => written(`${name}.csv`, [...lines, ''].join('\n'))

let runs = 0
/** Runs a replay in a directory of its own, unless it is given one. */
const replay = (given: readonly string[], as?: Parameters<typeof ringmaster>[1]) => {
  const data = given.includes('--data') ? [] : ['--data', place(`data-${runs++}`)]
  return ringmaster(['replay', ...data, ...given], as)
}

/** A clear error: its code, what happened, what to do, status 1; no stack, no report. */
const refused = (t: Test, { code, out, err }: Ended, expected: string, says: RegExp): void => {
  t.equal(code, 1, 'it ends with status 1')
  t.match(err, new RegExp(`^${expected}: .+\n  What to do: .+`, 'm'))
  t.match(err, says)
  t.notMatch(err, /^ {4}at /m, 'no stack')
  t.equal(out, '', 'no report')
}

// --- recordings ---------------------------------------------------------------------------------------------

const row = (over: { at?: number; symbol?: string; price?: string } = {}): string =>
  `${over.at ?? inSession},${over.symbol ?? 'NIFTY-I'},${over.price ?? '18144'},400,400,,,,,12059100`
const backwards = (): string[] => [2, 1, 0].map((ms) => row({ at: inSession + ms }))
const packed = (): Buffer => gzipSync(readFileSync(join(recording, 'ticks.csv')))

type Row = [what: string, recording: () => string, code: string, says: RegExp]
const recordings: Row[] = [
  ['that is not there', () => place('nowhere'), 'FEED_NOT_FOUND', /nowhere/],
  ['that is an empty folder', () => (mkdirSync(place('empty')), place('empty')), 'FEED_NO_TICKS', /no file of ticks/],
  ['without a row', () => withTicks('bare', header), 'FEED_EMPTY', /no rows/],
  ['that is something else', () => withTicks('letter', 'Dear Sir,', 'no.'), 'FEED_NOT_A_RECORDING', /Dear Sir/],
  ['with a wrong column', () => withTicks('column', wrongHeader, row()), 'FEED_COLUMN_MISSING', /no column ltq/],
  ['cut short', () => written('short.csv.gz', packed().subarray(0, 50_000)), 'FEED_TRUNCATED', /ends in the middle/],
  ['with a damaged byte', () => written('damaged.csv.gz', damaged(packed(), 50_000)), 'FEED_DAMAGED', /damaged after/],
  ['of unknown symbols', () => withTicks('strange', header, row({ symbol: '#REF!' })), 'FEED_NO_KNOWN_SYMBOL', /#REF!/],
  ['of the night', () => withTicks('night', header, row({ at: nightly })), 'FEED_NO_SESSION', /session/],
  ['that runs backwards', () => withTicks('back', header, ...backwards()), 'FEED_NOT_SORTED', /not sorted by time/],
]

const damaged = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.fill(0xff, at, at + 64)
  return copy
}

for (const [what, path, code, says] of recordings)
  t.test(`a recording ${what} is refused`, async (t) =>
    refused(t, await replay(['--recording', path()]).ended, code, says))

t.test('broken rows are set aside and counted, and the day goes on', async (t) => {
  const [first = '', ...rows] = readFileSync(join(recording, 'ticks.csv'), 'utf8').trimEnd().split('\n')
  const prices = ['cheap', '-1', '0'].map((price) => row({ price }))
  const broken = ['', 'not,a,row', ...prices, row({ symbol: '#REF!' })]
  const spoilt = withTicks('spoilt', first, ...rows.slice(0, 100), ...broken, ...rows.slice(100))
  const [good, bad] = await Promise.all([
    reported(t, 'good', ['--recording', withTicks('good', first, ...rows), '--threads', 'one']),
    reported(t, 'bad', ['--recording', spoilt, '--threads', 'one']),
  ])
  t.same(bad.ticks, { fed: rows.length, lost: 0, quarantined: 5 }, 'an empty line is no row')
  t.same(bad.candles, good.candles)
  t.same(bad.strategies, good.strategies)
})

t.test('a day of which no row is good holds up nothing', async (t) => {
  const dayLater = (line: string): string => line.replace(/^\d+/, (at) => String(Number(at) + 86_400_000))
  const rows = readFileSync(join(recording, 'ticks.csv'), 'utf8').trimEnd().split('\n').slice(1)
  const path = withTicks('ghost', header, row({ price: '0' }), row({ price: '0' }), ...rows.slice(0, 500).map(dayLater))
  const { ticks } = await reported(t, 'ghost', ['--recording', path, '--threads', 'one'])
  t.same(ticks, { fed: 500, lost: 0, quarantined: 2 })
})

const reported = async (t: Test, name: string, given: readonly string[]) => {
  const file = place(`${name}-${runs++}.report.json`)
  const { child, ended } = replay([...given, '--report', file])
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const { code, err } = await ended
  clearTimeout(late)
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${err}`)
  return reportIn(file)
}

// --- configuration ------------------------------------------------------------------------------------------

const one = { id: 'a', type: 'ema-cross', symbol: 'NIFTY-I' }
const fleet = (name: string, ...strategies: object[]) => (): string => configured(name, { strategies })
const oneWith = (name: string, over: object) => fleet(name, { ...one, ...over })
const placed = (name: string, together: string[][]) => (): string => configured(name, { placement: { together } })
type Fault = [what: string, config: () => string, code: string, says: RegExp]
const faults: Fault[] = [
  ['that is not there', () => place('no.json'), 'CONFIG_NOT_READABLE', /no\.json/],
  ['that is not JSON', () => written('half.json', '{"strategies": ['), 'CONFIG_NOT_READABLE', /half\.json/],
  ['with an unknown key', () => configured('key', { strategis: [] }), 'CONFIG_UNKNOWN_KEY', /strategis/],
  ['with an unknown key in a strategy', oneWith('inner', { size: 1 }), 'CONFIG_UNKNOWN_KEY', /size/],
  ['of a wrong kind', () => configured('kind', { strategies: {} }), 'CONFIG_WRONG_TYPE', /a list/],
  ['with an unknown strategy type', oneWith('type', { type: 'oracle' }), 'CONFIG_TYPE_UNKNOWN', /oracle/],
  ['with a parameter out of bounds', oneWith('bounds', { params: { fast: 5000 } }), 'CONFIG_PARAMS', /fast/],
  ['with an unknown parameter', oneWith('param', { params: { speed: 3 } }), 'CONFIG_PARAMS', /speed/],
  ['with one id for two', fleet('twice', one, one), 'CONFIG_ID_TAKEN', /\ba\b/],
  ['with a symbol that is not recorded', oneWith('symbol', { symbol: 'GOLD' }), 'CONFIG_SYMBOL_UNKNOWN', /GOLD/],
  ['with a thread of no name', oneWith('thread', { thread: 'A B' }), 'CONFIG_WRONG_TYPE', /A B/],
  ['with too many shards', () => configured('shards', { placement: { shards: 99 } }), 'CONFIG_WRONG_TYPE', /99/],
  ['that places nobody', placed('nobody', [['risk', 'broker']]), 'CONFIG_NO_SUCH_ACTOR', /broker/],
  ['that places one twice', placed('two', [['risk', 'feed'], ['feed', 'executor']]), 'CONFIG_PLACED_TWICE', /feed/],
  ['that places a server', placed('server', [['risk', 'store']]), 'CONFIG_MAY_NOT_SHARE', /store/],
  ['with a limit that does not exist', oneWith('limit', { risk: { luck: 1 } }), '[A-Z]+_[A-Z_]+', /luck/],
]
for (const [what, file, code, says] of faults)
  t.test(`a configuration ${what} is refused`, async (t) =>
    refused(t, await replay(['--recording', recording, '--config', file()]).ended, code, says))

// --- the data directory -------------------------------------------------------------------------------------

t.test('a data directory in use is refused, and its holder goes on', async (t) => {
  const data = place('held')
  const holder = replay(['--data', data, '--recording', recording, '--speed', '10x'])
  while (!existsSync(join(data, 'holder.json'))) await pause(20)
  const second = await replay(['--data', data, '--recording', recording]).ended
  refused(t, second, 'LOCK_DATA_DIRECTORY_IN_USE', new RegExp(`process ${holder.child.pid}`))
  while (globSync(join(data, 'runs/*/journal/*.log')).length === 0) await pause(20)
  t.equal(holder.child.exitCode, null)
  holder.child.kill('SIGINT')
  refused(t, await holder.ended, 'SESSION_INTERRUPTED', /goes on from the journal/)
})

t.test('a data directory that is a file is refused', async (t) => {
  const given = ['--data', written('file', ''), '--recording', recording]
  refused(t, await replay(given).ended, 'LOCK_DATA_DIRECTORY_UNUSABLE', /file/)
})

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
t.test('a data directory that may not be written is refused', async (t) => {
  chmodSync(dir, 0o755)
  mkdirSync(place('closed'), { mode: 0o555 })
  const ended = await replay(['--data', place('closed'), '--recording', recording], isRoot ? nobody : undefined).ended
  if (/EACCES|permission denied/i.test(ended.err) && !/LOCK_/.test(ended.err))
    return t.plan(0, 'the checkout is not open to another user')
  refused(t, ended, 'LOCK_DATA_DIRECTORY_UNUSABLE', /closed/)
})

// --- the journal --------------------------------------------------------------------------------------------

const journalIn = (data: string): string => {
  const [run] = readdirSync(join(data, 'runs'))
  return join(data, 'runs', run!, 'journal')
}

/** Plays a part of the recording and is killed in the middle of it. */
const killedHalfway = async (data: string): Promise<string> => {
  const { child, ended } = replay(['--data', data, '--recording', recording, '--speed', '60x'])
  const journal = (): string | null => (existsSync(join(data, 'runs')) ? journalIn(data) : null)
  while (child.exitCode === null && !hasMinutes(journal())) await pause(50)
  child.kill('SIGKILL')
  await ended
  return join(journal()!, '0000000001.log')
}
const hasMinutes = (journal: string | null): boolean => journal !== null && existsSync(journal) &&
  factsOf(journal).filter(({ type }) => type === 'minuteClosed').length >= 2

t.test('a torn end of the journal is cut, told of, and the run is what it would have been', async (t) => {
  const data = place('torn')
  appendFileSync(await killedHalfway(data), Buffer.alloc(37, 7))
  const report = place('torn.json')
  const { code, err } = await replay(['--data', data, '--recording', recording, '--report', report]).ended
  t.equal(code, 0, err)
  t.match(err, /37 bytes that were never acknowledged/)
  const whole = await reported(t, 'whole', ['--recording', recording, '--threads', 'one'])
  t.equal(reportIn(report).journal.sha256OfFacts, whole.journal.sha256OfFacts)
})

t.test('a journal damaged in the middle is refused and left as it is', async (t) => {
  const data = place('corrupt')
  const file = await killedHalfway(data)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 0xff
  writeFileSync(file, bytes)
  refused(t, await replay(['--data', data, '--recording', recording]).ended, 'LOG_CORRUPT', /damaged/)
  t.ok(readFileSync(file).equals(bytes), 'nothing was changed')
})

// --- a full disk --------------------------------------------------------------------------------------------

const mounted = (t: Test, size: string): string | null => {
  const data = place(`disk-${size}-${runs++}`)
  mkdirSync(data)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', data], { stdio: 'ignore' })
  } catch {
    return null
  }
  t.teardown(() => execFileSync('umount', [data]))
  return data
}

for (const threads of ['many', 'one'])
  t.test(`a full disk halts ${threads} thread(s); given space, the run is what it would have been`, async (t) => {
    const data = mounted(t, '128k')
    if (data === null) return t.plan(0, 'only root may mount a small disk to fill')
    const report = place(`full-${threads}.json`)
    const again = ['--data', data, '--recording', recording, '--threads', threads, '--report', report]
    refused(t, await replay(again).ended, 'LOG_CANNOT_WRITE', /The disk is full/)
    const kept = factsOf(journalIn(data))
    t.ok(kept.length > 3, `${kept.length} facts are safe`)
    execFileSync('mount', ['-o', 'remount,size=64m', data])
    const { code, err } = await replay(again).ended
    t.equal(code, 0, err)
    t.same(factsOf(journalIn(data)).slice(0, kept.length), kept, 'and still there')
    const whole = await reported(t, 'whole', ['--recording', recording, '--threads', 'one'])
    t.equal(reportIn(report).journal.sha256OfFacts, whole.journal.sha256OfFacts)
  })
