import { vocabulary } from '#engine/mod.ts'
import type { Command, Fact } from './messages.ts'

/** Declares an actor of the trading system. */
export const { actor } = vocabulary<Command, Fact>()
