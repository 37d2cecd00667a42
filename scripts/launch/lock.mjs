import fs from 'node:fs'
import path from 'node:path'

const TOUCH_MS = 2_000
// Thirty missed touches: the holder is gone, even if another process has its number by now.
const STALE_MS = 60_000
const LOOK_MS = 250

/**
 * Runs `work` while no other process runs under the same lock file, and waits for its turn.
 * A lock whose holder died is taken over. `onWait` hears once whom we wait for.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait]
 * @returns {Promise<T>}
 */
export const withLock = async (file, work, onWait = () => {}) => {
  await acquire(file, onWait)
  const touching = setInterval(() => touch(file), TOUCH_MS)
  const release = () => fs.rmSync(file, { force: true })
  process.on('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(touching)
    process.off('exit', release)
    release()
  }
}

/** @param {string} file @param {(pid: number) => void} onWait */
const acquire = async (file, onWait) => {
  for (let waited = false; !create(file);) {
    const holder = holderOf(file)
    if (holder === undefined) continue
    if (!holder.alive) {
      takeAway(file, holder.pid)
      continue
    }
    if (!waited) onWait(holder.pid)
    waited = true
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

// A link appears together with its content: nobody ever reads a lock that has no process number yet.
/** @param {string} file */
const create = (file) => {
  const own = `${file}.${process.pid}`
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(own, String(process.pid))
  try {
    fs.linkSync(own, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    fs.rmSync(own, { force: true })
  }
}

/** @param {string} file */
const holderOf = (file) => {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'))
    const fresh = Date.now() - fs.statSync(file).mtimeMs < STALE_MS
    return { pid, alive: fresh && runs(pid) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Whether a process of that number exists. @param {number} pid */
export const runs = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

// Two who wait may judge the same lock dead. The slower one might then hold a new, living lock: it puts that back.
/** @param {string} file @param {number} deadPid */
const takeAway = (file, deadPid) => {
  const aside = `${file}.dead.${process.pid}`
  try {
    fs.renameSync(file, aside)
    if (Number(fs.readFileSync(aside, 'utf8')) !== deadPid) fs.linkSync(aside, file)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error
  } finally {
    fs.rmSync(aside, { force: true })
  }
}

/** @param {string} file */
const touch = (file) => {
  try {
    const now = new Date()
    fs.utimesSync(file, now, now)
  } catch {
    // Someone cleaned the checkout: the work goes on, and the lock is gone anyway.
  }
}

/** @param {unknown} error */
const codeOf = (error) => String(/** @type {{ code?: unknown }} */ (error).code)
