import type { Day } from '#actors/calendar/mod.ts'
import type { Paise } from '#actors/domain/money.ts'
import type { Parsed } from './symbol.ts'

/** The price step of nearly everything until 2025-04, and of index options to this day. */
const usual: Paise = 5

/**
 * Futures on high indices step wider since 2025-04-15.
 * @source  fyers.in notice of 2025-03-17; instrument lists of 2026
 */
const wideSince: Day = '2025-04-15'
const wideFutures: Readonly<Record<string, Paise>> = { NIFTY: 10, BANKNIFTY: 20 }

/**
 * The smallest price step on a day, in paise. A share's depends on its price since 2024-06; without a contract list
 * the usual step stands for it, so a recorded price may lie between two steps.
 */
export const tickSizeOf = ({ kind, underlying }: Parsed, day: Day): Paise =>
  (kind === 'future' && day >= wideSince ? wideFutures[underlying] : undefined) ?? usual
