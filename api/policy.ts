import { createHash } from 'node:crypto'

type Directives = Readonly<Record<string, string>>

const text = (directives: Directives): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ')

const shared: Directives = {
  'base-uri': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
}

/** What an answer that is no page may do: nothing. */
export const dataPolicy = text({ 'default-src': "'none'", 'frame-ancestors': "'none'" })

// Styles: the chart and the toasts write <style> elements, and a style cannot call home under these sources.
const page: Directives = {
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  ...shared,
}

/** What the API's own reference page may do: it starts from an inline script and compiles its templates. */
export const docsPolicy = text({ ...page, 'script-src': "'self' 'unsafe-inline' 'unsafe-eval'" })

/** What a page of the dashboard may do: run our files, and the inline scripts it was built with. */
export const pagePolicy = (html: string): string =>
  text({ ...page, 'script-src': ["'self'", ...inlineScripts(html).map(hashSource)].join(' ') })

const inlineScripts = (html: string): string[] =>
  [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(([, body]) => body!)

const hashSource = (script: string): string =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`
