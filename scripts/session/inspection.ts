import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { realClock } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import type { Brought, Control } from '#api/control.ts'
import type { Session } from './open.ts'

/** What the API may have looked up inside a running thread. */
export const inspectionOf = ({ system, ground }: Session): Pick<Control, 'profile' | 'heapSnapshot'> => {
  const folder = join(ground.data, 'snapshots')
  rmSync(folder, { recursive: true, force: true }) // of an API that died with one in its hands
  const bring = async (work: () => Promise<string>): Promise<Brought> => {
    try {
      return { type: 'done', what: await work() }
    } catch (error) {
      const { code, says, todo } = recordOf(error)
      return { type: 'refused', code, says, todo }
    }
  }
  return {
    profile: (actor, seconds) => bring(() => system.cpuProfile(actor, seconds)),
    heapSnapshot: (actor) =>
      bring(async () => {
        // What a strategy holds in memory is nobody's business but the owner's.
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const file = join(folder, `${actor.replaceAll('/', '-')}-${realClock.now()}.heapsnapshot`)
        await system.heapSnapshot(actor, file)
        return file
      }),
  }
}
