import type { Turn } from '../actor.ts'
import type { FileSystem } from '../log/mod.ts'
import type { EdgeEnd } from '../mailbox/mod.ts'
import type { Random } from '../random.ts'
import { controlOf, rouserOf } from '../runtime/board.ts'
import { downOf, type Down } from '../runtime/down.ts'
import { openHost, type Host } from '../runtime/host.ts'
import type { Aboard, StartThread, ToThread } from '../runtime/thread.ts'
import { InjectedCrash } from './faults.ts'
import type { VirtualTime } from './time.ts'
import { watchedDisk, witnessed } from './witness.ts'

/** How long a thread takes at most, in virtual milliseconds: to start, to say that it has, and to be ended. */
const takesMs = { start: 60, ready: 5, end: 15 }

/** What the threads of one simulated process stand on. */
export type Stage = {
  readonly time: VirtualTime
  readonly disk: FileSystem
  readonly random: Random
  /** The threads there are, in the order they came. */
  readonly threads: Set<SimulatedThread>
  say(who: string, what: string): void
  /** Has the next step wait for this. */
  await(work: Promise<unknown>): void
  /** An actor threw, and nobody had it do so. */
  threw(who: string, error: unknown): void
}

/** A thread as the scheduler sees it. */
export type SimulatedThread = {
  readonly name: string
  /** How often it is chosen, beside the others. */
  weight: number
  /** It gets no turn before this moment. */
  hungUntil: number
  /** When it wants to look again by itself. */
  wantsAt: number
  /** The count of all work done when it last found nothing to do. */
  idleSince: number
  /** Whether it has started and can be given turns. */
  readonly ready: boolean
  /** Whether its supervisor has told it something that it has not heard. */
  readonly told: boolean
  /** Hears what its supervisor told it, and gives each of its actors a turn. */
  turn(): readonly Turn[]
  /** Has it die after so many more steps; at once for none. */
  doom(points: number): void
  /** Ends it without a word to anybody, as the end of its process does. */
  vanish(): void
}

/** Threads that are objects on this one: their actors in hosts of their own, turned by the scheduler alone. */
export const threadsOn = (stage: Stage): StartThread => (name, aboard, log) => {
  const { time, random, threads } = stage
  const { board, bell } = aboard[0]!.spec
  const beats = new Int32Array(board.beats)
  const started = Promise.withResolvers<void>()
  const turned = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Down>()
  started.promise.catch(() => undefined)
  const hosts = new Map<string, Host>()
  const ends: EdgeEnd[] = []
  const mail: ToThread[] = []
  const rouse = rouserOf(board, bell)
  const isRoused = controlOf(board, bell)
  let ready = false
  let gone = false
  let left = Number.POSITIVE_INFINITY

  const point = (): void => {
    if (left-- <= 0) throw new InjectedCrash()
  }
  const vanish = (): void => {
    gone = true
    ready = false
    threads.delete(turning)
    for (const { port } of ends) port.close()
    for (const host of hosts.values()) host.abandon()
  }
  const end = (down: Down, failure?: unknown): void => {
    if (gone) return
    vanish()
    stage.say(name, `is gone: ${down.reason}${down.error ? `, ${down.error.says}` : ''}`)
    started.reject(failure ?? new Error(`${name}: ${down.reason}`))
    ended.resolve(down)
  }
  const die = (error: unknown): void => {
    if (!gone && !(error instanceof InjectedCrash)) stage.threw(name, error)
    end(downOf('threw', error), error)
  }

  /** Some paths have little room, so that their senders meet back-pressure. */
  const connect = (host: Host, to: string, edge: EdgeEnd): void => {
    ends.push(edge)
    const room = random.whole(2) === 0 ? edge.capacity : 1 + random.whole(4)
    host.connect(to, { ...edge, capacity: Math.min(edge.capacity, room) })
  }
  const startOne = async ({ child, spec, sends }: Aboard): Promise<void> => {
    const witness = { point, saw: (what: string) => stage.say(spec.id, what) }
    const around = { clock: time, disk: watchedDisk(stage.disk, witness) }
    // As when it crosses to a thread: what an actor makes of what it was given stays with it.
    const own = { ...spec, given: structuredClone(spec.given) }
    const host = openHost(witnessed(child.actor, witness), own, log, child.placement.services, around)
    hosts.set(spec.id, host)
    for (const { to, end: edge } of sends) connect(host, to, edge)
    await host.start()
    if (gone) host.abandon()
  }
  const start = async (): Promise<void> => {
    try {
      for (const one of aboard) if (!gone) await startOne(one)
      time.later(random.next() * takesMs.ready, () => {
        ready = !gone
        started.resolve()
      })
    } catch (error) {
      die(error)
    }
  }
  const stop = async (): Promise<void> => {
    try {
      for (const host of [...hosts.values()].toReversed()) await host.stop()
      end(downOf('stopped'))
    } catch (error) {
      die(error)
    }
  }

  const hear = (message: ToThread): void => {
    if (message.type === 'stop') {
      ready = false
      return stage.await(stop())
    }
    if (message.type === 'inspect' || message.type === 'write heap') return
    const host = hosts.get(message.actor)!
    if (message.type === 'receive') {
      ends.push(message.end)
      host.receive(message.from, message.end)
    } else if (message.type === 'connect') connect(host, message.to, message.end)
    else if (message.type === 'lose') host.lose(message.from)
    else host.wakes(message.slots)
  }

  const tell = (message: ToThread): void => {
    mail.push(message)
    rouse()
  }

  const turning: SimulatedThread = {
    name,
    weight: 2 ** -random.whole(5),
    hungUntil: 0,
    wantsAt: Number.POSITIVE_INFINITY,
    idleSince: -1,
    get ready() {
      return ready
    },
    get told() {
      return mail.length > 0
    },
    turn() {
      Atomics.add(beats, bell, 1)
      try {
        // A thread hears its supervisor when its event loop turns, which is now or later.
        while (ready && mail.length > 0 && random.whole(4) > 0) hear(mail.shift()!)
        if (mail.length === 0) isRoused()
        if (!ready) return []
        const turns = [...hosts.values()].map((host) => host.turn())
        turned.resolve()
        return turns
      } catch (error) {
        die(error)
        return [true]
      }
    },
    doom(points) {
      left = points
      if (points === 0) die(new InjectedCrash())
    },
    vanish,
  }
  threads.add(turning)
  time.later(random.next() * takesMs.start, () => stage.await(start()))

  const cannot = (): Promise<never> => Promise.reject(new Error('A simulated thread has no heap and no profile.'))
  return {
    ready: started.promise,
    turned: turned.promise,
    down: ended.promise,
    inspect: async (actor) => hosts.get(actor)?.inspect() ?? null,
    inspected: { down: ended.promise, startCpuProfile: cannot, writeHeap: cannot },
    tell,
    async stop(ms) {
      tell({ type: 'stop' })
      let forced = false
      const giveUp = time.later(ms, () => {
        forced = !gone
        end(downOf('stopped'))
      })
      await ended.promise
      giveUp()
      return !forced
    },
    // It runs on until the machine has got round to ending it.
    kill: (down) => void time.later(random.next() * takesMs.end, () => end(down)),
  }
}
