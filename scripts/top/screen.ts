/** What a screen needs of the terminal. */
export type Terminal = {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

/** A terminal taken over: drawn on as a whole, its keys heard one by one. */
export type Screen = {
  draw(lines: readonly string[]): void
  /** Gives the terminal back as it was; more than once does no harm. */
  leave(): void
}

const ESCAPE = '\x1b'
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l`
const LEAVE = `${ESCAPE}[?25h${ESCAPE}[?1049l`
// An arrow and its like, or any other character.
const keys = new RegExp(`${ESCAPE}(?:\\[[\\d;]*[A-Za-z~]|O[A-Z])|[\\s\\S]`, 'gu')

/**
 * Takes the terminal over until `leave`, or until the process ends in whatever way it can notice.
 * @param onKeys  hears what was typed; an escape sequence comes whole
 */
export const takeScreen = ({ input, output }: Terminal, onKeys: (key: string) => void): Screen => {
  let taken = true
  const leave = (): void => {
    if (!taken) return
    taken = false
    process.off('exit', leave)
    input.off('data', hear)
    input.setRawMode(false)
    input.pause()
    output.write(LEAVE)
  }
  const hear = (chunk: Buffer | string): void => {
    for (const key of keysIn(chunk.toString())) onKeys(key)
  }
  input.setRawMode(true)
  input.on('data', hear)
  input.resume()
  process.on('exit', leave)
  output.write(ENTER)
  return {
    leave,
    draw: (lines) => {
      if (taken) output.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`)
    },
  }
}

/** What was typed, key by key: a terminal sends several at once, and an arrow as three characters. */
export const keysIn = (typed: string): string[] => typed.match(keys) ?? []
