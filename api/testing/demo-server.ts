import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { every, realClock, seeded } from '#engine/mod.ts'
import { buildServer } from '../server.ts'
import { allViews } from '../views/mod.ts'
import { demoControl, demoParams } from './demo-control.ts'
import { generatedRun, generatedTypes } from './generated-run.ts'

/*
 * The API over GENERATED TEST DATA, for working on the dashboard without a trading system:
 *   node api/testing/demo-server.ts --port 4610 [--speed 30] [--seed 7] [--warm 120] [--token KEY]
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4610' },
    speed: { type: 'string', default: '30' },
    seed: { type: 'string', default: '7' },
    /** Minutes of the session that have passed when it starts. */
    warm: { type: 'string', default: '120' },
    token: { type: 'string', default: '' },
  },
})
const speed = Number(values.speed)
const stepMs = 100 * speed
const market = generatedRun(Number(values.seed))
const views = allViews({
  run: market.run, instruments: market.instruments, types: generatedTypes, speed,
  dailyLossLimit: ({ capital }) => capital * 0.02,
})
const control = demoControl(market.run.strategies, realClock, views.fold)
const random = seeded(realClock.now())
const token = values.token || Array.from({ length: 32 }, () => random.whole(16).toString(16)).join('')

const step = () => {
  for (const fact of market.step(stepMs, control.trades)) views.fold(fact)
}
const refresh = () => {
  views.observe({ clock: market.clock(), fed: market.fed() })
  views.quotes(market.quote)
}
for (let ms = 0; ms < Number(values.warm) * 60_000; ms += stepMs) step()
every(100, step)

const app = await buildServer({
  views, control, parseParams: demoParams, token, version: 'demo',
  stream: { clock: realClock, every, refresh },
  ui: { dir: join(import.meta.dirname, '../../ui/build') },
})
const address = await app.listen({ host: '127.0.0.1', port: Number(values.port) })
console.log(`Generated test data at ${address}/#key=${token}`)
