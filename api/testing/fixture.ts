import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { virtualClock } from '#engine/mod.ts'
import type { Fact } from '#actors/messages.ts'
import type { Brought, Control, Done } from '../control.ts'
import { buildServer } from '../server.ts'
import type { ServerOptions } from '../server.ts'
import { allViews } from '../views/mod.ts'
import { aLatency, anActor, aSystem } from './actor.ts'
import { aComer, aRoundTrip, aRun, instruments, minute, minuteClosed, sessionOpened } from './facts.ts'

/** The session key of every test. */
export const token = 'a-key-for-tests'

const actor = anActor({
  id: 'strategy/one',
  parent: 'strategies',
  upSeconds: 12,
  cpuPercent: 1.5,
  busyPercent: 2.5,
  heapMb: 9,
  heapLimitMb: 72,
  buffersMb: 0.5,
  wakesPerSecond: 20,
  turnsPerSecond: 21,
  ringLag: 0,
  ringLost: 0,
  mailbox: 0,
  handled: 10,
  handledPerSecond: 1.5,
  latencyP50: 64,
  latencyP99: 512,
  latencyP999: 4096,
  latencyMax: 3900,
})

/** Timers that run when they are told to, by the interval they were made with. */
export const handTimers = () => {
  const jobs = new Set<{ ms: number; work: () => void }>()
  return {
    every(ms: number, work: () => void) {
      const job = { ms, work }
      jobs.add(job)
      return () => void jobs.delete(job)
    },
    /** One round of every timer that is due each `ms` or faster. */
    round: (ms = Infinity) => [...jobs].filter((job) => job.ms <= ms).forEach(({ work }) => work()),
    count: () => jobs.size,
  }
}

/** A whole API over scripted facts, whose control takes note of what it is asked and obeys. */
export const fixture = async (
  over: Partial<ServerOptions> = {},
  facts: readonly Fact[] = played,
) => {
  const asked: unknown[][] = []
  const answers: { next: Done } = { next: { type: 'done' } }
  const take =
    (verb: string) =>
    async (...given: unknown[]) => {
      asked.push([verb, ...given])
      return answers.next
    }
  const brought: { next: Brought } = { next: { type: 'done', what: '{}' } }
  const files: string[] = []
  const bring = (verb: string, given: unknown[]) => {
    asked.push([verb, ...given])
    return brought.next
  }
  const enter = async (verb: string, given: unknown[], id: string): Promise<Done> => {
    asked.push([verb, ...given])
    if (answers.next.type === 'done') views.fold(aComer(id))
    return answers.next
  }
  const control: Control = {
    actors: async () => [actor],
    system: async () => aSystem(),
    latencies: async (wanted = actor.id) => (wanted === actor.id ? [aLatency(actor.id)] : []),
    profile: async (...given) => bring('profile', given),
    heapSnapshot: async (...given) => {
      const answer = bring('heapSnapshot', given)
      if (answer.type === 'refused') return answer
      const what = join(mkdtempSync(join(tmpdir(), 'ringmaster-heap-')), 'one.heapsnapshot')
      writeFileSync(what, answer.what)
      files.push(what)
      return { ...answer, what }
    },
    kill: take('kill'),
    restart: take('restart'),
    start: take('start'),
    stop: take('stop'),
    pause: take('pause'),
    resume: take('resume'),
    reload: take('reload'),
    configure: take('configure'),
    add: (one) => enter('add', [one], one.id),
    clone: (like, as) => enter('clone', [like, as], as.id),
    remove: take('remove'),
  }
  const views = allViews({
    run: aRun(),
    instruments,
    speed: 30,
    types: [{ type: 'cross', title: 'Crossover', description: '', bars: '5m', params: [] }],
  })
  for (const fact of facts) views.fold(fact)
  views.quotes((index) => ({
    symbol: instruments.all[index]!.symbol,
    at: minute(9),
    price: 104_00,
    dayVolume: 50,
  }))
  const clock = virtualClock(minute(0))
  const timers = handTimers()
  const app = await buildServer({
    views,
    control,
    token,
    version: '0.0.0',
    ui: { dir: '/nowhere' },
    stream: { clock, every: timers.every, refresh: () => {} },
    parseParams: (_, params) =>
      'fast' in params
        ? { type: 'ok', params }
        : { type: 'bad', errors: [{ path: 'fast', says: 'is missing' }] },
    ...over,
  })
  return { app, views, clock, timers, asked, answers, brought, files }
}

const played = [sessionOpened, ...aRoundTrip(), minuteClosed(9)]
