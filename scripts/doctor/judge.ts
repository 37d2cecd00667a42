import { fail, ok, warn, type Finding } from './finding.ts'

const GB = 1024 ** 3
const MIN_NODE = 26

/** `process.version` against what the engine needs. */
export const judgeNode = (version: string): Finding =>
  Number(version.replace('v', '').split('.')[0]) >= MIN_NODE
    ? ok(`Node ${version}`)
    : fail(
        `Node ${version} is too old`,
        `Start through npm, which brings Node ${MIN_NODE}, or install it.`,
      )

/** Cores this process may use. */
export const judgeCores = (cores: number): Finding =>
  cores >= 2
    ? ok(`${cores} cores`)
    : warn('one core', 'Twenty strategies at once want two cores or more; expect a higher delay.')

/** Bytes this process may still take, after limits of a container. */
export const judgeMemory = (free: number): Finding => {
  const says = `${gigabytes(free)} of memory free`
  if (free >= GB) return ok(says)
  const todo = 'Close other programs or raise the limit: twenty strategies take about 0.6 GB.'
  return free >= 0.5 * GB ? warn(says, todo) : fail(says, todo)
}

/** Bytes free where the data directory is or will be. */
export const judgeDisk = (free: number): Finding => {
  const says = `${gigabytes(free)} of disk free`
  if (free >= 2 * GB) return ok(says)
  const todo = 'Free some space or move the data with --data: a full disk halts trading.'
  return free >= 0.25 * GB ? warn(says, todo) : fail(says, todo)
}

/** Milliseconds it took to get a small write to the disk, the median of some. An order waits for one. */
export const judgeSync = (ms: number): Finding => {
  const says = `a write reaches the disk in ${ms.toFixed(2)} ms`
  // Even NVMe takes some 10 µs: an answer in no time comes from memory.
  if (ms < 0.005)
    return warn(
      says,
      'The disk seems to be memory (tmpfs): a power cut loses the journal. Use --data.',
    )
  if (ms <= 20) return ok(says)
  return warn(
    says,
    'Each order waits for this. Move the data to an SSD on this machine with --data.',
  )
}

/** The wall clock: `wallMs` and `steadyMs` passed between the same two moments. */
export const judgeClock = (now: number, wallMs: number, steadyMs: number): Finding => {
  const says = new Date(now).toISOString()
  if (now < Date.UTC(2026, 0) || now > Date.UTC(2100, 0))
    return fail(
      `the clock says ${says}`,
      'Set the date: sessions and expiries are looked up by it.',
    )
  const jump = Math.abs(wallMs - steadyMs)
  if (jump > 50)
    return warn(
      `the clock jumped ${jump.toFixed(0)} ms while we looked`,
      'Let a time service (NTP) keep it steady.',
    )
  return ok(`clock ${says}`)
}

const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`
