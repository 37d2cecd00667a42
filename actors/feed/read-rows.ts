import { basename } from 'node:path'
import { feedErrors } from './errors.ts'
import { bytesOf, readingProblem } from './recording-files.ts'
import { type Broken, copyRow, type RowBatch, rowBatch } from './source.ts'
import type { SymbolLookup } from './symbol-lookup.ts'
import { readHeader, TickParser } from './tick-parser.ts'

// 4096 rows of 68 bytes: 270 kB, and a few milliseconds of reading before the first row can be used.
const batchRows = 4096
// No header is this long: what has no line end by then is not a text of columns.
const headerBytesMax = 4096

/** The rows of one or several files in the layout of a recording, merged by time. Broken ones are tallied. */
export const readRows = (
  paths: readonly string[],
  lookup: SymbolLookup,
  broken: Broken,
): AsyncGenerator<RowBatch, void> =>
  paths.length === 1
    ? readFile(paths[0]!, lookup, broken)
    : merge(paths.map((path) => readFile(path, lookup, broken)))

async function* readFile(
  path: string,
  lookup: SymbolLookup,
  broken: Broken,
): AsyncGenerator<RowBatch, void> {
  const batch = rowBatch(batchRows)
  let parser: TickParser | null = null
  let rest: Uint8Array = new Uint8Array(0)
  try {
    for await (const chunk of bytesOf(path)) {
      const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      let from = 0
      if (!parser) {
        const end = text.indexOf(10)
        if (end === -1 && text.length < headerBytesMax) {
          rest = text
          continue
        }
        parser = new TickParser(headerOf(text, end, path), lookup, broken)
        from = end + 1
      }
      for (;;) {
        from = parser.fill(batch, text, from)
        if (batch.length < batchRows) break
        yield batch
        batch.length = 0
      }
      rest = text.slice(from)
    }
  } catch (error) {
    throw readingProblem(error, path, parser?.rows ?? 0)
  }
  if (!parser) {
    parser = new TickParser(headerOf(rest, -1, path), lookup, broken)
    rest = new Uint8Array(0)
  }
  parser.fill(batch, Buffer.concat([rest, Buffer.from('\n')]), 0) // a last line without its end
  if (batch.length > 0) yield batch
  if (parser.rows === 0) throw feedErrors.problem('EMPTY', { file: basename(path) })
}

const headerOf = (text: Uint8Array, end: number, path: string): Int8Array => {
  if (text.length === 0) throw feedErrors.problem('EMPTY', { file: basename(path) })
  const line = new TextDecoder().decode(
    text.subarray(0, end === -1 ? Math.min(text.length, headerBytesMax) : end),
  )
  return readHeader(line, basename(path))
}

/** Takes the oldest row next; of equal stamps, the one of the earlier source. */
async function* merge(
  sources: readonly AsyncGenerator<RowBatch, void>[],
): AsyncGenerator<RowBatch, void> {
  try {
    const heads = await Promise.all(
      sources.map(async (rows) => ({ rows, batch: await nextOf(rows), row: 0 })),
    )
    const merged = rowBatch(batchRows)
    for (;;) {
      let oldest: (typeof heads)[number] | null = null
      for (const head of heads)
        if (head.batch && (!oldest || head.batch.at[head.row]! < oldest.batch!.at[oldest.row]!))
          oldest = head
      if (!oldest) break
      copyRow(oldest.batch!, oldest.row++, merged)
      if (oldest.row === oldest.batch!.length)
        Object.assign(oldest, { batch: await nextOf(oldest.rows), row: 0 })
      if (merged.length < batchRows) continue
      yield merged
      merged.length = 0
    }
    if (merged.length > 0) yield merged
  } finally {
    // Whoever reads no further reads none of them further.
    await Promise.all(sources.map((rows) => rows.return()))
  }
}

const nextOf = async (rows: AsyncGenerator<RowBatch, void>): Promise<RowBatch | null> => {
  const { value } = await rows.next()
  return value ?? null
}
