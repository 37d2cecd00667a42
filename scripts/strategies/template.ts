/** A strategy to begin with: complete, small, and good enough to pass the check. */
export const templateOf = (name: string): string => `import {
  atr, crossedAbove, crossedBelow, defineStrategy, ema, long, short, stay, whole,
} from 'ringmaster'

/** Follows the trend: turns each time the close crosses its average. */
export default defineStrategy({
  name: '${name}',
  title: '${titleOf(name)}',
  description: 'Turns each time the close crosses its average.',
  bars: '5m',
  params: {
    length: whole(21, [2, 200], 'bars in the average'),
  },
  indicators: ({ length }) => ({ close: ema(1), trend: ema(length), range: atr(14) }),
  decide: (bar, { close, trend, range }) =>
    crossedAbove(close, trend) ? long('the close rose above its average', { stop: bar.close - 2 * range.now })
    : crossedBelow(close, trend) ? short('the close fell below its average', { stop: bar.close + 2 * range.now })
    : stay,
})
`

const titleOf = (name: string): string =>
  name.split('-').map((word, n) => (n === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word)).join(' ')

/** Lets an editor know the kit: types, documentation, completion. @param root  of the checkout whose kit it is */
export const tsconfigFor = (root: string): string => `${JSON.stringify({
  compilerOptions: {
    target: 'esnext', lib: ['esnext'], module: 'nodenext', types: ['node'], noEmit: true, strict: true,
    noUncheckedIndexedAccess: true, erasableSyntaxOnly: true, allowImportingTsExtensions: true, skipLibCheck: true,
    typeRoots: [`${root}/node_modules/@types`],
    paths: { ringmaster: [`${root}/actors/kit.ts`] },
  },
}, null, 2)}
`
