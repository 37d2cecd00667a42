import { toast } from 'svelte-sonner'
import { SvelteSet } from 'svelte/reactivity'
import type { StrategyView } from '#api/contract.ts'
import { api, failureOf } from './api.ts'
import { live } from './live.svelte.ts'
import { after } from './clock.ts'

/** Strategies that were told something whose outcome has not come over the stream yet. */
const asked = new SvelteSet<string>()

/** Whether a strategy's switch waits for an answer. */
export const isAsked = (id: string): boolean => asked.has(id)

/** What its switch would do now; `null` when a switch cannot help. */
export const switchOf = ({ state }: StrategyView): 'pause' | 'resume' | 'start' | null =>
  state === 'running'
    ? 'pause'
    : state === 'paused'
      ? 'resume'
      : state === 'stopped' || state === 'quarantined'
        ? 'start'
        : null

/** Tells a strategy to pause, resume, start or stop; says what became of it only when it failed. */
export const tell = async (
  id: string,
  what: 'pause' | 'resume' | 'start' | 'stop',
): Promise<void> => {
  const before = live.strategies.get(id)?.state
  asked.add(id)
  try {
    const view = await api.tell(id, what)
    // The stream brings the outcome; a switch does not wait for it longer than people do.
    if (view.state === before) after(2_000, () => asked.delete(id))
    else asked.delete(id)
  } catch (thrown) {
    asked.delete(id)
    const failure = failureOf(thrown)
    toast.error(failure.message, { description: failure.todo })
  }
}
