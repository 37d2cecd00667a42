/** A process whose only actor meets a crash in native code. */
import { one, startTree } from './trees.ts'

await startTree(() => [one('victim', { way: 'crash', after: 5 })])
