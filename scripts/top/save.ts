import { createWriteStream, renameSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Writes an answer to a file as it comes, for the owner's eyes alone; the file has its name once it is whole.
 * @returns  its size in bytes
 */
export const saveTo = async (answer: Response, file: string): Promise<number> => {
  const partial = `${file}.partial`
  await pipeline(Readable.fromWeb(answer.body!), createWriteStream(partial, { mode: 0o600 }))
  renameSync(partial, file)
  return statSync(file).size
}
