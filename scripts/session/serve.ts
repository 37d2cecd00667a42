import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pause, realClock } from '#engine/clock.ts'
import { child, supervisor, type Node } from '#engine/mod.ts'
import gateway, { type Desk } from '#api/gateway.actor.ts'
import { lossLimit } from '#actors/risk/rules.ts'
import store from '#actors/store/store.actor.ts'
import { buildUi } from '../build-ui.ts'
import { commandProblem } from '../command/errors.ts'
import { root } from '../launch/prepare.mjs'
import { forgetAddress, originOf, tellAddress } from './address.ts'
import { controlOf } from './control.ts'
import { loggerOver, openPino } from './log.ts'
import { problem } from './errors.ts'
import { openGround, startSession, type Session, type SessionOptions } from './open.ts'
import { fromOf, orderOf, rateOf, speedOf } from './options.ts'
import { watchStrategies } from './reload.ts'
import { sessionToken } from './token.ts'

/** What a person gave to `start`. */
export type ServeGiven = {
  readonly data?: string | undefined
  readonly recording?: string | undefined
  readonly config?: string | undefined
  readonly from?: string | undefined
  readonly rate?: string | undefined
  readonly order: string
  readonly fresh: boolean
  readonly speed: string
  readonly port: string
  readonly host: string
  readonly verbose: boolean
}

/**
 * Runs a session with its dashboard until a person ends it.
 * @throws SESSION_EXHAUSTED  once it has ended in order because nothing in it can help any more
 */
export const serve = async (given: ServeGiven): Promise<number> => {
  const { data, recording, config, fresh } = given
  const say = (line: string): void => console.log(`ringmaster: ${line}`)
  const options: SessionOptions = {
    data, recording, config, fresh, say,
    speed: speedOf(given.speed),
    from: fromOf(given.from),
    rate: rateOf(given.rate),
    order: orderOf(given.order),
    log: loggerOver(openPino(given.verbose ? 'info' : 'warn')),
  }
  // Before anything that takes time: an end asked for while starting is an end all the same.
  const asked = endAsked()
  let ending = false
  void asked.then(() => (ending = true))
  const begun = begin(given, options).catch((error: unknown) => {
    // Ctrl-C reaches the dashboard's build too, which then fails.
    if (!ending) throw error
  })
  const session = await Promise.race([begun, asked.then(() => pause(GRACE_MS))])
  if (!session) {
    say('ended while starting; the journal has everything')
    // Threads and the dashboard's build may still be on their way up; a crash would lose nothing, and nor does this.
    process.exit(0)
  }
  session.finished.then(
    () => say('the recording is through; the dashboard stays until Ctrl-C'),
    (error: { code?: string; message: string; todo?: string }) => {
      const { code = 'UNEXPECTED', message, todo = 'Look at the log.' } = error
      console.error(`${code}: ${message}\n  What to do: ${todo}`)
    },
  )
  const unwatch = watchStrategies(session, say)
  const because = await Promise.race([asked.then(() => null), session.exhausted])
  unwatch()
  const ended = await end(session, say)
  if (because === null) return ended
  throw problem('EXHAUSTED', { because }) // non-zero, so that whoever supervises the process starts it again
}

/** How long a start may still take once its end was asked for. */
const GRACE_MS = 1500

const begin = async (given: ServeGiven, options: SessionOptions): Promise<Session> => {
  const { say } = options
  const port = portOf(given.port)
  const built = buildUi(say)
  built.catch(() => undefined)
  const ground = await openGround(options)
  const { strategies } = ground.run.info
  say(ground.resumes ? 'going on where the journal ends' : `starting ${strategies.length} strategies, a thread each`)
  const address = Promise.withResolvers<string>()
  const session = await startSession(ground, options, (running) => [
    // Trading does not wait for the dashboard to be built.
    supervisor('front', frontPolicy, async () => {
      await built
      return nodesOf(running, { ...given, port, onListening: address.resolve })
    }),
  ])
  const pace = given.rate === undefined ? given.speed : `${given.rate} ticks a second`
  say(`REPLAY of ${ground.run.recording.days.join(', ')} at ${pace}; nothing here reaches a broker`)
  const dashboard = await Promise.race([address.promise, session.exhausted.then(() => null)])
  if (dashboard) say(`dashboard: ${dashboard}`)
  return session
}

const end = async (session: Session, say: (line: string) => void): Promise<number> => {
  const from = realClock.elapsed()
  say('stopping in order ...')
  forgetAddress(session.ground.data)
  await session.stop()
  const seconds = ((realClock.elapsed() - from) / 1000).toFixed(1)
  say(`stopped in ${seconds} s; the journal has everything, and the next start goes on from it`)
  return 0
}

const endAsked = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })

/**
 * Neither may fail more than ten times in ten minutes. Trading goes on without the database, which can be made again
 * from the journal; without the API nobody could see or stop it, so that fails upward.
 */
const frontPolicy = {
  restart: 'one-for-one', atMost: 10, withinMs: 600_000, then: 'quarantine', delayMs: 200, delayMsMax: 10_000,
} as const

type Server = Pick<ServeGiven, 'speed' | 'rate' | 'host'> & {
  readonly port: number
  readonly onListening: (address: string) => void
}

const nodesOf = (session: Session, { speed, rate, host, port, onListening }: Server): Node[] => {
  const { run, data } = session.ground
  const { latest } = session.trading
  const token = sessionToken(data)
  const desk: Desk = {
    listening(at) {
      if (at.port !== at.asked) console.log(`ringmaster: port ${at.asked} is taken, using ${at.port}`)
      tellAddress(data, originOf(at.host, at.port))
      onListening(`http://${at.host}:${at.port}/#key=${token}`)
    },
    halt: () => session.halt(),
  }
  const dailyLoss = Object.fromEntries(
    Object.entries(run.limits.strategies).map(([id, one]) => [id, lossLimit(one.capital, one.dailyLossPercent)]))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return [
    child(
      gateway,
      {
        journal: run.journal, run: run.info, instruments: run.instruments.all, latest, dailyLoss,
        // A rate has nothing to do with how fast it happened.
        speed: rate === undefined ? speedOf(speed) : null,
        host, port, token, uiDir: join(root, 'ui', 'build'), version,
      },
      {
        name: 'api', loop: 'event', limits: { heapMb: 512, youngMb: 64, stackMb: 4 }, hangMs: 10_000, stopMs: 1500,
        then: 'escalate',
        services: { control: controlOf(session), desk },
      },
    ),
    child(
      store,
      { journal: run.journal, dir: join(run.dir, 'db'), runId: run.info.id, instruments: run.instruments.all },
      {
        name: 'store', loop: 'event', limits: { heapMb: 512, youngMb: 64, stackMb: 4 }, hangMs: 60_000, stopMs: 2000,
        nice: 10, // the journal has it all; the database may come later
      },
    ),
  ]
}

const portOf = (given: string): number => {
  const port = Number(given)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw commandProblem('VALUE_INVALID', { option: '--port', given, needs: 'a whole number from 1 to 65535' })
}
