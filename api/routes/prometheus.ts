/*
 * The text format of Prometheus.
 * @source  https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4
 */

/** What tells the samples of one family apart. */
export type Labels = Readonly<Record<string, string>>

/** One figure; one that is not known is left out. */
export type Sample = { readonly labels?: Labels; readonly value: number | null }

/** How often something took how long; counts are cumulative. */
export type Distribution = {
  readonly labels: Labels
  readonly sum: number
  readonly count: number
  readonly buckets: readonly { readonly le: number; readonly count: number }[]
}

type Line = { readonly suffix: string; readonly labels: Labels; readonly value: number }

/** All samples of one name. */
export type Family = {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly lines: readonly Line[]
}

type Figures = number | null | readonly Sample[]

/** What only grows, until whoever counts it starts again. Its name ends in `_total`. */
export const counter = (name: `${string}_total`, help: string, figures: Figures): Family => ({
  name,
  type: 'counter',
  help,
  lines: linesOf(figures),
})

/** What goes up and down. */
export const gauge = (name: string, help: string, figures: Figures): Family => ({
  name,
  type: 'gauge',
  help,
  lines: linesOf(figures),
})

/** Durations or sizes by upper edge; the edge of infinity is added. */
export const histogram = (name: string, help: string, all: readonly Distribution[]): Family => ({
  name,
  type: 'histogram',
  help,
  lines: all.flatMap(({ labels, sum, count, buckets }) => [
    ...buckets.map((one) => bucket(labels, String(one.le), one.count)),
    bucket(labels, '+Inf', count),
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ]),
})

/** Families as Prometheus reads them; a family without samples is left out. */
export const text = (families: readonly Family[]): string =>
  families
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, type, help, lines }) => {
      const full = `ringmaster_${name}`
      const told = lines.map(
        ({ suffix, labels, value }) => `${full}${suffix}${inBraces(labels)} ${value}\n`,
      )
      return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${told.join('')}`
    })
    .join('')

const bucket = (labels: Labels, le: string, value: number): Line => ({
  suffix: '_bucket',
  labels: { ...labels, le },
  value,
})

const linesOf = (figures: Figures): Line[] =>
  (figures === null || typeof figures === 'number' ? [{ value: figures }] : figures).flatMap(
    ({ labels = {}, value }: Sample) => (value === null ? [] : [{ suffix: '', labels, value }]),
  )

const inBraces = (labels: Labels): string => {
  const named = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`)
  return named.length > 0 ? `{${named.join(',')}}` : ''
}

const escaped = (value: string): string =>
  value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
