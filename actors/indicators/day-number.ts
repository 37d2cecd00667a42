import type { Millis } from '#engine/clock.ts'

const indiaOffsetMs = 330 * 60_000
const dayMs = 86_400_000

/** Number of the day in India that an instant falls on: tells sessions apart without making a date of every bar. */
export const dayNumber = (at: Millis): number => Math.floor((at + indiaOffsetMs) / dayMs)
