import t from 'tap'
import fc from 'fast-check'
import type { ActorState, RunView } from '#api/contract.ts'
import { aSystem, anActor } from '#api/testing/actor.ts'
import { micros, short } from './figures.ts'
import { coloured, pageOf, render } from './render.ts'
import { keysIn } from './screen.ts'
import { begin, press, rowsOf, type Snapshot, type TopState } from './state.ts'

const run: RunView = {
  id: 'run', kind: 'replay', label: 'REPLAY · NSE 10 Nov 2022 · 30x', recording: 'nse', day: '2022-11-10',
  state: 'running', clock: '2022-11-10T04:17:03.000Z', sessionOpenAt: null, sessionCloseAt: null, progress: 0.1,
  speed: 30, warmSessions: 5, ticks: { fed: 1000, lost: 0, quarantined: 0 }, halt: null,
}
const figures = {
  cpuPercent: 3.25, busyPercent: 4.5, heapMb: 9.3, mailbox: 2, ringLag: 12_345, handledPerSecond: 101.5, handled: 7,
  latencyP50: 87, latencyP99: 1234,
}
const down = { at: '2022-11-10T04:00:00.000Z', reason: 'hung', says: 'It gave no sign of life for 1,600 ms.' }
const fleet = (size: number) => [
  anActor({ id: 'ringmaster', kind: 'supervisor' }),
  anActor({ id: 'trading', kind: 'supervisor', parent: 'ringmaster' }),
  anActor({ id: 'risk', parent: 'trading', ...figures, cpuPercent: 50, latencyP99: 2, ringLag: 0, heapMb: 1 }),
  anActor({ id: 'strategies', kind: 'supervisor', parent: 'trading' }),
  ...Array.from({ length: size }, (_, n) =>
    anActor({ id: `strategy/number-${n}`, parent: 'strategies', ...figures, cpuPercent: n / 100, ringLag: n })),
]
const stateOver = (over: Partial<TopState> = {}, news: Partial<Snapshot> = {}): TopState =>
  ({ ...begin, snapshot: { run, system: aSystem(), actors: fleet(248), ...news }, ...over })
const desk = { columns: 80, rows: 24 }
const escape = '\x1b'
const visible = (line: string): string => line.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '')

t.test('80 by 24 hold the head, the largest, and what the keys do', async (t) => {
  const lines = render(stateOver(), desk)
  t.equal(lines.length, 24)
  t.match(lines[0], /REPLAY · NSE 10 Nov 2022 · 30x {2}09:47:03 {2}running {2}1235 ticks\/s {2}up 1 h 02 min/)
  t.match(lines[1], /CPU 88 % of 2 cores {2}612 MB {2}load 1\.50 1\.25 0\.75 {2}249 of 249 run/)
  t.match(lines[2], /^ACTOR +STATE CPU%?v? BUSY/)
  t.match(lines[3], /^risk +run +50 +4\.5 +1\.0M +2 +0 +102 +87µ +2µ +0$/)
  t.match(lines[4], /^strategy\/number-247|^number-247/)
  t.match(lines.at(-1), /^1-20 of 249 .* q quit$/)
})

t.test('no line is wider and no screen higher than the terminal, whatever its size and contents', async () => {
  const sizes = fc.record({ columns: fc.integer({ min: 1, max: 220 }), rows: fc.integer({ min: 1, max: 80 }) })
  const states = fc.record({
    top: fc.nat(400), tree: fc.boolean(), typing: fc.boolean(),
    filter: fc.constantFrom('', 'number-1', 'nobody', 'x'.repeat(300)),
    trouble: fc.constantFrom(null, 'No engine runs. '.repeat(20)),
  })
  fc.assert(fc.property(sizes, states, fc.nat(250), (size, over, many) => {
    const lines = render(stateOver(over, { actors: fleet(many) }), size)
    return lines.length <= size.rows && lines.every((line) => line.length <= size.columns)
  }))
})

t.test('colours add nothing but colour, and only what is amiss has one', async (t) => {
  const states: ActorState[] = ['running', 'restarting', 'quarantined', 'failed', 'stopped']
  const actors = states.map((state) => anActor({ id: state, state, ...figures, down }))
  const state = stateOver({}, { actors, run: { ...run, halt: { code: 'DISK_FULL', says: 'No room.', todo: '' } } })
  const bare = render(state, desk)
  const lit = render(state, desk, coloured)
  t.same(lit.map(visible), bare)
  const toneOf = (word: string) =>
    new RegExp(`^${escape}\\[(\\d+)m`).exec(lit.find((line) => visible(line).startsWith(word))!)?.[1] ?? ''
  t.same(['running', 'restarting', 'quarantined', 'failed', 'HALTED'].map(toneOf), ['', '33', '31', '31', '31'])
  t.match(bare.find((line) => line.startsWith('quarantined')), /ASIDE/, 'what a colour says a word says too')
  t.match(bare.find((line) => line.startsWith('HALTED')), /DISK_FULL: No room\./)
})

t.test('rows are sorted by what the key says, and who is set aside stands first', async (t) => {
  const actors = [
    anActor({ id: 'a', cpuPercent: 1, latencyP99: 3, ringLag: 2, heapMb: 1, restarts: 0 }),
    anActor({ id: 'b', cpuPercent: 3, latencyP99: 1, ringLag: 1, heapMb: 2, restarts: 1 }),
    anActor({ id: 'c', cpuPercent: 2, latencyP99: 2, ringLag: 3, heapMb: 3, restarts: 2 }),
    anActor({ id: 'd', state: 'quarantined' }),
    anActor({ id: 'e' }),
  ]
  const order = (key: string) => {
    const next = press(stateOver({ tree: true }, { actors }), key, 20)
    return next === 'quit' ? '' : rowsOf(next).map(({ id }) => id).join('')
  }
  t.same(['c', 'l', 'r', 'h', 't'].map(order), ['dbcae', 'dacbe', 'dcabe', 'dcbae', 'dcbae'])
})

