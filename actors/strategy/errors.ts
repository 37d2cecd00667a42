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
  PARAMETERS: {
    next: 'stop',
    says: (d: { strategy: string; faults: readonly string[] }) =>
      `The parameters of strategy ${d.strategy} cannot be used: ${d.faults.join(' ')}`,
    todo: 'Correct the parameters named here; each is listed with its bounds.',
  },
})

export const { problem } = strategyErrors
