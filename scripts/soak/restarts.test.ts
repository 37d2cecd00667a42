import t from 'tap'
import { growthOf, restartOften } from './restarts.ts'

t.test('sixty restarts leave no handle, thread or descriptor behind, and no memory to speak of', async (t) => {
  const before = process.getActiveResourcesInfo().length
  const seen = await restartOften(60, 20)
  const first = seen[0]!
  for (const { restarts, handles, threads, descriptors } of seen.slice(1)) {
    t.ok(handles <= first.handles, `${handles} handles after ${restarts}, ${first.handles} before`)
    t.ok((threads ?? 0) <= (first.threads ?? 0), `${threads} threads, ${first.threads} before`)
    t.ok((descriptors ?? 0) <= (first.descriptors ?? 0), `${descriptors} descriptors, ${first.descriptors} before`)
  }
  // A worker that stayed would cost some 4 MB of each kind.
  t.ok(growthOf(seen, 'externalMb') < 100, 'KB outside of the heap with each')
  t.ok(growthOf(seen, 'rssMb') < 1000, 'KB of the process with each')
  t.ok(seen.at(-1)!.handles <= before, 'once all has stopped, nothing of it keeps the process alive')
})
