import { command } from '../command/command.ts'
import { commandProblem } from '../command/errors.ts'

/** Which engine is meant. */
export const dataOption = {
  value: 'DIR',
  says: 'the data directory of the running engine (default: RINGMASTER_DATA, or .ringmaster here)',
} as const

const out = { value: 'FILE', says: 'where to put it (default: a name of its own in this folder)' } as const

/** Takes a CPU profile of one running actor. */
export const profile = command({
  name: 'profile',
  summary: 'Takes a CPU profile of one actor while it works, to be opened in any browser\'s developer tools',
  options: { data: dataOption, seconds: { value: 'N', default: '5', says: 'how long, up to 60' }, out },
  takes: 'ACTOR',
  examples: ['npx ringmaster profile strategy/ema-nifty --seconds 10 --out ema.cpuprofile'],
  run: async ({ data, seconds, out: file }, rest) => {
    const covered = Number(seconds)
    const needs = 'a whole number from 1 to 60'
    if (!Number.isInteger(covered) || covered < 1 || covered > 60)
      throw commandProblem('VALUE_INVALID', { option: '--seconds', given: seconds, needs })
    return fetchInto(data, actorIn(rest), 'profile', file, { seconds: covered })
  },
})

/** Takes a heap snapshot of one running actor. */
export const heap = command({
  name: 'heap',
  summary: 'Writes down all that one actor holds in memory; its thread stands still meanwhile',
  options: { data: dataOption, out },
  takes: 'ACTOR',
  examples: ['npx ringmaster heap strategy/ema-nifty --out ema.heapsnapshot'],
  run: ({ data, out: file }, rest) => fetchInto(data, actorIn(rest), 'heap-snapshot', file),
})

const actorIn = ([actor]: readonly string[]): string => {
  if (actor !== undefined) return actor
  throw commandProblem('ARGUMENT_MISSING', { needs: 'ACTOR' })
}

const endings = { profile: 'cpuprofile', 'heap-snapshot': 'heapsnapshot' } as const

const fetchInto = async (
  data: string | undefined,
  actor: string,
  what: keyof typeof endings,
  asked: string | undefined,
  body?: object,
): Promise<number> => {
  const { runningOver } = await import('../session/running.ts')
  const { saveTo } = await import('../top/save.ts')
  const answer = await runningOver(data).post(`/system/actors/${encodeURIComponent(actor)}/${what}`, body)
  const file = asked ?? `${actor.replaceAll('/', '-')}.${endings[what]}`
  const bytes = await saveTo(answer, file)
  console.log(`ringmaster: ${file}, ${(bytes / 2 ** 20).toFixed(1)} MB`)
  return 0
}
