import { healthRoutes } from './health.ts'
import { marketRoutes } from './market.ts'
import type { Route } from './route.ts'
import { runRoutes } from './run.ts'
import { strategyRoutes } from './strategies.ts'
import { systemRoutes } from './system.ts'
import { tradingRoutes } from './trading.ts'

export type { Door, Role, Route } from './route.ts'

/** Every route there is, below /api. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...runRoutes,
  ...systemRoutes,
  ...strategyRoutes,
  ...tradingRoutes,
  ...marketRoutes,
]

/** Older paths and the canonical ones that answer for them. */
export const aliases: Readonly<Record<string, string>> = { '/dashboard/pnl': '/pnl' }
