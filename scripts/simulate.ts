/**
 * Runs the whole trading tree in a simulation, over the morning of the shipped day, once for each seed: in whatever
 * order turns come and whatever dies, the market's facts must be those of an undisturbed day.
 *
 *   npm run simulate                 ten seeds that nobody has tried
 *   npm run simulate -- --seeds 500  that many
 *   npm run simulate -- SEED...      these, and the trace of the first that finds something
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realClock } from '#engine/clock.ts'
import { calm, failureOf, seeds } from '#engine/mod.ts'
import { defaultFleet } from '#actors/fleet.ts'
import { cutDay } from '#actors/testing/cut.ts'
import { openGround } from './session/open.ts'
import { simulateDay, weather } from './session/simulate-day.ts'
import { plain } from './session/testing/play.ts'

const options = { seeds: { type: 'string', default: '10' } } as const
const { values, positionals } = parseArgs({ allowPositionals: true, options })
const given = positionals.map(Number)
const count = Number(values.seeds)
if (![...given, count].every((one) => Number.isSafeInteger(one) && one >= 0)) {
  console.error('Usage: npm run simulate -- [--seeds COUNT] [SEED...], all of them whole numbers')
  process.exit(2)
}

const dir = mkdtempSync(join(tmpdir(), 'ringmaster-simulate-'))
try {
  const config = join(dir, 'config.json')
  writeFileSync(config, JSON.stringify({ strategies: defaultFleet.slice(6, 10) }))
  const recording = cutDay(join(dir, 'recording'), '09:25')
  const ground = await openGround({ ...plain, data: join(dir, 'data'), recording, config })
  const { facts: expected, sha256OfFacts } = await simulateDay(ground, { seed: 1, faults: calm })
  console.error(`an undisturbed day: ${expected.length} facts, ${sha256OfFacts.slice(0, 8)}`)
  const started = realClock.elapsed()
  const list = given.length > 0 ? given : seeds({ count })
  for (const seed of list) {
    const day = await simulateDay(ground, { seed, faults: weather, expected })
    const faults = Object.entries(day.met).filter(([, times]) => times > 0).map(([kind, times]) => `${kind} ${times}`)
    console.error(`seed ${seed}: ${day.broken ?? 'the same facts'}; ${day.steps} steps; ${faults.join(', ')}`)
    if (day.broken === null && day.sha256OfFacts === sha256OfFacts) continue
    console.error(failureOf(day, `npm run simulate -- ${seed}`))
    process.exitCode = 1
    break
  }
  console.error(`${list.length} seeds in ${((realClock.elapsed() - started) / 1000).toFixed(0)} s`)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
