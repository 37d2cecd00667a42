import { existsSync } from 'node:fs'
import path from 'node:path'
import { realClock } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import { isUiFresh } from '../build-ui.ts'
import { chromiumTodo, findChromium } from '../chromium.ts'
import { fail, ok, warn, type Check, type Finding, type Place } from './finding.ts'

const lock = async ({ data }: Place): Promise<Finding> => {
  if (!existsSync(path.join(data, 'lock'))) return ok('nobody has used the data directory yet')
  const { lockDirectory } = await import('#engine/lock.ts')
  try {
    lockDirectory(data, realClock).release()
    return ok('the data directory is free')
  } catch (error) {
    const { code, says, todo } = recordOf(error)
    // A running Ringmaster is no fault of the machine.
    return code === 'LOCK_DATA_DIRECTORY_IN_USE' ? warn(says, todo) : fail(says, todo)
  }
}

const database = async (): Promise<Finding> => {
  const { PGlite } = await import('@electric-sql/pglite')
  const db = await PGlite.create()
  try {
    const { rows } = await db.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    )
    return ok(`embedded PostgreSQL ${rows[0]?.version} runs`)
  } finally {
    await db.close()
  }
}

const dashboard = (): Finding =>
  isUiFresh()
    ? ok('the dashboard is built')
    : warn('the dashboard is not built yet', 'Nothing: npm start builds it.')

const chromium = (): Finding => {
  const found = findChromium()
  return found
    ? ok(`browser for the tests: ${found}`)
    : warn('no Chromium: only npm test needs it', chromiumTodo)
}

/** What this checkout and its data must be like. */
export const projectChecks: readonly Check[] = [
  { name: 'lock', look: lock },
  { name: 'database', look: database },
  { name: 'dashboard', look: dashboard },
  { name: 'chromium', look: chromium },
]
