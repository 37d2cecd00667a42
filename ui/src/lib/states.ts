import type { ActorState, StrategyState } from '#api/contract.ts'

/** How a state looks: its shape says as much as its colour. */
export type Look = {
  readonly shape: 'full' | 'half' | 'ring' | 'cross' | 'turn'
  readonly tone: string
  readonly word: string
}

const calm = 'text-soft'
const looks: Record<StrategyState | ActorState, Look> = {
  running: { shape: 'full', tone: 'text-up', word: 'Running' },
  starting: { shape: 'turn', tone: 'text-accent', word: 'Starting' },
  restarting: { shape: 'turn', tone: 'text-accent', word: 'Restarting' },
  stopping: { shape: 'turn', tone: 'text-accent', word: 'Stopping' },
  paused: { shape: 'half', tone: calm, word: 'Paused' },
  stopped: { shape: 'ring', tone: calm, word: 'Stopped' },
  removed: { shape: 'ring', tone: calm, word: 'Removed' },
  halted: { shape: 'cross', tone: 'text-down', word: 'Halted' },
  quarantined: { shape: 'cross', tone: 'text-down', word: 'Quarantined' },
  failed: { shape: 'cross', tone: 'text-down', word: 'Failed' },
}

/** Shape, colour and word of a state. */
export const lookOf = (state: StrategyState | ActorState): Look => looks[state]
