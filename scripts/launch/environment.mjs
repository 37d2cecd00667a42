import path from 'node:path'

/** Whether this is Windows, where commands need their ending. */
export const windows = process.platform === 'win32'

/**
 * This process's environment with these folders first in PATH (Windows spells it Path).
 * @param {string[]} folders
 * @param {Record<string, string>} [extra]
 */
export const environment = (folders, extra = {}) => {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...process.env, [key]: [...folders, process.env[key]].join(path.delimiter), ...extra }
}
