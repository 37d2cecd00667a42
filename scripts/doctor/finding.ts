/** What a check saw: `warn` is a machine that works but less well, `fail` one on which Ringmaster does not run. */
export type Finding = {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly says: string
  /** What a person can do about it; empty when all is well. */
  readonly todo: string
}

/** What the checks are asked about. */
export type Place = {
  /** The data directory, as an absolute path; it need not exist yet. */
  readonly data: string
  readonly port: number
}

/** One question to a machine. What it throws is a failed check. */
export type Check = {
  readonly name: string
  look(place: Place): Promise<Finding> | Finding
}

/** All is well. */
export const ok = (says: string): Finding => ({ level: 'ok', says, todo: '' })
/** It will run, but less well than it could. */
export const warn = (says: string, todo: string): Finding => ({ level: 'warn', says, todo })
/** It will not run. */
export const fail = (says: string, todo: string): Finding => ({ level: 'fail', says, todo })