t.test('a part of another\'s thread that measures nothing has no row; who shares one and works has', async (t) => {
  const actors = [
    anActor({ id: 'candles/0' }),
    anActor({ id: 'candle/NIFTY', thread: 'candles/0' }),
    anActor({ id: 'strategy/guest', thread: 'strategy/host', handled: 5 }),
    anActor({ id: 'trading', kind: 'supervisor' }),
  ]
  t.same(rowsOf(stateOver({}, { actors })).map(({ id }) => id), ['candles/0', 'strategy/guest'])
})

t.test('the tree names the thread of those who share one', async (t) => {
  const shared = { thread: 'shared/trend', handled: 5, restarts: 0 }
  const actors = [
    anActor({ id: 'candles/0' }),
    anActor({ id: 'candle/NIFTY', thread: 'candles/0' }),
    anActor({ id: 'strategy/a', cpuPercent: 7, ...shared }),
    anActor({ id: 'strategy/b', cpuPercent: null, heapMb: null, ...shared, state: 'stopped', handled: null }),
  ]
  const lines = render(stateOver({ tree: true }, { actors }), { columns: 120, rows: Infinity })
  t.same(lines.filter((line) => line.includes('in shared/trend')).length, 2)
  t.match(lines.find((line) => line.includes('strategy/b')), /^\S* ?strategy\/b {2}off {2}in shared\/trend$/)
  t.notOk(lines.some((line) => line.includes('in candles/0')), 'parts of a shard are where they are')
})

t.test('keys scroll within the rows, type a filter, and leave', async (t) => {
  const page = pageOf(stateOver(), desk)
  t.equal(page, 20)
  const after = (...keys: string[]) =>
    keys.reduce<TopState | 'quit'>((state, key) => state === 'quit' ? state : press(state, key, page), stateOver())
  const topAfter = (...keys: string[]) => (after(...keys) as TopState).top
  t.equal(topAfter('\x1b[B', '\x1b[B', '\x1b[A'), 1)
  t.equal(topAfter('\x1b[A'), 0)
  t.equal(topAfter('\x1b[6~'), 20)
  t.equal(topAfter('\x1b[F'), 229)
  t.equal(topAfter('\x1b[F', '\x1b[6~'), 229)
  t.equal(topAfter('\x1b[F', '\x1b[5~'), 209)
  const typed = after('/', 'number-24', 'q', '\x7f', '\r') as TopState
  t.match(typed, { filter: 'number-24', typing: false, top: 0 })
  t.equal(rowsOf(typed).length, 9)
  t.match(render(typed, desk).at(-1), /1-9 of 9 {3}\/number-24/)
  t.match(after('/', 'x', '\x1b'), { filter: '', typing: false })
  t.match(after('/', '\x1b[A'), { filter: '', typing: true }, 'an arrow is no text')
  t.equal(after('q'), 'quit')
  t.equal(after('\x03'), 'quit')
  t.equal(after('/', '\x03'), 'quit', 'also while typing')
  t.same(keysIn('\x1b[B\x1b[6~\x1bOAqé\x1b'), ['\x1b[B', '\x1b[6~', '\x1bOA', 'q', 'é', '\x1b'])
})

t.test('the tree shows who watches whom, and a filter keeps what stands above a match', async (t) => {
  const wide = { columns: 120, rows: Infinity }
  const whole = render(stateOver({ tree: true }, { actors: fleet(2) }), wide).slice(3)
  t.match(whole[0], /^ringmaster/)
  t.match(whole[1], /^└─ trading/)
  t.match(whole[2], /^ {3}├─ risk {2}run {2}50 %/)
  t.match(whole[3], /^ {3}└─ strategies/)
  t.match(whole[4], /^ {6}├─ strategy\/number-0/)
  t.match(whole[5], /^ {6}└─ strategy\/number-1/)
  const narrowed = render(stateOver({ tree: true, filter: 'number-1' }, { actors: fleet(2) }), wide).slice(3)
  const names = narrowed.map((line) => /[a-z][\w/-]*/.exec(line)![0])
  t.same(names, ['ringmaster', 'trading', 'strategies', 'strategy/number-1'])
})

t.test('a wide terminal tells the last failure in words, a narrow one its kind', async (t) => {
  const state = stateOver({}, { actors: [anActor({ id: 'strategy/one', ...figures, down })] })
  t.match(render(state, { columns: 160, rows: 24 })[3], /hung: It gave no sign of life for 1,600 ms\.$/)
  t.match(render(state, desk)[3], / hung$/)
})

t.test('a figure keeps to its few characters and to its size', async (t) => {
  fc.assert(fc.property(fc.double({ min: 0, max: 3.6e9, noNaN: true }), (value) => micros(value).length <= 5))
  fc.assert(fc.property(fc.integer({ min: 0, max: 99_000_000 }), (value) => short(value).length <= 5))
  const shown = ['0µ', '87µ', '999µ', '1.2m', '99.4m', '123m', '3.4s']
  t.same([0, 87, 999.4, 1234, 99_400, 123_456, 3_400_000].map(micros), shown)
  t.same([0, 9999, 10_000, 999_499, 1_200_000].map(short), ['0', '9999', '10k', '999k', '1.2M'])
})
