import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { every, freshSeed, realClock } from '#engine/mod.ts'
import { buildServer } from '../server.ts'
import { allViews } from '../views/mod.ts'
import { demoControl, demoParams } from './demo-control.ts'
import { generatedRun, generatedTypes } from './generated-run.ts'

/*
 * The API over GENERATED TEST DATA, for working on the dashboard without a trading system:
 *   node api/testing/demo-server.ts --port 4610 [--speed 30] [--seed 7] [--warm 120] [--fleet 20] [--token KEY]
 */

const stepMs = 100

/** How the generated run is played; `warm` is in minutes of the session that have passed at the start. */
export type DemoOptions = {
  readonly port: number
  readonly speed: number
  readonly seed: number
  readonly warm: number
  /** How many strategies; 20 by default. */
  readonly fleet?: number
  readonly token: string
}

/** Serves the API and the dashboard over a generated run that goes on at ten steps a second. */
export const startDemo = async ({
  port,
  speed,
  seed,
  warm,
  fleet,
  token,
}: DemoOptions): Promise<{ app: FastifyInstance; address: string }> => {
  const market = generatedRun(seed, fleet)
  const { run, instruments } = market
  const views = allViews({
    run,
    instruments,
    speed,
    types: generatedTypes,
    dailyLossLimit: ({ capital }) => capital * 0.02,
  })
  const control = demoControl(run.strategies, realClock, views.fold)
  const step = () => market.step(stepMs * speed, control.trades).forEach(views.fold)
  const refresh = () => {
    views.observe({ clock: market.clock(), fed: market.fed() })
    views.quotes(market.quote)
  }
  for (let ms = 0; ms < warm * 60_000; ms += stepMs * speed) step()
  const stop = every(stepMs, step)
  const app = await buildServer({
    views,
    control,
    parseParams: demoParams,
    token,
    version: 'demo',
    stream: { clock: realClock, every, refresh },
    ui: { dir: join(import.meta.dirname, '../../ui/build') },
  })
  app.addHook('onClose', async () => stop())
  const address = await app.listen({ host: '127.0.0.1', port })
  return { app, address }
}

if (import.meta.main) {
  const text = (byDefault: string) => ({ type: 'string', default: byDefault }) as const
  const options = {
    port: text('4610'),
    speed: text('30'),
    seed: text('7'),
    warm: text('120'),
    fleet: text('20'),
    token: text(`demo-${freshSeed()}`),
  }
  const { token, ...figures } = parseArgs({ options }).values
  const { port: at, ...rest } = figures
  const [port, speed, seed, warm, fleet] = [at, rest.speed, rest.seed, rest.warm, rest.fleet].map(
    Number,
  )
  const { address } = await startDemo({
    port: port!,
    speed: speed!,
    seed: seed!,
    warm: warm!,
    fleet: fleet!,
    token,
  })
  process.stdout.write(`Generated test data at ${address}/#key=${token}\n`)
}
