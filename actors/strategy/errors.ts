import { catalogue } from '#engine/mod.ts'

/** What a strategy's author can get wrong in a way that only shows when it runs. */
export const strategyErrors = catalogue('STRATEGY', {
  LINE_NAME: {
    next: 'stop',
    says: (d: { strategy: string; line: string }) =>
      `Strategy ${d.strategy} names an indicator "${d.line}", which is what decide calls something else.`,
    todo: 'Give that indicator another name in the strategy file.',
  },
  LEVEL: {
    next: 'restart',
    says: (d: { strategy: string; level: string; value: number }) =>
      `Strategy ${d.strategy} asked for a ${d.level} of ${d.value}, which is not a price.`,
    todo: 'Check the arithmetic of that level in the strategy file: an indicator may have been NaN.',
  },
  TYPE_UNKNOWN: {
    next: 'stop',
    says: (d: { strategy: string; type: string; known: readonly string[] }) =>
      `Strategy ${d.strategy} is of type "${d.type}", which does not exist.`,
    todo: 'Name one of the strategies in actors/strategies/, or add the file and its line in actors/strategies/mod.ts.',
  },
  PARAMS: {
    next: 'stop',
    says: (d: { strategy: string; says: string }) => `Strategy ${d.strategy} cannot run with its parameters: ${d.says}`,
    todo: 'Correct the values named here; those left out take their defaults.',
  },
  SYMBOL_UNKNOWN: {
    next: 'stop',
    says: (d: { strategy: string; symbol: string }) =>
      `Strategy ${d.strategy} is to run on ${d.symbol}, which is not among the instruments of this run.`,
    todo: 'Name an instrument of the recording, or replay one that has this instrument.',
  },
})

/** An error of this area, ready to be thrown. */
export const { problem } = strategyErrors
