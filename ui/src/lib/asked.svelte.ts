import { every } from './clock.ts'

/** The newest answer to a question that is asked again and again while somebody looks. */
export type Asked<T> = { readonly answer: T | null }

/**
 * Asks now and every `ms` until the component is gone; what fails is asked again, and the last answer stays. Call it
 * while a component is made.
 */
export const askEvery = <T>(ms: number, ask: () => Promise<T>): Asked<T> => {
  let answer = $state.raw<T | null>(null)
  $effect(() => {
    let looking = true
    let asking = false
    const again = () => {
      if (asking) return
      asking = true
      void ask()
        .then((news) => {
          if (looking) answer = news
        })
        .catch(() => undefined) // the link light tells of an engine that does not answer
        .finally(() => (asking = false))
    }
    again()
    const end = every(ms, again)
    return () => {
      looking = false
      end()
    }
  })
  return {
    get answer() {
      return answer
    },
  }
}
