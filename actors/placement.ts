/** Which threads a run has beside those that need no word: one for each core actor and each strategy. */
export type RunPlacement = {
  /** Candle shards; `null`: as many as suit the machine. */
  readonly shards: number | null
  /** Thread of each core actor that is to share one, by its name. */
  readonly core: Readonly<Record<string, string>>
  /** Thread of each strategy that is to share one, by its id. */
  readonly strategies: Readonly<Record<string, string>>
}

/** Nobody shares a thread, and the shards follow from the machine. */
export const placedByDefault: RunPlacement = { shards: null, core: {}, strategies: {} }

/** Candle shards a run may have: with more, each has too few instruments to be worth a thread. */
export const SHARDS_MAX = 16

/**
 * Candle shards that suit a machine of so many cores: one for each core that feed, executor and a busy strategy leave.
 *
 * Of everything else the number of cores says nothing. With few cores threads of one's own still cost little: who has
 * nothing to do sleeps on its bell, and the operating system runs whoever is rung. What sharing saves is memory, and
 * the wake-up where one actor rings the next; what it costs is that an actor which computes for long, waits for the
 * disk or dies takes the others along. That is for a person to weigh: on one core as on sixty-four nobody shares
 * unasked.
 */
export const shardsFor = (cores: number): number => Math.min(SHARDS_MAX, Math.max(1, cores - 3))

/** Core actors that may share a thread: all that wait on a bell. */
export const mayShare = (shards: number): string[] =>
  ['executor', 'risk', ...Array.from({ length: shards }, (_, shard) => `candles/${shard}`), 'feed']

/** Whether an actor is one that may not: it lives in the event loop, or is a strategy, which says so for itself. */
export const keepsItsOwn = (actor: string): boolean => ['api', 'store'].includes(actor) || actor.startsWith('strateg')

/**
 * Names the threads of a run.
 * @param together    core actors, by the threads they share
 * @param strategies  strategies with the threads they name; one that names none has its own
 */
export const placementOf = (
  shards: number | null,
  together: readonly (readonly string[])[],
  strategies: readonly { readonly id: string; readonly thread?: string }[],
): RunPlacement => ({
  shards,
  core: Object.fromEntries(together.flatMap((actors) => actors.map((actor) => [actor, actors.join('+')]))),
  // Such a name is never that of an actor.
  strategies: Object.fromEntries(strategies.flatMap(({ id, thread }) =>
    thread === undefined ? [] : [[id, `shared/${thread}`]])),
})
