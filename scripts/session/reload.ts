import { watch, watchFile, unwatchFile, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { later } from '#engine/clock.ts'
import { recordOf } from '#engine/errors.ts'
import { factOf } from './code.ts'
import { problem } from './errors.ts'
import { errorOf, type Session } from './open.ts'

/** Editors write a file in several steps; this long after the last of them it is looked at. */
const SETTLE_MS = 30
/** Where the system does not tell of changes (network folders), they are found by looking. */
const POLL_MS = 1000

/**
 * Takes up a strategy's file as it is now: the new code is checked and built beside the running one, then that one
 * thread is replaced and nothing else is touched. Code that may not run changes nothing but the strategy's page.
 * @throws the first thing that is wrong with it
 */
export const reload = async (session: Session, id: string): Promise<void> => {
  const { system, trading, ground: { code } } = session
  const before = code.verdictOf(id)
  if (!before) throw problem('NOT_A_FILE', { strategy: id })
  const verdict = await code.check(id, trading.fleet.find(id)?.info.params)
  const actor = trading.actorOf(id)
  const stateOf = (): string | undefined => system.actors().find((one) => one.id === actor)?.state
  const wasRefused = code.refused.has(id)
  const running = !wasRefused && ['running', 'starting', 'restarting'].includes(stateOf() ?? '')
  // Saved without a change, or told of twice.
  if (running && before.type === 'good' && verdict.type === 'good' && before.hash === verdict.hash) return
  code.accept(id, verdict)
  await session.record(factOf(id, verdict, running))
  if (verdict.type === 'refused') throw errorOf(verdict.errors[0]!)
  trading.configure(id, verdict.card.params)
  // One that a person stopped stays so; one that was set aside may well be what was mended.
  if (!running && stateOf() === 'stopped' && !wasRefused) return
  if (!running) trading.takeBack(id)
  await system.restart(actor)
}

/**
 * Watches the files of a session's strategies, those they import included, and takes up what changes.
 * @param say  told what came of it
 * @returns    ends the watch
 */
export const watchStrategies = (session: Session, say: (line: string) => void): (() => void) => {
  const { code } = session.ground
  const watched = new Map<string, () => void>()
  const changed = new Set<string>()
  let cancel = (): void => undefined
  let busy = Promise.resolve()

  const take = async (id: string): Promise<void> => {
    try {
      await reload(session, id)
      say(`${id} runs the code of its file as it is now`)
    } catch (error) {
      const { code: name, says } = recordOf(error)
      say(`${id} goes on as it was. ${name}: ${says}`)
    }
    follow(id)
  }
  const settled = (): void => {
    const files = new Set(changed)
    changed.clear()
    const ids = code.written.filter((id) => code.verdictOf(id)!.files.some((file) => files.has(file)))
    // One after the other: two reloads of one strategy at once would end each other's thread.
    for (const id of ids) busy = busy.then(() => take(id))
  }
  const touched = (file: string): void => {
    changed.add(file)
    cancel()
    cancel = later(SETTLE_MS, settled)
  }
  const follow = (id: string): void => {
    for (const file of code.verdictOf(id)!.files)
      if (!watched.has(file)) watched.set(file, watchOne(file, () => touched(file)))
  }
  for (const id of code.written) follow(id)
  return () => {
    cancel()
    for (const end of watched.values()) end()
  }
}

// The folder, not the file: an editor that saves by renaming would leave us watching what is gone.
const watchOne = (file: string, touched: () => void): (() => void) => {
  const name = path.basename(file)
  let watcher: FSWatcher | null = null
  try {
    watcher = watch(path.dirname(file), (_, changed) => void (changed === name && touched()))
    watcher.on('error', () => undefined) // the folder is gone; looking at the file tells when it is back
  } catch {
    // No such folder, or too many watches on this machine: looking at the file finds its changes too.
  }
  watchFile(file, { interval: POLL_MS, persistent: false }, touched)
  return () => {
    watcher?.close()
    unwatchFile(file, touched)
  }
}
