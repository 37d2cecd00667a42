import type { ActorState, ActorView } from '#api/contract.ts'
import { duration, megabytes, micros, percent, short } from './figures.ts'
import { livesInAnother, rowsOf, sharesThread, type Snapshot, type Sort, type TopState } from './state.ts'
import { treeRows } from './tree.ts'

/** The room there is; as many rows as it takes when they are infinite. */
export type Size = { readonly columns: number; readonly rows: number }

/** How a part of a line is shown. Colours stand for a state and never alone. */
export type Tone = 'plain' | 'bad' | 'busy' | 'head' | 'faint'
/** Shows a text in a tone. */
export type Paint = (tone: Tone, text: string) => string

/** Shows every tone the same. */
export const plain: Paint = (_, text) => text

const codes: Readonly<Record<Tone, string>> = { plain: '', bad: '31', busy: '33', head: '1', faint: '2' }
/** Shows tones as terminals do. */
export const coloured: Paint = (tone, text) => codes[tone] ? `\x1b[${codes[tone]}m${text}\x1b[0m` : text

/** Rows of actors that fit below the head and above the foot. */
export const pageOf = (state: TopState, { rows }: Size): number =>
  Math.max(1, rows - headOf(state).length - 2)

/** The whole screen: never more lines than there are rows, none wider than there are columns. */
export const render = (state: TopState, size: Size, paint: Paint = plain): string[] => {
  const { columns } = size
  const head = headOf(state).map(([tone, text]) => paint(tone, fit(text, columns)))
  const body = bodyOf(state, columns, paint)
  const page = pageOf(state, size)
  const top = Math.max(0, Math.min(state.top, body.length - page))
  const shown = body.slice(top, top + page)
  const titles = paint('head', state.tree ? fit('SUPERVISION', columns) : titleLine(state.sort, columns))
  // Where nobody looks there are no keys to press.
  if (!Number.isFinite(size.rows)) return [...head, titles, ...shown]
  const foot = paint('faint', fit(footOf(state, top, shown.length, body.length), columns))
  return [...head, titles, ...shown, foot].slice(0, size.rows)
}

type Line = readonly [Tone, string]

const headOf = ({ snapshot, trouble }: TopState): Line[] => {
  if (!snapshot) return [['plain', trouble ?? 'ringmaster top: asking the engine ...']]
  const { run, system } = snapshot
  const first = [run.label, clockOf(run.clock), run.state, `${short(system.ticksPerSecond) || '0'} ticks/s`,
    `up ${duration(system.upSeconds)}`]
  const second = [`CPU ${percent(system.cpuPercent) || '-'} % of ${system.cores} cores`,
    `${Math.round(system.memoryMb)} MB`, `load ${system.loads.map((load) => load.toFixed(2)).join(' ')}`,
    ...countsOf(snapshot)]
  return [
    ['head', first.filter(Boolean).join('  ')],
    ['plain', second.join('  ')],
    ...(run.halt ? [['bad', `HALTED ${run.halt.code}: ${run.halt.says}`] as const] : []),
    ...(trouble ? [['bad', trouble] as const] : []),
  ]
}

const countsOf = ({ actors }: Snapshot): string[] => {
  const own = actors.filter((one) => one.kind === 'actor' && !livesInAnother(one))
  const of = (...states: ActorState[]) => own.filter(({ state }) => states.includes(state)).length
  const fallen = of('quarantined', 'failed')
  const restarts = own.reduce((sum, one) => sum + one.restarts, 0)
  return [`${of('running')} of ${own.length} run`, `${restarts} restarts`, ...(fallen ? [`${fallen} set aside`] : [])]
}

// Event time as the day's clock shows it in India, whatever the zone of this terminal.
const clockOf = (time: string | null): string =>
  time === null ? '' : new Date(time).toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' })

type Column = {
  readonly title: string
  readonly width: number
  readonly sort?: Sort
  readonly read: (one: ActorView) => string
}

