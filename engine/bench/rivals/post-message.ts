import type { MessagePort } from 'node:worker_threads'
import type { Work } from '../crew.ts'

type Message = Record<'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'i' | 'j' | 'k' | 'l', number>

/** The sending thread: a message per record. */
export const write = (port: MessagePort): Work => (records) => {
  for (let n = 0; n < records; n++)
    port.postMessage({ a: n, b: n + 1, c: n + 2, d: n + 3, e: n + 4, f: n + 5, i: n, j: n + 1, k: n + 2, l: n + 3 })
  return 0
}

/** The receiving thread. Messages may come before the word that a round has begun. */
export const read = (port: MessagePort): Work => {
  let missing = 0
  let sum = 0
  let done = (_sum: number): void => undefined
  const finish = (): void => {
    done(sum)
    sum = 0
  }
  port.on('message', ({ a, b, c, d, e, f, i, j, k, l }: Message) => {
    sum += a + b + c + d + e + f + i + j + k + l
    if (--missing === 0) finish()
  })
  return (records) =>
    new Promise((resolve) => {
      done = resolve
      missing += records
      if (missing === 0) finish()
    })
}
