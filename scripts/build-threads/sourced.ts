import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * A stack of a thread that ran built code, with the files and lines of the sources. Done here, when there is an error:
 * a thread that could do it itself would keep the maps of all its code in memory for its whole life.
 */
export const sourced = (stack: string): string =>
  stack.replaceAll(frames, (frame, url: string, line: string, column: string) => {
    const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (!entry || !('originalSource' in entry)) return frame
    const { originalSource, originalLine, originalColumn } = entry
    return `${new URL(originalSource, url).href}:${originalLine + 1}:${originalColumn + 1}`
  })

// A strategy's own instance of a file is told apart by what follows a question mark.
const frames = /(file:\/\/[^\s()?]+\.mjs)(?:\?[\w-]+)?:(\d+):(\d+)/g

const mapOf = (url: string): SourceMap | null => {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')))
  } catch {
    return null // code that was not built by us, or whose build is gone: its own lines are the best there are
  }
}
