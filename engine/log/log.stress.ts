import fs from 'node:fs'
import { seeded } from '../random.ts'
import { openLog } from './log.ts'

/** A payload that says which part of which group it is, so that a half group gives itself away. */
export type Part = { readonly group: number; readonly part: number; readonly parts: number; readonly pad: string }

/** Appends group after group for ever, and prints the sequence of each once it is on disk. */
const appendForEver = (dir: string, seed: number): never => {
  const random = seeded(seed)
  const log = openLog(dir, { segmentBytes: 256 * 1024 })
  for (let group = log.durable; ; group++) {
    const parts = 1 + random.whole(6)
    for (let part = 0; part < parts; part++) {
      // Now and then a large one, so that a kill finds the kernel in the middle of a write.
      const pad = 'x'.repeat(random.whole(5) === 0 ? random.whole(300_000) : random.whole(400))
      log.append(1, JSON.stringify({ group, part, parts, pad } satisfies Part))
    }
    fs.writeSync(1, `${log.commit()}\n`)
  }
}

if (process.argv[2] === 'append-for-ever') appendForEver(process.argv[3]!, Number(process.argv[4]))