const columns: readonly Column[] = [
  { title: 'STATE', width: 6, read: ({ state }) => stateWords[state] },
  { title: 'CPU%', width: 4, sort: 'cpu', read: (one) => percent(one.cpuPercent) },
  { title: 'BUSY', width: 4, read: (one) => percent(one.busyPercent) },
  { title: 'HEAP', width: 5, sort: 'heap', read: (one) => megabytes(one.heapMb) },
  { title: 'MAIL', width: 4, read: (one) => short(one.mailbox) },
  { title: 'LAG', width: 5, sort: 'lag', read: (one) => short(one.ringLag) },
  { title: 'HND/S', width: 5, read: (one) => short(one.handledPerSecond) },
  { title: 'P50', width: 5, read: (one) => micros(one.latencyP50) },
  { title: 'P99', width: 5, sort: 'latency', read: (one) => micros(one.latencyP99) },
  { title: 'RST', width: 3, sort: 'restarts', read: (one) => short(one.restarts) },
]
const figuresWidth = columns.reduce((sum, { width }) => sum + width + 1, 0)
const NAME_MIN = 18
const NAME_MAX = 40
const REASON = 8
/** From so many columns on, a failure is told in words. */
const WORDS_FROM = 110

/** The name takes what the figures leave, up to where the last failure can be told in words. */
const nameWidth = (room: number): number => Math.max(NAME_MIN, Math.min(NAME_MAX, room - figuresWidth - REASON - 1))

const stateWords: Readonly<Record<ActorState, string>> = {
  running: 'run', starting: 'start', restarting: 'again', stopping: 'ends', stopped: 'off', quarantined: 'ASIDE',
  failed: 'FAILED',
}

const toneOf = (state: ActorState): Tone =>
  state === 'quarantined' || state === 'failed' ? 'bad'
  : state === 'running' ? 'plain'
  : state === 'stopped' ? 'faint'
  : 'busy'

const titleLine = (sort: Sort, room: number): string =>
  fit(
    [
      'ACTOR'.padEnd(nameWidth(room)),
      ...columns.map((one) => mark(one, sort).padStart(one.width)),
      room > WORDS_FROM ? 'LAST FAILURE' : 'LAST',
    ].join(' '),
    room,
  )

// The order is told by a sign of its own, so that it is seen without colours too.
const mark = ({ title, sort, width }: Column, by: Sort): string =>
  sort !== by ? title : title.length < width ? `${title}v` : `${title.slice(0, width - 1)}v`

const bodyOf = (state: TopState, room: number, paint: Paint): string[] =>
  state.tree
    ? treeRows(state.snapshot?.actors ?? [], state.filter).map(({ branch, actor }) =>
        paint(toneOf(actor.state), fit(branch + actor.id + told(actor), room)))
    : rowsOf(state).map((one) => paint(toneOf(one.state), rowOf(one, room)))

const told = (one: ActorView): string =>
  [
    `  ${stateWords[one.state]}`,
    one.cpuPercent === null ? '' : `${percent(one.cpuPercent)} %`,
    megabytes(one.heapMb),
    one.restarts > 0 ? `${one.restarts} restarts` : '',
    sharesThread(one) ? `in ${one.thread}` : '',
  ].filter(Boolean).join('  ')

const rowOf = (one: ActorView, room: number): string => {
  const cells = columns.map(({ width, read }) => read(one).slice(0, width).padStart(width))
  const last = one.down ? (room > WORDS_FROM ? `${one.down.reason}: ${one.down.says}` : one.down.reason) : ''
  return fit([name(one.id, nameWidth(room)), ...cells, last].join(' ').trimEnd(), room)
}

// Of a name that is too long first the kind goes, then the middle: strategies of one type differ at the end.
const name = (id: string, width: number): string => {
  const bare = id.length <= width ? id : id.slice(id.indexOf('/') + 1)
  return bare.length <= width ? bare.padEnd(width) : `${bare.slice(0, 5)}~${bare.slice(bare.length - width + 6)}`
}

const fit = (text: string, room: number): string => text.length <= room ? text : text.slice(0, room)

const footOf = ({ filter, typing, tree }: TopState, top: number, shown: number, all: number): string => {
  if (typing) return `/${filter}_   Enter keeps it, Escape clears it`
  const place = all === 0 ? 'none' : `${top + 1}-${top + shown} of ${all}`
  const narrowed = filter ? `   /${filter}` : ''
  return `${place}${narrowed}   sort: c l r h t   v ${tree ? 'table' : 'tree'}   / filter   q quit`
}
