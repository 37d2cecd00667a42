/** Figures in few characters. What is not known is empty. */

/** `7`, `1234`, `56k`, `1.2M`. */
export const short = (value: number | null): string => {
  if (value === null) return ''
  if (Math.abs(value) < 10_000) return String(Math.round(value))
  if (Math.abs(value) < 999_500) return `${Math.round(value / 1000)}k`
  return `${(value / 1e6).toFixed(1)}M`
}

/** `0.4`, `12`. */
export const percent = (value: number | null): string =>
  value === null ? '' : value < 9.95 ? value.toFixed(1) : String(Math.round(value))

/** `9.2M`, `412M`. */
export const megabytes = (value: number | null): string =>
  value === null ? '' : `${value < 99.5 ? value.toFixed(1) : Math.round(value)}M`

/** Microseconds: `87µ`, `1.2m`, `3.4s`, so that five characters always do. */
export const micros = (value: number | null): string => {
  if (value === null) return ''
  if (value < 1000) return `${Math.round(value)}µ`
  if (value < 999_500) return `${value < 99_500 ? (value / 1000).toFixed(1) : Math.round(value / 1000)}m`
  return `${value < 99.5e6 ? (value / 1e6).toFixed(1) : Math.round(value / 1e6)}s`
}

/** `42 s`, `5 min`, `2 h 05 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
