import type { Clock } from '#engine/mod.ts'
import type { Control } from './control.ts'

/** How old an answer may be that the next one who asks is given: less than a person sees. */
const freshMs = 200

/** What is asked of the supervisor again and again, by pages, scripts and scrapers at once. */
export type Look = Pick<Control, 'actors' | 'system'> & {
  /** Something was changed: whoever asks now is told of it. */
  forget(): void
}

/**
 * Asks the supervisor for its tree at most five times a second, however many ask here: who asks while a question is
 * under way, or shortly after, shares its answer.
 */
export const lookOver = (
  control: Pick<Control, 'actors' | 'system'>,
  clock: Pick<Clock, 'elapsed'>,
): Look => {
  const actors = shared(() => control.actors(), clock)
  const system = shared(() => control.system(), clock)
  return {
    actors: actors.ask,
    system: system.ask,
    forget() {
      actors.forget()
      system.forget()
    },
  }
}

const shared = <T>(ask: () => Promise<T>, clock: Pick<Clock, 'elapsed'>) => {
  let answer: Promise<T> | null = null
  let freshUntil = 0
  const forget = (): void => void (answer = null)
  return {
    forget,
    ask(): Promise<T> {
      if (answer && clock.elapsed() < freshUntil) return answer
      const asked = ask()
      answer = asked
      freshUntil = Infinity // as long as it is under way
      const settled = (): void => {
        if (answer === asked) freshUntil = clock.elapsed() + freshMs
      }
      asked.then(settled, () => answer === asked && forget())
      return asked
    },
  }
}
