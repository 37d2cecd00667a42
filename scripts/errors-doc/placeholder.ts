/**
 * Stands in for an error's details, so that its sentence can be printed without any: every detail reads `‹name›`,
 * whatever the sentence does to it (`d.symbols.join(', ')`, `d.ms.toFixed(1)`).
 */
export const placeholders = (): unknown => new Proxy({}, { get: (_, key) => standIn(String(key)) })

const standIn = (name: string): unknown =>
  new Proxy(() => undefined, {
    get: (_, key) => {
      if (key === Symbol.toPrimitive || key === 'toString') return () => `‹${name}›`
      if (key === Symbol.iterator)
        return function* () {
          yield standIn(name)
        }
      return standIn(name)
    },
    apply: () => standIn(name),
  })
