/** `npm run soak`: a large fleet for a long time, while its strategies are made to go wrong. */
import { writeFileSync } from 'node:fs'
import { command } from './command/command.ts'
import { commandProblem } from './command/errors.ts'
import { runCommand } from './command/run-command.ts'
import { median } from '#engine/testing/bench.ts'
import { shippedRecording } from './session/open.ts'
import { fromOf, orderOf, rateOf, speedOf } from './session/options.ts'
import { slopeOf } from './soak/memory.ts'
import { soak, type SoakPlan, type SoakReport } from './soak/soak.ts'

const theSoak = command({
  name: 'soak',
  summary: 'Runs a large fleet for a long time and makes its strategies go wrong',
  options: {
    strategies: { value: 'N', default: '200', says: 'how many strategies run' },
    ticks: { value: 'N', default: '50', says: 'how many of them read single ticks' },
    order: { value: 'ORDER', default: 'arrival', says: 'arrival: nobody waits, as live; event-time: as a replay' },
    rate: { value: 'TICKS', says: 'ticks a second, such as 20000, instead of:' },
    speed: { value: 'SPEED', default: '1x', says: '1x, Nx or max' },
    from: { value: 'HH:MM', default: '09:30', says: 'with --speed: hurry through the session up to this time' },
    faults: { value: 'N', default: '10', says: 'strategies that go wrong in each faulty minute' },
    minutes: { value: 'N', default: '10', says: 'minutes with faults, each between two without' },
    window: { value: 'SECONDS', default: '60', says: 'how long such a minute is' },
    after: { value: 'N', default: '0', says: 'minutes without faults at the end, for the slope of memory' },
    recording: { value: 'PATH', default: shippedRecording, says: 'a recording (default: the one that comes along)' },
    seed: { value: 'N', default: '1', says: 'whom the faults hit' },
    json: { value: 'FILE', says: 'where the whole report goes' },
  },
  examples: ['npm run soak', 'npm run soak -- --rate 20000 --window 20', 'npm run soak -- --after 40'],
  run: async (given) => {
    const count = (name: 'strategies' | 'ticks' | 'faults' | 'minutes' | 'window' | 'after' | 'seed'): number => {
      const value = Number(given[name])
      if (Number.isInteger(value) && value >= 0) return value
      throw commandProblem('VALUE_INVALID', { option: `--${name}`, given: given[name], needs: 'a whole number' })
    }
    const ms = count('window') * 1000
    const calm = { faults: 0, ms }
    const plan: SoakPlan = {
      strategies: count('strategies'),
      ticks: count('ticks'),
      pace: {
        recording: given.recording,
        order: orderOf(given.order),
        rate: rateOf(given.rate),
        // At a rate there is nothing to hurry through.
        ...(given.rate === undefined
          ? { speed: speedOf(given.speed), from: fromOf(given.from) }
          : { speed: null, from: null }),
      },
      windows: [
        ...Array.from({ length: count('minutes') }, () => [calm, { faults: count('faults'), ms }]).flat(),
        ...Array.from({ length: count('after') }, () => calm),
      ],
      seed: count('seed'),
      say: console.log,
    }
    const report = await soak(plan)
    const verdict = judge(report)
    console.log(JSON.stringify(verdict, null, 2))
    if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify({ verdict, ...report }, null, 2)}\n`)
    return verdict.lost === 0 && verdict.astray.length === 0 ? 0 : 1
  },
})

/** The few figures that a soak is for. */
const judge = ({ windows, memory, ticks, astray, struck, deaths, restarted, quarantined, sessions }: SoakReport) => {
  const p99 = (faulty: boolean): number =>
    median(windows.filter(({ faults, p99 }) => faults > 0 === faulty && p99 !== null).map((one) => one.p99!))
  const [calm, faulty] = [p99(false), p99(true)]
  const last = memory.slice(Math.floor(memory.length / 2))
  return {
    sessions, struck, deaths, restarted, quarantined, astray,
    fed: ticks.fed, lost: ticks.lost,
    'p99 of the others, calm µs': calm,
    'p99 of the others, beside faults µs': faulty,
    'p99 beside faults over calm': Math.round((faulty / calm) * 1000) / 1000,
    'resident memory at the end MB': memory.at(-1)?.rssMb ?? null,
    'its slope over the second half MB per hour':
      Math.round(slopeOf(last.map(({ seconds, rssMb }) => [seconds / 3600, rssMb])) * 10) / 10,
  }
}

process.exitCode = await runCommand(['soak', ...process.argv.slice(2)], [theSoak], {
  out: console.log,
  error: console.error,
})
