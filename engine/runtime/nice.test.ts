import { getPriority } from 'node:os'
import t from 'tap'
import { onThread } from '../testing/threads.ts'

const skip = process.platform === 'linux' ? false : 'threads have a priority of their own on Linux alone'

t.test('a thread stands back by itself, and nobody with it', { skip }, async (t) => {
  const { href } = new URL('./nice.stress.ts', import.meta.url)
  const own = getPriority()
  t.equal(await onThread<number>(href, 'howFar', 7).result, Math.max(7, own))
  t.equal(await onThread<number>(href, 'howFar', 0).result, own, 'who need not, does not')
  t.equal(getPriority(), own)
})
