import type { ParamView } from '#api/contract.ts'

/** What a form holds: texts as they are typed, flags as they are set. */
export type Draft = Record<string, string | boolean>

/** A form filled with the values in force. */
export const draftOf = (params: readonly ParamView[], values: Record<string, unknown>): Draft =>
  Object.fromEntries(
    params.map(({ name, kind, default: byDefault }) => {
      const value = values[name] ?? byDefault
      return [name, kind === 'flag' ? value === true : String(value ?? '')]
    }),
  )

/** Bounds as a person reads them: `2 to 50`. */
export const boundsOf = ({ min, max }: ParamView): string =>
  min !== undefined && max !== undefined
    ? `${min} to ${max}`
    : min !== undefined
      ? `at least ${min}`
      : max !== undefined
        ? `at most ${max}`
        : ''

/** What is wrong with one entry, in a sentence; empty when nothing is. */
export const objectionTo = (param: ParamView, entry: string | boolean | undefined): string => {
  if (param.kind === 'flag' || param.kind === 'text') return ''
  if (param.kind === 'choice')
    return param.choices?.includes(String(entry)) ? '' : 'Choose one of the list.'
  const text = String(entry ?? '').trim()
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return 'Enter a number.'
  if (param.kind === 'whole' && !Number.isInteger(value)) return 'Enter a whole number.'
  const outside = value < (param.min ?? -Infinity) || value > (param.max ?? Infinity)
  return outside ? `Must be ${boundsOf(param)}.` : ''
}

/** The values a valid draft stands for. */
export const valuesOf = (params: readonly ParamView[], draft: Draft): Record<string, unknown> =>
  Object.fromEntries(
    params.map(({ name, kind }) => [
      name,
      kind === 'whole' || kind === 'number' ? Number(draft[name]) : draft[name],
    ]),
  )
