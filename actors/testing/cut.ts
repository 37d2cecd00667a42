import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { atMinute, minute } from '../calendar/mod.ts'

/** The recording that ships: one expiry day of both indices. */
export const shippedDay = join(import.meta.dirname, '../fixtures/nse-20221110')

/** Rows of a recording's ticks, with its header apart. */
export type Ticks = { readonly header: string; readonly rows: readonly string[] }

/** Reads a CSV.gz of ticks. */
export const readTicks = (file: string): Ticks => {
  const [header = '', ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
  return { header, rows }
}

/** When a row was stamped. */
export const stampOf = (row: string): number => Number(row.slice(0, row.indexOf(',')))

/**
 * Writes a part of the shipped day as a recording of its own, with the same warm-up bars: what a test needs that has no
 * time for 600,000 ticks.
 * @param through  time of day in India, `HH:MM`, at which it ends
 * @param change   what becomes of the rows before they are written
 * @returns        the folder
 */
export const cutDay = (
  dir: string, through: string, change: (rows: readonly string[]) => readonly string[] = (rows) => rows,
): string => {
  const { header, rows } = readTicks(join(shippedDay, 'ticks.csv.gz'))
  const end = atMinute('2022-11-10', minute(through))
  mkdirSync(dir, { recursive: true })
  for (const file of ['bars.csv.gz', 'contracts.csv']) copyFileSync(join(shippedDay, file), join(dir, file))
  writeFileSync(join(dir, 'ticks.csv'), [header, ...change(rows.filter((row) => stampOf(row) < end)), ''].join('\n'))
  return dir
}
