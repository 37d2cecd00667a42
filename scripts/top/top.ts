import { pause } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import type { ActorView, RunView, SystemView } from '#api/contract.ts'
import type { Running } from '../session/running.ts'
import { coloured, pageOf, plain, render, type Size } from './render.ts'
import { takeScreen } from './screen.ts'
import { begin, press, type Snapshot, type TopState } from './state.ts'

/** What a person asked `top` for. */
export type TopGiven = {
  readonly once: boolean
  readonly json: boolean
  readonly tree: boolean
  readonly filter: string
}

const ASK_EVERY_MS = 1000
/** The engine takes its rates over a second: two looks so far apart have them all. */
const LOOK_AGAIN_MS = 1200
/** Columns where nobody looks: enough for what failed last to be told in words. */
const WIDE = 160

/** Shows what the engine does until the person leaves; or, where there is no terminal or none is wanted, once. */
export const top = async (running: Running, given: TopGiven): Promise<number> => {
  const { stdin, stdout } = process
  const live = stdin.isTTY && stdout.isTTY && !given.once && !given.json
  return live ? watch(running, given) : once(running, given)
}

const once = async (running: Running, { json, tree, filter }: TopGiven): Promise<number> => {
  if (!tree) {
    await look(running)
    await pause(LOOK_AGAIN_MS)
  }
  const snapshot = await look(running)
  const lines = json
    ? [JSON.stringify(snapshot, null, 2)]
    : render({ ...begin, snapshot, tree, filter }, { columns: process.stdout.columns ?? WIDE, rows: Infinity })
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

const look = async (running: Running): Promise<Snapshot> => {
  const [run, system, { items: actors }] = await Promise.all([
    running.get<RunView>('/run'),
    running.get<SystemView>('/system'),
    running.get<{ items: ActorView[] }>('/system/actors'),
  ])
  return { run, system, actors }
}

const watch = async (running: Running, { tree, filter }: TopGiven): Promise<number> => {
  const { stdin: input, stdout: output } = process
  const paint = process.env['NO_COLOR'] ? plain : coloured
  const left = Promise.withResolvers<void>()
  const size = (): Size => ({ columns: output.columns, rows: output.rows })
  // Asked before the screen is taken: what is wrong with the command is told on the terminal itself.
  let state: TopState = { ...begin, tree, filter, snapshot: await look(running) }
  const draw = (): void => screen.draw(render(state, size(), paint))
  const screen = takeScreen({ input, output }, (key) => {
    const next = press(state, key, pageOf(state, size()))
    if (next === 'quit') return left.resolve()
    state = next
    draw()
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const end = (): void => left.resolve()
  for (const signal of signals) process.once(signal, end)
  output.on('resize', draw)
  try {
    let going = true
    void left.promise.then(() => (going = false))
    while (going) {
      draw()
      await Promise.race([pause(ASK_EVERY_MS), left.promise])
      if (going) state = { ...state, ...(await newest(running)) }
    }
  } finally {
    for (const signal of signals) process.off(signal, end)
    output.off('resize', draw)
    screen.leave()
  }
  return 0
}

// An engine that restarts, or is gone for a moment, leaves the last figures on the screen and says so.
const newest = async (running: Running): Promise<Pick<TopState, 'trouble'> & { snapshot?: Snapshot }> => {
  try {
    return { snapshot: await look(running), trouble: null }
  } catch (error) {
    return { trouble: recordOf(error).says }
  }
}
