/** `npm run soak:restarts`: a child is ended and started again a thousand times, and must leave nothing behind. */
import { growthOf, restartOften, type Holdings } from './soak/restarts.ts'

const TIMES = 1000
const EVERY = 100
/** What one restart may leave behind on average; measured are hundreds of bytes that stop growing. */
const KB_AT_MOST = 4

const lineOf = ({ restarts, heapMb, externalMb, rssMb, handles, descriptors, threads }: Holdings): string =>
  `${String(restarts).padStart(5)} restarts: heap ${heapMb.toFixed(2)} MB, external ${externalMb.toFixed(2)} MB, ` +
  `rss ${rssMb.toFixed(1)} MB, ${handles} handles, ${descriptors ?? '?'} descriptors, ${threads ?? '?'} threads`

const seen = await restartOften(TIMES, EVERY, (holdings) => console.log(lineOf(holdings)))
const [first, last] = [seen[0]!, seen.at(-2)!]
const growth = { heap: growthOf(seen, 'heapMb'), external: growthOf(seen, 'externalMb'), rss: growthOf(seen, 'rssMb') }
for (const [name, kb] of Object.entries(growth)) console.log(`${name} grows by ${kb.toFixed(2)} KB with each restart`)
const flat = growth.heap < KB_AT_MOST && growth.external < KB_AT_MOST && growth.rss < 4 * KB_AT_MOST
const same = last.handles <= first.handles && (last.threads ?? 0) <= (first.threads ?? 0) &&
  (last.descriptors ?? 0) <= (first.descriptors ?? 0)
console.log(flat && same ? 'nothing is left behind' : 'FAILED: something is left behind')
process.exitCode = flat && same ? 0 : 1
