import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const fileIn = (data: string): string => join(data, 'address')

/** Leaves the address of the running API in its data directory, for commands of the same owner and nobody else. */
export const tellAddress = (data: string, origin: string): void => {
  const fresh = `${fileIn(data)}.new`
  rmSync(fresh, { force: true }) // a mode is given to new files only
  writeFileSync(fresh, `${origin}\n`, { mode: 0o600 })
  renameSync(fresh, fileIn(data))
}

/** The address of the API that was last told, or `null`; after a crash nobody answers there. */
export const addressOf = (data: string): string | null =>
  existsSync(fileIn(data)) ? readFileSync(fileIn(data), 'utf8').trim() : null

/** Nobody answers there any more. */
export const forgetAddress = (data: string): void => rmSync(fileIn(data), { force: true })

/** The address under which this machine reaches a server that listens at `host`. */
export const originOf = (host: string, port: number): string => {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`
}
